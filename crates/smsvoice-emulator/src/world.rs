//! Every account in every region, and the messages of all of them. An account is there as soon as a request is signed for
//! it; each has resources of its own.

use std::{collections::BTreeMap, error::Error};

use xxhash_rust::xxh3::xxh3_64;

use crate::{
    account::{
        Account, Counter, Terms, Transaction,
        life::Lives,
        message::{KeptMessage, Messages},
        phone_number,
        records::{Change, Record, Records, Stored},
    },
    clock::EpochMs,
    place::Place,
    refusal::Refusal,
};

/// Accounts, each in one region, that one emulator serves at most: enough for any test, and a bound for a stranger.
const MOST_ACCOUNTS: usize = 256;
/// The counter that holds the latest time, in epoch milliseconds, that the clock was pushed to.
const CLOCK: &str = "clock-ms";
/// Stands between the parts of a record's key on disk: whose it is, its kind, its own key.
const SEPARATOR: char = '\0';

impl Record for Place {
    const KIND: &'static str = "home";
}

/// What a reset leaves alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Nothing but the number that the emulator was started with.
    Nothing,
    /// What a test sets up: numbers, sender IDs, pools, keywords, opt-out lists, configuration sets and their destinations.
    Resources,
}

/// Everything the emulator knows.
pub(crate) struct World {
    home: Place,
    terms: Terms,
    seed: u64,
    accounts: BTreeMap<Place, Account>,
    pub(crate) messages: Messages,
    counters: Records<Counter>,
    /// The home of the emulator that wrote the state: one row.
    homes: Records<Place>,
    /// The id of the number that the emulator was started with, if it was.
    first_number: Option<String>,
}

impl World {
    /// A world with one account: the home, which requests belong to that name no account.
    pub(crate) fn new(home: Place, terms: Terms, seed: u64, now: EpochMs) -> Self {
        let account = Account::new(home.clone(), terms.clone(), seed, now);
        let mut homes = Records::default();
        homes.put("", home.clone());
        Self {
            accounts: BTreeMap::from([(home.clone(), account)]),
            home,
            terms,
            seed,
            messages: Messages::default(),
            counters: Records::default(),
            homes,
            first_number: None,
        }
    }

    pub(crate) fn home(&self) -> &Place {
        &self.home
    }

    /// The account of this place; none if nothing was ever done in it.
    pub(crate) fn account(&self, place: &Place) -> Option<&Account> {
        self.accounts.get(place)
    }

    /// All accounts, by region and number.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// What an operation in this place works with, at this emulated and real time; its account is made if it is not there
    /// yet.
    pub(crate) fn transaction<'a>(
        &'a mut self,
        place: &Place,
        (now, real): (EpochMs, EpochMs),
        lives: &'a Lives,
    ) -> Result<Transaction<'a>, Refusal> {
        if self.accounts.len() >= MOST_ACCOUNTS && !self.accounts.contains_key(place) {
            let message = format!("this emulator serves {MOST_ACCOUNTS} accounts and regions, and no more");
            return Err(Refusal::Internal { message });
        }
        let account = self.accounts.entry(place.clone()).or_insert_with_key(|place| {
            // Ids differ between accounts, as they do at AWS.
            let seed = self.seed ^ xxh3_64(place.to_string().as_bytes());
            Account::new(place.clone(), self.terms.clone(), seed, now)
        });
        Ok(Transaction { account, messages: &mut self.messages, now, real, lives })
    }

    /// Sees to it that the home has a number to send from, and keeps that number through every reset.
    pub(crate) fn add_first_number(&mut self, now: EpochMs, lives: &Lives) {
        let home = self.home.clone();
        let Ok(mut tx) = self.transaction(&home, (now, now), lives) else { return };
        let oldest =
            tx.account.phone_numbers.values().filter(|number| number.is_simulator()).min_by_key(|n| n.created());
        let mut id = oldest.map(|number| number.phone_number_id.clone());
        if tx.account.phone_numbers.len() == 0 {
            // Refused only where the terms allow no number at all; then there is none.
            id = phone_number::request(&mut tx, phone_number::Request::simulator())
                .ok()
                .map(|made| made.id().to_owned());
        }
        self.first_number = id;
    }

    /// Removes everything, or all that messages left behind. Counters go on, so that no id comes twice.
    pub(crate) fn reset(&mut self, keep: Keep, now: EpochMs, lives: &Lives) {
        self.messages.clear();
        self.counters.take(CLOCK);
        if keep == Keep::Resources {
            self.accounts.values_mut().for_each(Account::forget_messages);
            return;
        }
        let home = self.accounts.get(&self.home);
        let number = self.first_number.as_ref().and_then(|id| home?.phone_numbers.get(id)).cloned();
        self.accounts.values_mut().for_each(|account| account.reset(now));
        match (number, self.accounts.get_mut(&self.home)) {
            (Some(number), Some(home)) => phone_number::put_back(home, number),
            _ if self.first_number.is_some() => self.add_first_number(now, lives),
            _ => {}
        }
    }

    /// What changed since the last call; written out only if it is `kept` on disk.
    pub(crate) fn drain(&mut self, kept: bool) -> Result<Vec<Change>, serde_json::Error> {
        let mut changes = Vec::new();
        self.counters.drain(kept, &mut changes)?;
        self.homes.drain(kept, &mut changes)?;
        self.messages.records.drain(kept, &mut changes)?;
        for change in &mut changes {
            change.key = key_on_disk("", change.kind, &change.key);
        }
        for (place, account) in &mut self.accounts {
            let place = place.to_string();
            let own = account.drain(kept)?.into_iter();
            changes.extend(own.map(|change| Change { key: key_on_disk(&place, change.kind, &change.key), ..change }));
        }
        Ok(changes)
    }

    /// Puts back one record from disk. A record of a kind that this version does not know is passed over.
    pub(crate) fn restore(&mut self, key: &str, row: &[u8]) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut parts = key.splitn(3, SEPARATOR);
        let (Some(owner), Some(kind), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err("its key has another form".into());
        };
        if owner.is_empty() {
            let shared: [&mut dyn Stored; 3] = [&mut self.counters, &mut self.homes, &mut self.messages.records];
            let records = shared.into_iter().find(|records| records.kind() == kind);
            return Ok(records.map_or(Ok(()), |records| records.restore(key, row))?);
        }
        let place: Place = owner.parse()?;
        let account = self.accounts.entry(place).or_insert_with_key(|place| {
            let seed = self.seed ^ xxh3_64(place.to_string().as_bytes());
            Account::new(place.clone(), self.terms.clone(), seed, EpochMs(0))
        });
        Ok(account.restore(kind, key, row)?)
    }

    /// After everything was put back: the home of who wrote it, if that is another than this emulator's.
    pub(crate) fn restored(&mut self) -> Option<&Place> {
        self.messages.index();
        self.homes.get("").filter(|written| **written != self.home)
    }

    /// The account that has this number: the home if it has, else the first that does; of those, if it is said which, of
    /// this region and account number alone. The home if none does.
    pub(crate) fn place_of_number(&self, number: &str, region: Option<&str>, account_id: Option<&str>) -> Place {
        let fits = |place: &&Place| {
            region.is_none_or(|region| place.region == region) && account_id.is_none_or(|id| place.account_id == id)
        };
        let has = |place: &&Place| self.accounts[*place].phone_number_called(number).is_some();
        let home_first = [&self.home].into_iter().chain(self.accounts.keys());
        home_first.filter(fits).find(has).unwrap_or(&self.home).clone()
    }

    /// Whether every event that is due until then is emitted.
    pub(crate) fn is_emitted_until(&self, time: EpochMs) -> bool {
        let mut events = self.messages.records.values().flat_map(|message| &message.events);
        events.all(|event| event.emitted || event.at > time)
    }

    /// Remembers how far the clock was pushed.
    pub(crate) fn note_time(&mut self, now: EpochMs) {
        self.counters.put(CLOCK, Counter(now.0));
    }

    /// The latest time that is known here: no clock may show it an earlier one.
    pub(crate) fn latest_time(&self) -> EpochMs {
        let Counter(pushed_to) = self.counters.get(CLOCK).copied().unwrap_or_default();
        let messages = self.messages.records.values().map(KeptMessage::latest_time);
        messages.max().unwrap_or_default().max(EpochMs(pushed_to))
    }
}

fn key_on_disk(owner: &str, kind: &str, key: &str) -> String {
    format!("{owner}{SEPARATOR}{kind}{SEPARATOR}{key}")
}

#[cfg(test)]
mod tests {
    use super::{Keep, MOST_ACCOUNTS, World};
    use crate::{
        account::{Terms, life::Lives, rules::Rules},
        clock::EpochMs,
        place::Place,
    };

    fn place(region: &str, account_id: &str) -> Place {
        Place { region: region.to_owned(), account_id: account_id.to_owned() }
    }

    fn world(home: &Place) -> World {
        World::new(home.clone(), Terms::default(), 7, EpochMs(1_795_000_000_000))
    }

    #[test]
    fn what_is_written_of_two_accounts_is_put_back_into_each() {
        let (home, other) = (place("us-east-1", "000000000000"), place("eu-west-1", "111122223333"));
        let (mut first, lives) = (world(&home), Lives::new(7, Rules::default()));
        let now = EpochMs(1_795_000_000_000);
        first.add_first_number(now, &lives);
        let id = first.transaction(&other, (now, now), &lives).unwrap().account.new_id("phone");
        first.note_time(EpochMs(1_795_000_099_000));
        let mut second = world(&home);
        for change in first.drain(true).unwrap() {
            second.restore(&change.key, &change.row.unwrap()).unwrap();
        }
        assert_eq!(second.restored(), None);
        assert_eq!(second.account(&home).unwrap().phone_numbers.len(), 1);
        assert_eq!(second.account(&other).unwrap().phone_numbers.len(), 0);
        assert_ne!(second.transaction(&other, (now, now), &lives).unwrap().account.new_id("phone"), id, "it counts on");
        assert_eq!(second.latest_time(), EpochMs(1_795_000_099_000));
        let mut elsewhere = world(&other);
        first.accounts.values_mut().for_each(|account| account.reset(now));
        first.homes.put("", home.clone());
        for change in first.drain(true).unwrap().into_iter().filter(|change| change.row.is_some()) {
            elsewhere.restore(&change.key, &change.row.unwrap()).unwrap();
        }
        assert_eq!(elsewhere.restored(), Some(&home), "it is not this emulator's state");
        assert!(elsewhere.restore("phone-number\0phone-1", b"{}").is_err(), "as an earlier version wrote it");
    }

    #[test]
    fn a_reset_keeps_the_number_it_was_started_with_under_its_id() {
        let home = place("us-east-1", "000000000000");
        let (mut world, lives, now) = (world(&home), Lives::new(7, Rules::default()), EpochMs(1));
        world.add_first_number(now, &lives);
        let ids = |world: &World| -> Vec<String> {
            world.account(&home).unwrap().phone_numbers.rows().map(|(id, _)| id.to_owned()).collect()
        };
        let before = ids(&world);
        world.reset(Keep::Nothing, now, &lives);
        assert_eq!((before.len(), ids(&world)), (1, before.clone()));
        assert_eq!(world.account(&home).unwrap().keywords_of(&before[0]).count(), 2);
        world.accounts.get_mut(&home).unwrap().phone_numbers.take(&before[0]);
        world.reset(Keep::Nothing, now, &lives);
        assert_eq!(ids(&world).len(), 1, "one that was released is there again");
    }

    #[test]
    fn accounts_have_a_bound() {
        let home = place("us-east-1", "000000000000");
        let (mut world, lives) = (world(&home), Lives::new(7, Rules::default()));
        for n in 1..MOST_ACCOUNTS {
            assert!(
                world.transaction(&place("us-east-1", &format!("{n:012}")), (EpochMs(0), EpochMs(0)), &lives).is_ok()
            );
        }
        assert!(world.transaction(&place("us-east-1", "999999999999"), (EpochMs(0), EpochMs(0)), &lives).is_err());
        assert!(world.transaction(&home, (EpochMs(0), EpochMs(0)), &lives).is_ok());
    }
}
