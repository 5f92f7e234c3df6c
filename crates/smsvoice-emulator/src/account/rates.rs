//! The service's own rates: requests a second by operation, message parts a second by origination identity, calls a
//! minute and a day. They are played if the account's terms say so, in real time: a client that waits really waits.
//!
//! Sources: *Quotas* and *Message Parts per Second limits* of the user guide, *Service limits* of API v1's reference. What
//! these do not say is in the crate's README.

use std::collections::HashMap;

use smsvoice_event::Channel;

use crate::{
    account::{Account, message::Api, origination::Origination, phone_number::NumberType},
    clock::EpochMs,
    refusal::{Quota, Refusal},
};

/// Calls to one number in 24 hours.
const CALLS_TO_ONE: u32 = 5;
const DAY_MS: u64 = 24 * 3600 * 1000;

/// So many in so much time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    count: f64,
    per_ms: f64,
}

impl Rate {
    const fn a_second(count: u32) -> Self {
        Self { count: count as f64, per_ms: 1_000.0 }
    }

    const fn a_minute(count: u32) -> Self {
        Self { count: count as f64, per_ms: 60_000.0 }
    }
}

/// How much of a rate is left: it fills up with time, to one period's worth.
#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: EpochMs,
}

/// How much of each rate is left, by what it is a rate of. Of one account, in memory alone.
#[derive(Default)]
pub(crate) struct Rates {
    buckets: HashMap<String, Bucket>,
    /// Calls by destination, and when the first of the last day was.
    calls: HashMap<String, (EpochMs, u32)>,
}

impl Rates {
    /// Takes `cost` of a rate, or refuses. One that costs more than a period's worth leaves a debt, and is not refused for
    /// ever.
    fn take(&mut self, what: String, rate: Rate, cost: f64, now: EpochMs) -> Result<(), Refusal> {
        let bucket = self.buckets.entry(what).or_insert(Bucket { left: rate.count, at: now });
        bucket.left = (bucket.left + now.ms_since(bucket.at) as f64 * rate.count / rate.per_ms).min(rate.count);
        bucket.at = now;
        if bucket.left + f64::EPSILON < cost.min(rate.count) {
            return Err(Refusal::Throttled);
        }
        bucket.left -= cost;
        Ok(())
    }

    /// Counts a call to this number, or refuses it.
    fn call(&mut self, destination: &str, now: EpochMs) -> Result<(), Refusal> {
        let (since, count) = self.calls.entry(destination.to_owned()).or_insert((now, 0));
        if now.ms_since(*since) >= DAY_MS {
            (*since, *count) = (now, 0);
        }
        if *count >= CALLS_TO_ONE {
            let message = format!("a number can be called {CALLS_TO_ONE} times in 24 hours");
            return Err(Refusal::Quota { reason: Quota::DailyDestinationCalls, message });
        }
        *count += 1;
        Ok(())
    }
}

/// What is about to be sent.
pub(crate) struct Sending<'a> {
    pub(crate) channel: Channel,
    pub(crate) origination: &'a Origination,
    pub(crate) destination: &'a str,
    pub(crate) parts: u32,
    pub(crate) dry_run: bool,
}

/// Requests a second, of operations that have such a quota: those that send are held to message parts instead.
fn of_operation(api: Api, operation: &str) -> Option<Rate> {
    match (api, operation) {
        (Api::V2, "PutMessageFeedback") | (_, "SendTextMessage" | "SendVoiceMessage" | "SendMediaMessage") => None,
        (Api::V2, "PutOptedOutNumber" | "DeleteOptedOutNumber") => Some(Rate::a_second(10)),
        _ => Some(Rate::a_second(1)),
    }
}

/// Message parts a second of a number of this type and country, or (without a type) of a sender ID.
fn of_identity(kind: Option<NumberType>, country: &str) -> u32 {
    match (kind, country) {
        (Some(NumberType::TollFree), _) => 3,
        (Some(NumberType::TenDlc), _) | (Some(NumberType::LongCode | NumberType::Simulator), "US" | "CA") => 1,
        _ => 10,
    }
}

/// Of a dry run, whatever its identity could do.
const DRY_RUN: u32 = 5;

impl Account {
    /// Counts a request, or refuses it because there were too many.
    pub(crate) fn admit_request(&mut self, api: Api, operation: &str, real: EpochMs) -> Result<(), Refusal> {
        match of_operation(api, operation) {
            Some(rate) if self.terms.rate_limits => self.rates.take(format!("{api:?} {operation}"), rate, 1.0, real),
            _ => Ok(()),
        }
    }

    /// Counts a message, or refuses it because there were too many.
    pub(crate) fn admit_message(&mut self, sending: &Sending<'_>, real: EpochMs) -> Result<(), Refusal> {
        if !self.terms.rate_limits {
            return Ok(());
        }
        let Sending { channel, origination, destination, parts, dry_run } = sending;
        let identity = &origination.shown;
        if *channel == Channel::Voice {
            self.rates.take(format!("calls from {identity}"), Rate::a_second(1), 1.0, real)?;
            let a_minute = if self.terms.sandbox { 5 } else { 20 };
            self.rates.take("calls".to_owned(), Rate::a_minute(a_minute), 1.0, real)?;
            return if *dry_run { Ok(()) } else { self.rates.call(destination, real) };
        }
        let number = self.phone_number_called(identity);
        let mut most = of_identity(number.map(|number| number.number_type), number.map_or("", |n| &n.iso_country_code));
        let mut what = format!("{channel} parts from {identity}");
        if *dry_run {
            most = most.min(DRY_RUN);
            what.push_str(", dry");
        }
        self.rates.take(what, Rate::a_second(most), f64::from(*parts), real)
    }
}

#[cfg(test)]
mod tests {
    use super::{Api, CALLS_TO_ONE, DAY_MS, EpochMs, NumberType, Rate, Rates, of_identity, of_operation};
    use crate::refusal::Refusal;

    #[test]
    fn a_rate_fills_up_with_time_and_a_long_message_leaves_a_debt() {
        let mut rates = Rates::default();
        let mut take = |cost: f64, at_ms: u64| {
            rates.take("parts".to_owned(), Rate::a_second(3), cost, EpochMs(1_000_000 + at_ms)).is_ok()
        };
        assert_eq!([take(1.0, 0), take(1.0, 0), take(1.0, 0), take(1.0, 0)], [true, true, true, false]);
        assert!(!take(1.0, 300) && take(1.0, 334));
        assert!(take(9.0, 5_000), "nine parts at three a second");
        assert!(!take(1.0, 7_000) && take(1.0, 7_400), "are paid for in three seconds");
    }

    #[test]
    fn a_number_is_called_five_times_a_day() {
        let mut rates = Rates::default();
        let mut call = |at| rates.call("+14255550100", EpochMs(at));
        assert!((0..CALLS_TO_ONE).all(|_| call(0).is_ok()));
        assert!(matches!(call(DAY_MS - 1), Err(Refusal::Quota { .. })));
        assert!(call(DAY_MS).is_ok());
    }

    #[test]
    fn rates_are_those_of_the_documents() {
        assert_eq!(of_operation(Api::V2, "CreatePool"), Some(Rate::a_second(1)));
        assert_eq!(of_operation(Api::V2, "DeleteOptedOutNumber"), Some(Rate::a_second(10)));
        assert_eq!(of_operation(Api::V2, "SendTextMessage"), None);
        let kinds = [NumberType::TollFree, NumberType::TenDlc, NumberType::LongCode];
        assert_eq!(kinds.map(|kind| of_identity(Some(kind), "US")), [3, 1, 1]);
        assert_eq!(
            [of_identity(Some(NumberType::LongCode), "CA"), of_identity(Some(NumberType::LongCode), "GB")],
            [1, 10]
        );
        assert_eq!(of_identity(None, ""), 10);
    }
}
