//! All that the emulated account has, and what each operation does to it. No I/O, no clock: the time is a parameter.
//!
//! One file a kind of resource: its record, the requests and answers of its operations, and the operations themselves.

// The table of operations gives each operation its whole request; records and requests have the names of the API's
// members.
#![allow(clippy::needless_pass_by_value, clippy::struct_field_names, clippy::similar_names)]

use serde::{Deserialize, Serialize};

use crate::{clock::EpochMs, place::Place};

pub(crate) mod accept;
pub(crate) mod arn;
pub(crate) mod configuration_set;
pub(crate) mod country_rules;
pub(crate) mod event_destination;
pub(crate) mod feedback;
pub(crate) mod idempotency;
pub(crate) mod inbound;
pub(crate) mod keyword;
pub(crate) mod life;
pub(crate) mod limits;
pub(crate) mod message;
pub(crate) mod opt_out;
pub(crate) mod origination;
pub(crate) mod paging;
pub(crate) mod parts;
pub(crate) mod phone_number;
pub(crate) mod pool;
pub(crate) mod rates;
pub(crate) mod records;
pub(crate) mod rules;
pub(crate) mod send;
pub(crate) mod sender_id;
pub(crate) mod tag;
pub(crate) mod two_way;
pub(crate) mod voice_send;
pub(crate) mod voice_set;

use records::{Change, Record, Records, Stored};

/// What the account may have and may do.
#[derive(Clone, Debug)]
pub struct Terms {
    /// In the sandbox only AWS's destination simulators can be reached (verified numbers are not emulated yet), and a US
    /// dollar a month can be spent on texts, another on media messages.
    pub sandbox: bool,
    /// Whether requests and messages that come faster than the service's own quotas allow are refused.
    pub rate_limits: bool,
    /// Configuration sets of API v2; AWS grants 25 at first, and more on request.
    pub configuration_sets: usize,
    /// Phone numbers in the account.
    pub phone_numbers: usize,
}

impl Default for Terms {
    fn default() -> Self {
        Self { sandbox: false, rate_limits: false, configuration_sets: 25, phone_numbers: 100 }
    }
}

/// What an operation works with, while no other does: the account, the messages of all accounts, the time of its
/// request, and the lives of messages. Nothing is rolled back, so an operation checks everything before it changes
/// anything.
pub(crate) struct Transaction<'a> {
    pub(crate) account: &'a mut Account,
    pub(crate) messages: &'a mut message::Messages,
    pub(crate) now: EpochMs,
    /// The time that the client's clock shows, which `now` may run ahead of.
    pub(crate) real: EpochMs,
    pub(crate) lives: &'a life::Lives,
}

/// How many of something there were so far.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Counter(pub(crate) u64);

impl Record for Counter {
    const KIND: &'static str = "counters";
}

/// Defines the account by its kinds of records: a new kind is one line here.
macro_rules! account {
    ($($field:ident: $record:ty,)*) => {
        /// The account's whole state.
        pub(crate) struct Account {
            pub(crate) place: Place,
            pub(crate) terms: Terms,
            pub(crate) seed: u64,
            pub(crate) rates: rates::Rates,
            $(pub(crate) $field: Records<$record>,)*
        }

        impl Account {
            fn empty(place: Place, terms: Terms, seed: u64) -> Self {
                Self { place, terms, seed, rates: rates::Rates::default(), $($field: Records::default(),)* }
            }

            /// The records of every kind.
            fn all_records(&mut self) -> impl Iterator<Item = &mut dyn Stored> {
                let kinds: Vec<&mut dyn Stored> = vec![$(&mut self.$field,)*];
                kinds.into_iter()
            }
        }
    };
}

account! {
    counters: Counter,
    configuration_sets: configuration_set::ConfigurationSet,
    voice_sets: voice_set::VoiceSet,
    phone_numbers: phone_number::PhoneNumber,
    sender_ids: sender_id::SenderId,
    pools: pool::Pool,
    opt_out_lists: opt_out::OptOutList,
    opted_out: opt_out::OptedOut,
    keywords: keyword::Keyword,
    tags: tag::ResourceTags,
    remembered: idempotency::Remembered,
}

impl Account {
    /// An account that has what AWS gives a new one: the opt-out list `Default`.
    pub(crate) fn new(place: Place, terms: Terms, seed: u64, now: EpochMs) -> Self {
        let mut account = Self::empty(place, terms, seed);
        account.add_first_things(now);
        account
    }

    fn add_first_things(&mut self, now: EpochMs) {
        let list = opt_out::OptOutList::new(&self.place, opt_out::DEFAULT_LIST, now);
        self.opt_out_lists.put(opt_out::DEFAULT_LIST, list);
    }

    /// The next number of the series `name`; series outlive a restart, so no id comes twice.
    pub(crate) fn next(&mut self, name: &str) -> u64 {
        let Counter(count) = self.counters.get(name).copied().unwrap_or_default();
        self.counters.put(name, Counter(count + 1));
        count + 1
    }

    /// A fresh id such as `phone-3f…`.
    pub(crate) fn new_id(&mut self, prefix: &str) -> String {
        let count = self.next(prefix);
        format!("{prefix}-{}", arn::hex_id(self.seed ^ prefix.len() as u64, count))
    }

    /// Removes everything, as on the first day. Counters go on, so that no id comes twice.
    pub(crate) fn reset(&mut self, now: EpochMs) {
        self.all_records().filter(|records| records.kind() != Counter::KIND).for_each(Stored::clear);
        self.rates = rates::Rates::default();
        self.add_first_things(now);
    }

    /// Removes what messages left behind: opt-outs of recipients, and answers to client tokens.
    pub(crate) fn forget_messages(&mut self) {
        self.forget_opt_outs_of_recipients();
        self.remembered.clear();
        self.rates = rates::Rates::default();
    }

    /// What changed since the last call; written out only if it is `kept` on disk.
    pub(crate) fn drain(&mut self, kept: bool) -> Result<Vec<Change>, serde_json::Error> {
        let mut changes = Vec::new();
        self.all_records().try_for_each(|records| records.drain(kept, &mut changes))?;
        Ok(changes)
    }

    /// Puts back one record from disk. A record of a kind that this version does not know is passed over.
    pub(crate) fn restore(&mut self, kind: &str, key: &str, row: &[u8]) -> Result<(), serde_json::Error> {
        let records = self.all_records().find(|records| records.kind() == kind);
        records.map_or(Ok(()), |records| records.restore(key, row))
    }
}

#[cfg(test)]
impl Account {
    /// Runs `test` on a new account in 2026.
    pub(crate) fn in_test(test: impl FnOnce(&mut Transaction<'_>)) {
        let place = Place { region: "us-east-1".into(), account_id: "111122223333".into() };
        let now = EpochMs(1_795_000_000_000);
        let mut account = Self::new(place, Terms::default(), 7, now);
        let lives = life::Lives::new(7, rules::Rules::default());
        let mut messages = message::Messages::default();
        test(&mut Transaction { account: &mut account, messages: &mut messages, now, real: now, lives: &lives });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Account;

    #[test]
    fn each_kind_of_record_is_stored_under_a_name_of_its_own() {
        Account::in_test(|tx| {
            let kinds: Vec<_> = tx.account.all_records().map(|records| records.kind()).collect();
            assert_eq!(kinds.iter().collect::<BTreeSet<_>>().len(), kinds.len(), "{kinds:?}");
        });
    }

    #[test]
    fn a_reset_account_is_new_but_counts_on() {
        Account::in_test(|tx| {
            let before = tx.account.new_id("phone");
            tx.account.keywords.put("k", serde_json::from_str(KEYWORD).unwrap());
            tx.account.reset(tx.now);
            assert_eq!(tx.account.keywords.len(), 0);
            assert!(tx.account.opt_out_list("Default").is_ok());
            assert_ne!(tx.account.new_id("phone"), before);
        });
    }

    const KEYWORD: &str = r#"{"Keyword": "JOIN", "KeywordMessage": "Welcome", "KeywordAction": "OPT_IN"}"#;
}
