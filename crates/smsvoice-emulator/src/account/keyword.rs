//! Keywords of phone numbers and pools, and what a message that comes in does by them: an inbound STOP opts out.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, Call, page::Paging, two_way::Settings},
    api::refusal::{Clash, Quota, Refusal, Resource},
    clock::EpochMs,
};

const KEYWORDS_PER_IDENTITY: usize = 30;

/// Every number has these, and nobody can delete or change them.
const REQUIRED: [(&str, Action, &str); 2] = [
    ("HELP", Action::AutomaticResponse, "Reply STOP to receive no more messages."),
    ("STOP", Action::OptOut, "You will receive no more messages from this number."),
];

/// Words that AWS takes for STOP.
const STOP_WORDS: &[&str] =
    &["ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD", "UNSUBSCRIBE"];

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Action {
    #[default]
    AutomaticResponse,
    OptOut,
    OptIn,
}

impl Action {
    fn word(self) -> &'static str {
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
    keyword: String,
    keyword_message: String,
    keyword_action: Action,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Put {
    origination_identity: String,
    keyword: String,
    keyword_message: String,
    #[serde(default)]
    keyword_action: Action,
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

/// A phone number or pool, as keywords see it.
struct Holder {
    id: String,
    arn: String,
    quota: Quota,
}

pub(crate) fn put(call: &mut Call<'_>, input: Put) -> Result<Answer, Refusal> {
    let holder = call.account.holder(&input.origination_identity)?;
    let word = input.keyword.to_uppercase();
    require_free(&word, Clash::ResourceModificationNotAllowed)?;
    let key = key(&holder.id, &word);
    if !call.account.keywords.has(&key) && call.account.keywords_of(&holder.id).count() >= KEYWORDS_PER_IDENTITY {
        return Err(Refusal::quota(holder.quota, KEYWORDS_PER_IDENTITY));
    }
    let keyword =
        Keyword { keyword: word, keyword_message: input.keyword_message, keyword_action: input.keyword_action };
    call.account.keywords.put(key, keyword.clone());
    Ok(Answer::of(holder, keyword))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Delete {
    origination_identity: String,
    keyword: String,
}

pub(crate) fn delete(call: &mut Call<'_>, input: Delete) -> Result<Answer, Refusal> {
    let holder = call.account.holder(&input.origination_identity)?;
    let word = input.keyword.to_uppercase();
    require_free(&word, Clash::ResourceDeletionNotAllowed)?;
    let keyword = call.account.keywords.take(&key(&holder.id, &word));
    let keyword = keyword.ok_or_else(|| Refusal::not_found(Resource::Keyword, word))?;
    Ok(Answer::of(holder, keyword))
}

fn require_free(word: &str, reason: Clash) -> Result<(), Refusal> {
    if REQUIRED.iter().any(|(required, ..)| *required == word) {
        let message = "HELP and STOP can't be deleted or modified";
        return Err(Refusal::clash(reason, Resource::Keyword, word, message));
    }
    Ok(())
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

pub(crate) fn describe(call: &mut Call<'_>, input: Describe) -> Result<Described, Refusal> {
    let account = &*call.account;
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

/// What a message from a recipient did.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Received {
    /// The keyword it began with.
    pub(crate) keyword: Option<String>,
    pub(crate) action: Option<Action>,
    /// The automatic answer.
    pub(crate) reply: Option<String>,
    /// Where the message itself goes on to, and under whose identity.
    #[serde(skip)]
    pub(crate) channel: Option<String>,
    #[serde(skip)]
    pub(crate) number: String,
}

impl Account {
    /// A recipient's message to one of the account's numbers: none of them has these digits, `None`.
    pub(crate) fn receive(&mut self, from: &str, to: &str, body: &str, now: EpochMs) -> Option<Received> {
        let number = self.phone_number_called(to)?;
        let (number_id, called) = (number.phone_number_id.clone(), number.phone_number.clone());
        let pool = number.pool_id.as_ref().and_then(|id| self.pools.get(id));
        let settings: Settings = pool.map_or(&number.settings, |pool| &pool.settings).clone();
        let holder = pool.map_or(number_id, |pool| pool.id().to_owned());
        let found = self.keyword_in(&holder, body);
        let channel = settings.two_way_channel_arn.filter(|_| settings.two_way_enabled);
        let mut received = Received { keyword: None, action: None, reply: None, channel, number: called };
        let Some(keyword) = found else { return Some(received) };
        let own = REQUIRED.iter().any(|(word, ..)| *word == keyword.keyword);
        received.keyword = Some(keyword.keyword);
        if settings.self_managed_opt_outs_enabled && own {
            return Some(received);
        }
        match keyword.keyword_action {
            Action::OptOut => drop(self.opt_out(&settings.opt_out_list_name, from, true, now)),
            Action::OptIn => self.opt_in(&settings.opt_out_list_name, from),
            Action::AutomaticResponse => {}
        }
        received.action = Some(keyword.keyword_action);
        received.reply = Some(keyword.keyword_message);
        Some(received)
    }

    /// The keyword `body` begins with, the longest if several do.
    fn keyword_in(&self, holder: &str, body: &str) -> Option<Keyword> {
        let text = body.trim().to_uppercase();
        let first = text.split(|c: char| !(c.is_alphanumeric() || c == '-')).next().unwrap_or_default();
        let begins = |word: &str| {
            text.strip_prefix(word).is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphanumeric()))
        };
        let own = self.keywords_of(holder).map(|(_, one)| one).filter(|one| begins(&one.keyword));
        let longest = own.max_by_key(|one| one.keyword.len()).cloned();
        longest.or_else(|| STOP_WORDS.contains(&first).then(|| self.keywords.get(&key(holder, "STOP")).cloned())?)
    }

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

    fn keywords_of(&self, holder: &str) -> impl Iterator<Item = (&str, &Keyword)> {
        let prefix = key(holder, "");
        self.keywords.rows().filter(move |(key, _)| key.starts_with(&prefix))
    }

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
