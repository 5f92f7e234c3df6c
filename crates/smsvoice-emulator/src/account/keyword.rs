//! Keywords of phone numbers and pools.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, Transaction, paging::Paging, records::Record},
    refusal::{Clash, Quota, Refusal, Resource},
};

const KEYWORDS_PER_IDENTITY: usize = 30;

/// Every number and every pool has these. Their messages can be changed; their actions cannot, nor can they be deleted.
const REQUIRED: [(&str, Action, &str); 2] = [
    ("HELP", Action::AutomaticResponse, "Reply STOP to receive no more messages."),
    ("STOP", Action::OptOut, "You will receive no more messages from this number."),
];

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Action {
    #[default]
    AutomaticResponse,
    OptOut,
    OptIn,
}

impl Action {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::AutomaticResponse => "AUTOMATIC_RESPONSE",
            Self::OptOut => "OPT_OUT",
            Self::OptIn => "OPT_IN",
        }
    }
}

/// As `DescribeKeywords` shows it. Its key is `<identity id>/<KEYWORD>`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Keyword {
    pub(crate) keyword: String,
    pub(crate) keyword_message: String,
    pub(crate) keyword_action: Action,
}

impl Record for Keyword {
    const KIND: &'static str = "keyword";
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Put {
    origination_identity: String,
    keyword: String,
    keyword_message: String,
    keyword_action: Option<Action>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer {
    origination_identity_arn: String,
    origination_identity: String,
    #[serde(flatten)]
    keyword: Keyword,
}

impl Answer {
    fn of(holder: Holder, keyword: Keyword) -> Self {
        Self { origination_identity_arn: holder.arn, origination_identity: holder.id, keyword }
    }
}

/// The phone number or pool that has a keyword.
struct Holder {
    id: String,
    arn: String,
    quota: Quota,
}

pub(crate) fn put(tx: &mut Transaction<'_>, input: Put) -> Result<Answer, Refusal> {
    let holder = tx.account.holder(&input.origination_identity)?;
    let word = input.keyword.to_uppercase();
    let keyword_action = action_of(&word, input.keyword_action)?;
    let key = key(&holder.id, &word);
    if !tx.account.keywords.has(&key) && tx.account.keywords_of(&holder.id).count() >= KEYWORDS_PER_IDENTITY {
        return Err(Refusal::quota(holder.quota, KEYWORDS_PER_IDENTITY));
    }
    let keyword = Keyword { keyword: word, keyword_message: input.keyword_message, keyword_action };
    tx.account.keywords.put(key, keyword.clone());
    Ok(Answer::of(holder, keyword))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Delete {
    origination_identity: String,
    keyword: String,
}

pub(crate) fn delete(tx: &mut Transaction<'_>, input: Delete) -> Result<Answer, Refusal> {
    let holder = tx.account.holder(&input.origination_identity)?;
    let word = input.keyword.to_uppercase();
    if is_required(&word) {
        let message = format!("{word} can't be deleted");
        return Err(Refusal::clash(Clash::ResourceDeletionNotAllowed, Resource::Keyword, word, message));
    }
    let keyword = tx.account.keywords.take(&key(&holder.id, &word));
    let keyword = keyword.ok_or_else(|| Refusal::not_found(Resource::Keyword, word))?;
    Ok(Answer::of(holder, keyword))
}

/// Whether every number has this keyword.
pub(crate) fn is_required(word: &str) -> bool {
    REQUIRED.iter().any(|(required, ..)| *required == word)
}

/// The action that a keyword gets: the one that the request names, else the automatic response. HELP and STOP keep
/// theirs, and a request for another is refused.
fn action_of(word: &str, wanted: Option<Action>) -> Result<Action, Refusal> {
    let Some((_, own, _)) = REQUIRED.iter().find(|(required, ..)| *required == word) else {
        return Ok(wanted.unwrap_or_default());
    };
    match wanted {
        Some(wanted) if wanted != *own => {
            let message = format!("the action of {word} is {} and can't be changed", own.word());
            Err(Refusal::clash(Clash::ResourceModificationNotAllowed, Resource::Keyword, word, message))
        }
        _ => Ok(*own),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Describe {
    origination_identity: String,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    origination_identity_arn: String,
    origination_identity: String,
    keywords: Vec<Keyword>,
    next_token: Option<String>,
}

pub(crate) fn describe(tx: &mut Transaction<'_>, input: Describe) -> Result<Described, Refusal> {
    let account = &*tx.account;
    let holder = account.holder(&input.origination_identity)?;
    let named: Vec<String> = input.keywords.iter().map(|word| word.to_uppercase()).collect();
    if let Some(unknown) = named.iter().find(|word| !account.keywords.has(&key(&holder.id, word))) {
        return Err(Refusal::not_found(Resource::Keyword, unknown.as_str()));
    }
    let rows = account.keywords_of(&holder.id).filter(|(_, one)| named.is_empty() || named.contains(&one.keyword));
    let rows = rows.map(|(key, one)| (key.to_owned(), one));
    let page = input.paging.select(rows, |one, _| vec![one.keyword_action.word().to_owned()])?;
    Ok(Described {
        origination_identity_arn: holder.arn,
        origination_identity: holder.id,
        keywords: page.rows.into_iter().cloned().collect(),
        next_token: page.next_token,
    })
}

impl Account {
    pub(crate) fn add_required_keywords(&mut self, holder: &str) {
        for (word, keyword_action, message) in REQUIRED {
            let keyword = Keyword { keyword: word.to_owned(), keyword_message: message.to_owned(), keyword_action };
            self.keywords.put(key(holder, word), keyword);
        }
    }

    /// A new pool has the keywords of its first number.
    pub(crate) fn inherit_keywords(&mut self, from: &str, to: &str) {
        let inherited: Vec<Keyword> = self.keywords_of(from).map(|(_, one)| one.clone()).collect();
        self.add_required_keywords(to);
        for keyword in inherited {
            self.keywords.put(key(to, &keyword.keyword), keyword);
        }
    }

    pub(crate) fn same_keywords(&self, one: &str, other: &str) -> bool {
        self.keywords_of(one).map(|(_, keyword)| keyword).eq(self.keywords_of(other).map(|(_, keyword)| keyword))
    }

    pub(crate) fn drop_keywords(&mut self, holder: &str) {
        let keys: Vec<String> = self.keywords_of(holder).map(|(key, _)| key.to_owned()).collect();
        for key in keys {
            self.keywords.take(&key);
        }
    }

    /// The keywords of the number or pool with this id, by their keys.
    pub(crate) fn keywords_of(&self, holder: &str) -> impl Iterator<Item = (&str, &Keyword)> {
        let prefix = key(holder, "");
        self.keywords.rows().filter(move |(key, _)| key.starts_with(&prefix))
    }

    /// The number or pool of this id, ARN or, of a number, these digits.
    fn holder(&self, given: &str) -> Result<Holder, Refusal> {
        if given.starts_with("pool-") || given.contains(":pool/") {
            let pool = self.pool(given)?;
            return Ok(Holder { id: pool.id().to_owned(), arn: pool.pool_arn.clone(), quota: Quota::KeywordsPerPool });
        }
        let number = match self.phone_number_called(given) {
            Some(number) => number,
            None => self.phone_number(given)?,
        };
        let (id, arn) = (number.phone_number_id.clone(), number.phone_number_arn.clone());
        Ok(Holder { id, arn, quota: Quota::KeywordsPerPhoneNumber })
    }
}

fn key(holder: &str, word: &str) -> String {
    format!("{holder}/{word}")
}
