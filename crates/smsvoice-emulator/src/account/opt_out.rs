//! Opt-out lists and the numbers on them: who is not to be sent anything.

use serde::{Deserialize, Serialize};

use crate::{
    account::{
        Account, Place, Transaction,
        paging::{Paging, flag},
        records::Record,
        tag::{Tag, unique},
    },
    clock::EpochMs,
    refusal::{Clash, Invalid, Quota, Refusal, Resource},
};

/// Every account has it.
pub(crate) const DEFAULT_LIST: &str = "Default";
const LISTS_PER_ACCOUNT: usize = 25;
const THIRTY_DAYS_MS: u64 = 30 * 24 * 3600 * 1000;

/// As `DescribeOptOutLists` shows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OptOutList {
    opt_out_list_arn: String,
    opt_out_list_name: String,
    created_timestamp: EpochMs,
}

impl Record for OptOutList {
    const KIND: &'static str = "opt-out-list";
}

impl OptedOut {
    pub(crate) fn number(&self) -> &str {
        &self.opted_out_number
    }

    pub(crate) fn since(&self) -> EpochMs {
        self.opted_out_timestamp
    }

    /// Whether the number's owner did it.
    pub(crate) fn is_by_end_user(&self) -> bool {
        self.end_user_opted_out
    }
}

impl OptOutList {
    pub(crate) fn new(place: &Place, name: &str, now: EpochMs) -> Self {
        Self {
            opt_out_list_arn: place.arn(Resource::OptOutList, name),
            opt_out_list_name: name.to_owned(),
            created_timestamp: now,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.opt_out_list_name
    }
}

/// A number on a list; or, if it is `off`, one that was on it before. Its key is `<list>/<number>`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OptedOut {
    opted_out_number: String,
    opted_out_timestamp: EpochMs,
    end_user_opted_out: bool,
    taken_off: Option<EpochMs>,
    #[serde(default)]
    off: bool,
}

impl Record for OptedOut {
    const KIND: &'static str = "opted-out";
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Create {
    opt_out_list_name: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Created {
    #[serde(flatten)]
    list: OptOutList,
    tags: Vec<Tag>,
}

pub(crate) fn create(tx: &mut Transaction<'_>, input: Create) -> Result<Created, Refusal> {
    let account = &mut *tx.account;
    let tags = unique(input.tags.clone())?;
    if account.opt_out_lists.has(&input.opt_out_list_name) {
        return Err(Refusal::exists(Resource::OptOutList, input.opt_out_list_name));
    }
    if account.opt_out_lists.len() >= LISTS_PER_ACCOUNT {
        return Err(Refusal::quota(Quota::OptOutLists, LISTS_PER_ACCOUNT));
    }
    let list = OptOutList::new(&account.place, &input.opt_out_list_name, tx.now);
    account.set_tags(&list.opt_out_list_arn, tags);
    account.opt_out_lists.put(input.opt_out_list_name, list.clone());
    Ok(Created { list, tags: input.tags })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Named {
    opt_out_list_name: String,
}

pub(crate) fn delete(tx: &mut Transaction<'_>, input: Named) -> Result<OptOutList, Refusal> {
    let account = &mut *tx.account;
    let list = account.opt_out_list(&input.opt_out_list_name)?.clone();
    let name = list.name();
    let used = account.phone_numbers.values().any(|number| number.settings.opt_out_list_name == name)
        || account.pools.values().any(|pool| pool.settings.opt_out_list_name == name);
    if used || name == DEFAULT_LIST {
        let message = "the opt-out list is in use, or the account's default";
        return Err(Refusal::clash(Clash::ResourceDeletionNotAllowed, Resource::OptOutList, name, message));
    }
    for key in account.keys_of(name) {
        account.opted_out.take(&key);
    }
    account.opt_out_lists.take(name);
    account.drop_tags(&list.opt_out_list_arn);
    Ok(list)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Describe {
    #[serde(default)]
    opt_out_list_names: Vec<String>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    opt_out_lists: Vec<OptOutList>,
    next_token: Option<String>,
}

pub(crate) fn describe(tx: &mut Transaction<'_>, input: Describe) -> Result<Described, Refusal> {
    let account = &*tx.account;
    input.paging.unnamed_if_owned(!input.opt_out_list_names.is_empty(), "OptOutListNames")?;
    let named = input.opt_out_list_names.iter().map(|name| account.opt_out_list(name).map(OptOutList::name));
    let named: Vec<&str> = named.collect::<Result<_, _>>()?;
    let rows = account.opt_out_lists.rows().filter(|(name, _)| named.is_empty() || named.contains(name));
    let page = input.paging.select(rows.map(|(k, list)| (k.to_owned(), list)), |_, _| Vec::new())?;
    Ok(Described { opt_out_lists: page.rows.into_iter().cloned().collect(), next_token: page.next_token })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Number {
    opt_out_list_name: String,
    opted_out_number: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer {
    opt_out_list_arn: String,
    opt_out_list_name: String,
    #[serde(flatten)]
    number: OptedOut,
}

pub(crate) fn put_number(tx: &mut Transaction<'_>, input: Number) -> Result<Answer, Refusal> {
    let list = tx.account.opt_out_list(&input.opt_out_list_name)?.clone();
    let number = tx.account.opt_out(list.name(), &input.opted_out_number, false, tx.now);
    Ok(Answer { opt_out_list_arn: list.opt_out_list_arn, opt_out_list_name: list.opt_out_list_name, number })
}

/// A number can be taken off a list once in 30 days.
pub(crate) fn delete_number(tx: &mut Transaction<'_>, input: Number) -> Result<Answer, Refusal> {
    let list = tx.account.opt_out_list(&input.opt_out_list_name)?.clone();
    let number = e164(&input.opted_out_number);
    let missing = || Refusal::not_found(Resource::OptedOutNumber, number.as_str());
    let key = key(list.name(), &number);
    let row = tx.account.opted_out.get(&key).filter(|row| !row.off).ok_or_else(missing)?.clone();
    if row.taken_off.is_some_and(|last| tx.now.ms_since(last) < THIRTY_DAYS_MS) {
        let message = "a number can be taken off an opt-out list once in 30 days";
        return Err(Refusal::invalid(Invalid::PhoneNumberCannotBeOptedIn, "OptedOutNumber", message));
    }
    tx.account.opted_out.put(key, OptedOut { taken_off: Some(tx.now), off: true, ..row.clone() });
    Ok(Answer { opt_out_list_arn: list.opt_out_list_arn, opt_out_list_name: list.opt_out_list_name, number: row })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeNumbers {
    opt_out_list_name: String,
    #[serde(default)]
    opted_out_numbers: Vec<String>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NumbersDescribed {
    opt_out_list_arn: String,
    opt_out_list_name: String,
    opted_out_numbers: Vec<OptedOut>,
    next_token: Option<String>,
}

pub(crate) fn describe_numbers(tx: &mut Transaction<'_>, input: DescribeNumbers) -> Result<NumbersDescribed, Refusal> {
    let account = &*tx.account;
    let list = account.opt_out_list(&input.opt_out_list_name)?;
    let named: Vec<String> = input.opted_out_numbers.iter().map(|number| e164(number)).collect();
    if let Some(unknown) = named.iter().find(|number| !account.is_opted_out(list.name(), number)) {
        return Err(Refusal::not_found(Resource::OptedOutNumber, unknown.as_str()));
    }
    let prefix = key(list.name(), "");
    let rows = account.opted_out.rows().filter(|(key, row)| key.starts_with(&prefix) && !row.off);
    let rows = rows.filter(|(_, row)| named.is_empty() || named.contains(&row.opted_out_number));
    let page = input.paging.select(rows.map(|(k, row)| (k.to_owned(), row)), |row, _| flag(row.end_user_opted_out))?;
    Ok(NumbersDescribed {
        opt_out_list_arn: list.opt_out_list_arn.clone(),
        opt_out_list_name: list.opt_out_list_name.clone(),
        opted_out_numbers: page.rows.into_iter().cloned().collect(),
        next_token: page.next_token,
    })
}

fn key(list: &str, number: &str) -> String {
    format!("{list}/{number}")
}

/// A number with its `+`.
pub(crate) fn e164(number: &str) -> String {
    format!("+{}", number.trim_start_matches('+'))
}

impl Account {
    /// The list of this name or ARN.
    pub(crate) fn opt_out_list(&self, given: &str) -> Result<&OptOutList, Refusal> {
        let name = self.place.name(Resource::OptOutList, given, "OptOutListName")?;
        self.opt_out_lists.get(name).ok_or_else(|| Refusal::not_found(Resource::OptOutList, name))
    }

    /// The numbers on the list of this name.
    pub(crate) fn opted_out_of(&self, list: &str) -> impl Iterator<Item = &OptedOut> {
        let prefix = key(list, "");
        self.opted_out.rows().filter(move |(key, row)| key.starts_with(&prefix) && !row.off).map(|(_, row)| row)
    }

    pub(crate) fn is_opted_out(&self, list: &str, number: &str) -> bool {
        self.opted_out.get(&key(list, &e164(number))).is_some_and(|row| !row.off)
    }

    /// Puts a number on a list; one that is there stays as it is.
    pub(crate) fn opt_out(&mut self, list: &str, number: &str, by_end_user: bool, now: EpochMs) -> OptedOut {
        let number = e164(number);
        let key = key(list, &number);
        let before = self.opted_out.get(&key).cloned();
        if let Some(row) = before.as_ref().filter(|row| !row.off) {
            return row.clone();
        }
        let row = OptedOut {
            opted_out_number: number,
            opted_out_timestamp: now,
            end_user_opted_out: by_end_user,
            taken_off: before.and_then(|row| row.taken_off),
            off: false,
        };
        self.opted_out.put(key, row.clone());
        row
    }

    /// Takes a number off a list because its owner wants messages again: the limit of 30 days is not for him.
    pub(crate) fn opt_in(&mut self, list: &str, number: &str) {
        if let Some(row) = self.opted_out.get_mut(&key(list, &e164(number))) {
            row.off = true;
        }
    }

    /// Takes off every list the numbers whose owners put themselves there.
    pub(crate) fn forget_opt_outs_of_recipients(&mut self) {
        let own = self.opted_out.rows().filter(|(_, row)| row.end_user_opted_out).map(|(key, _)| key.to_owned());
        for key in own.collect::<Vec<_>>() {
            self.opted_out.take(&key);
        }
    }

    fn keys_of(&self, list: &str) -> Vec<String> {
        let prefix = key(list, "");
        self.opted_out.rows().filter(|(key, _)| key.starts_with(&prefix)).map(|(key, _)| key.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_LIST, Number, THIRTY_DAYS_MS, delete_number};
    use crate::account::Account;

    #[test]
    fn a_number_leaves_a_list_once_in_thirty_days() {
        Account::in_test(|tx| {
            let number = || Number { opt_out_list_name: DEFAULT_LIST.into(), opted_out_number: "+14255550100".into() };
            tx.account.opt_out(DEFAULT_LIST, "14255550100", false, tx.now);
            assert!(tx.account.is_opted_out(DEFAULT_LIST, "+14255550100"));
            assert!(delete_number(tx, number()).is_ok());
            assert!(!tx.account.is_opted_out(DEFAULT_LIST, "+14255550100"));
            tx.account.opt_out(DEFAULT_LIST, "+14255550100", false, tx.now);
            assert!(delete_number(tx, number()).is_err());
            tx.now = tx.now.plus_ms(THIRTY_DAYS_MS);
            assert!(delete_number(tx, number()).is_ok());
        });
    }
}
