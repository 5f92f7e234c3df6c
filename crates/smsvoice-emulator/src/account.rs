//! All that the emulated account has: one shelf a kind of resource, and what was sent. No I/O, no clock.

// An operation is given its request, whole, by the table of operations; records and requests have the names of the API's
// members; a shelf is itself.
#![allow(clippy::needless_pass_by_value, clippy::struct_field_names, clippy::similar_names)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::clock::EpochMs;

pub(crate) mod arn;
pub(crate) mod configuration_set;
pub(crate) mod country_rules;
pub(crate) mod encoding;
pub(crate) mod event_destination;
pub(crate) mod feedback;
pub(crate) mod idempotency;
pub(crate) mod keyword;
pub(crate) mod limits;
pub(crate) mod message;
pub(crate) mod opt_out;
pub(crate) mod origin;
pub(crate) mod page;
pub(crate) mod phone_number;
pub(crate) mod pool;
pub(crate) mod send;
pub(crate) mod sender_id;
pub(crate) mod shelf;
pub(crate) mod tag;
pub(crate) mod two_way;
pub(crate) mod voice_set;

use shelf::{Change, Shelf};

/// Where the emulated account is: parts of every ARN.
#[derive(Clone, Debug)]
pub struct Place {
    /// `us-east-1`, say.
    pub region: String,
    /// Twelve digits.
    pub account_id: String,
}

/// What the account may have and may do.
#[derive(Clone, Debug)]
pub struct Terms {
    /// In the sandbox only AWS's destination simulators can be reached: verified numbers are not emulated yet.
    pub sandbox: bool,
    /// Of API v2; AWS grants 25 at first, and more on request.
    pub configuration_sets: usize,
    /// Phone numbers in the account.
    pub phone_numbers: usize,
}

impl Default for Terms {
    fn default() -> Self {
        Self { sandbox: false, configuration_sets: 25, phone_numbers: 100 }
    }
}

/// The account's whole state.
pub(crate) struct Account {
    pub(crate) place: Place,
    pub(crate) terms: Terms,
    pub(crate) seed: u64,
    pub(crate) counters: Shelf<u64>,
    pub(crate) configuration_sets: Shelf<configuration_set::ConfigurationSet>,
    pub(crate) voice_sets: Shelf<voice_set::VoiceSet>,
    pub(crate) phone_numbers: Shelf<phone_number::PhoneNumber>,
    pub(crate) sender_ids: Shelf<sender_id::SenderId>,
    pub(crate) pools: Shelf<pool::Pool>,
    pub(crate) opt_out_lists: Shelf<opt_out::OptOutList>,
    pub(crate) opted_out: Shelf<opt_out::OptedOut>,
    pub(crate) keywords: Shelf<keyword::Keyword>,
    pub(crate) tags: Shelf<BTreeMap<String, String>>,
    pub(crate) remembered: Shelf<idempotency::Remembered>,
    pub(crate) messages: message::Messages,
}

/// What an operation works with: the account, and the time of the request.
pub(crate) struct Call<'a> {
    pub(crate) account: &'a mut Account,
    pub(crate) now: EpochMs,
    pub(crate) lives: &'a crate::events::life::Lives,
}

/// Runs `$run` for every shelf of `$account`.
macro_rules! each_shelf {
    ($account:expr, $run:expr) => {{
        let account = $account;
        let mut run = $run;
        run.on("counters", &mut account.counters)?;
        run.on("configuration-set", &mut account.configuration_sets)?;
        run.on("voice-set", &mut account.voice_sets)?;
        run.on("phone-number", &mut account.phone_numbers)?;
        run.on("sender-id", &mut account.sender_ids)?;
        run.on("pool", &mut account.pools)?;
        run.on("opt-out-list", &mut account.opt_out_lists)?;
        run.on("opted-out", &mut account.opted_out)?;
        run.on("keyword", &mut account.keywords)?;
        run.on("tags", &mut account.tags)?;
        run.on("remembered", &mut account.remembered)?;
        run.on("message", &mut account.messages.shelf)?;
    }};
}

/// Something done to every shelf alike.
trait EachShelf {
    fn on<T: Serialize + DeserializeOwned>(
        &mut self,
        kind: &'static str,
        shelf: &mut Shelf<T>,
    ) -> Result<(), serde_json::Error>;
}

impl Account {
    /// An account that has what AWS gives a new one: the opt-out list `Default`.
    pub(crate) fn new(place: Place, terms: Terms, seed: u64, now: EpochMs) -> Self {
        let mut account = Self {
            place,
            terms,
            seed,
            counters: Shelf::new("counters"),
            configuration_sets: Shelf::new("configuration-set"),
            voice_sets: Shelf::new("voice-set"),
            phone_numbers: Shelf::new("phone-number"),
            sender_ids: Shelf::new("sender-id"),
            pools: Shelf::new("pool"),
            opt_out_lists: Shelf::new("opt-out-list"),
            opted_out: Shelf::new("opted-out"),
            keywords: Shelf::new("keyword"),
            tags: Shelf::new("tags"),
            remembered: Shelf::new("remembered"),
            messages: message::Messages::new(),
        };
        account.first_things(now);
        account
    }

    fn first_things(&mut self, now: EpochMs) {
        let list = opt_out::OptOutList::new(&self.place, opt_out::DEFAULT_LIST, now);
        self.opt_out_lists.put(opt_out::DEFAULT_LIST, list);
    }

    /// The next number of the series `name`; series outlive a restart, so no id comes twice.
    pub(crate) fn next(&mut self, name: &str) -> u64 {
        let count = self.counters.get(name).copied().unwrap_or_default() + 1;
        self.counters.put(name, count);
        count
    }

    /// A fresh id such as `phone-3f…`.
    pub(crate) fn new_id(&mut self, prefix: &str) -> String {
        let count = self.next(prefix);
        format!("{prefix}-{}", arn::hex_id(self.seed ^ prefix.len() as u64, count))
    }

    /// Everything gone, as on the first day; counters go on.
    pub(crate) fn reset(&mut self, now: EpochMs) -> Result<(), serde_json::Error> {
        struct Clear;
        impl EachShelf for Clear {
            fn on<T: Serialize + DeserializeOwned>(
                &mut self,
                kind: &'static str,
                shelf: &mut Shelf<T>,
            ) -> Result<(), serde_json::Error> {
                if kind != "counters" {
                    shelf.clear();
                }
                Ok(())
            }
        }
        each_shelf!(&mut *self, Clear);
        self.messages.forget();
        self.first_things(now);
        Ok(())
    }

    /// What changed since the last call; written out only if `kept`.
    pub(crate) fn drain(&mut self, kept: bool) -> Result<Vec<Change>, serde_json::Error> {
        struct Drain<'a>(bool, &'a mut Vec<Change>);
        impl EachShelf for Drain<'_> {
            fn on<T: Serialize + DeserializeOwned>(
                &mut self,
                _: &'static str,
                shelf: &mut Shelf<T>,
            ) -> Result<(), serde_json::Error> {
                shelf.drain(self.0, self.1)
            }
        }
        let mut changes = Vec::new();
        each_shelf!(self, Drain(kept, &mut changes));
        Ok(changes)
    }

    /// Puts back one record from disk.
    pub(crate) fn restore(&mut self, kind: &str, key: &str, row: &[u8]) -> Result<(), serde_json::Error> {
        struct Restore<'a>(&'a str, &'a str, &'a [u8]);
        impl EachShelf for Restore<'_> {
            fn on<T: Serialize + DeserializeOwned>(
                &mut self,
                kind: &'static str,
                shelf: &mut Shelf<T>,
            ) -> Result<(), serde_json::Error> {
                if kind == self.0 { shelf.restore(self.1.to_owned(), self.2) } else { Ok(()) }
            }
        }
        each_shelf!(self, Restore(kind, key, row));
        Ok(())
    }
}

/// What a message is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum MessageType {
    Transactional,
    Promotional,
}

impl MessageType {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Transactional => "TRANSACTIONAL",
            Self::Promotional => "PROMOTIONAL",
        }
    }
}

#[cfg(test)]
impl Account {
    /// Runs `test` on a new account in 2026.
    pub(crate) fn in_test(test: impl FnOnce(&mut Call<'_>)) {
        let place = Place { region: "us-east-1".into(), account_id: "111122223333".into() };
        let now = EpochMs(1_795_000_000_000);
        let mut account = Self::new(place, Terms::default(), 7, now);
        let lives = crate::events::life::Lives::new(7, crate::events::rules::Rules::default());
        test(&mut Call { account: &mut account, now, lives: &lives });
    }
}
