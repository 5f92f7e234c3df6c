//! Countries as a sender of messages sees them: dialling prefixes, carriers, tariffs, and whether receipts come.

use smsvoice_event::{Channel, Usd};
use xxhash_rust::xxh3::xxh3_64;

use crate::money::times;

/// One destination country.
///
/// Carriers carry their real network codes. Text tariffs of US, CA, ES and JP, the US voice, media and RCS tariffs and the
/// fees of US and CA are those of AWS's published sample events; all others are of the right order, **not a price list**.
#[derive(Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2: `CA`.
    pub iso: &'static str,
    /// In English.
    pub name: &'static str,
    /// The digits its numbers start with, without `+`. The longest match of all countries decides.
    pub prefixes: &'static [&'static str],
    /// Its carriers, and how many of a hundred or so handsets each has; none where they are not known.
    pub carriers: &'static [(Carrier, u32)],
    /// What messages to it cost.
    pub tariffs: Tariffs,
    /// What its carriers tell about a message that arrives.
    pub receipts: Receipts,
    /// How long its carriers take, in percent of the usual.
    pub pace_percent: u32,
    /// How often messages to it do not arrive, in percent of the usual.
    pub trouble_percent: u32,
    /// Its weight among the messages that [`generate`](crate::generate()) makes; 0 where no fictional numbers exist.
    pub traffic: u32,
}

/// A mobile network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carrier {
    /// Mobile country code: three digits.
    pub mcc: &'static str,
    /// Mobile network code: two or three digits, leading zeros kept.
    pub mnc: &'static str,
    /// As a receipt would name it.
    pub name: &'static str,
}

/// What a country's carriers report once they took a text or media message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipts {
    /// `SUCCESSFUL`, not final, and `DELIVERED` from the handset.
    Handset,
    /// `SUCCESSFUL`, final: no receipt from the handset will come.
    Carrier,
    /// Some routes report the one, some the other.
    Either,
}

/// What AWS and the carriers charge for one unit: a text or media part, an RCS message, a minute of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tariff {
    /// AWS's own price.
    pub price: Usd,
    /// The carrier's fee as events name it before the last one of a message.
    pub fee_estimate: Usd,
    /// The carrier's fee as the last event names it; it can differ (0.00767 then 0.006 in a real pair).
    pub fee: Usd,
}

impl Tariff {
    /// All three in millionths of a US dollar.
    pub(crate) const fn of_micros(price_micros: i64, fee_estimate_micros: i64, fee_micros: i64) -> Self {
        Self {
            price: Usd::from_micros(price_micros),
            fee_estimate: Usd::from_micros(fee_estimate_micros),
            fee: Usd::from_micros(fee_micros),
        }
    }

    /// The tariff of several units.
    #[must_use]
    pub const fn times(self, units: u32) -> Self {
        Self {
            price: times(self.price, units),
            fee_estimate: times(self.fee_estimate, units),
            fee: times(self.fee, units),
        }
    }
}

/// The tariffs of one country, by channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tariffs {
    /// SMS, by part.
    pub text: Tariff,
    /// Calls, by begun minute.
    pub voice: Tariff,
    /// MMS, by part; none where MMS cannot be sent.
    pub media: Option<Tariff>,
    /// RCS messages billed as rich, and as basic; none where RCS cannot be sent.
    pub rcs: Option<(Tariff, Tariff)>,
}

/// How an RCS message is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Billing {
    /// With a card, a carousel or a file.
    Rich,
    /// Text alone.
    Basic,
}

impl Billing {
    /// As the events spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rich => "RICH",
            Self::Basic => "BASIC",
        }
    }
}

impl Country {
    /// The carrier that `number` is with: always the same one for the same number; none where carriers are not known.
    pub fn carrier_of(&self, number: &str) -> Option<&'static Carrier> {
        let total: u32 = self.carriers.iter().map(|(_, weight)| weight).sum();
        let mut at = xxh3_64(number.as_bytes()).checked_rem(u64::from(total))? as u32;
        for (carrier, weight) in self.carriers {
            match at.checked_sub(*weight) {
                Some(rest) => at = rest,
                None => return Some(carrier),
            }
        }
        None
    }

    /// What one unit costs on `channel`; none if the country cannot be reached on it.
    pub fn tariff(&self, channel: Channel, billing: Billing) -> Option<Tariff> {
        match channel {
            Channel::Text => Some(self.tariffs.text),
            Channel::Voice => Some(self.tariffs.voice),
            Channel::Media => self.tariffs.media,
            Channel::Rcs => self.tariffs.rcs.map(|(rich, basic)| if billing == Billing::Rich { rich } else { basic }),
            Channel::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::countries::COUNTRIES;
    use crate::phone_numbers::{SIMULATORS, fictional_ranges};

    #[test]
    fn number_finds_its_country() {
        let cases = [
            ("+12065550152", Some("US")),
            ("+16135550123", Some("CA")),
            ("+17875550100", Some("PR")),
            ("+12425550100", Some("BS")), // in the North American plan, as the US
            ("+447700900123", Some("GB")),
            ("+447937404990", Some("JE")),
            ("+33639980000", Some("FR")),
            ("+819012345678", Some("JP")),
            ("+3580000", Some("FI")),
            ("+77710009998", Some("KZ")),
            ("+79161234567", Some("RU")),
            ("+390669812345", Some("VA")),
            ("+441481256789", Some("GG")),
            ("+262639012345", Some("YT")),
            ("+23425", Some("NG")),
            ("+999123", None),
            ("12065550152", None),
            ("", None),
        ];
        for (number, iso) in cases {
            assert_eq!(Country::of_number(number).map(|country| country.iso), iso, "{number}");
        }
    }

    #[test]
    fn fictional_and_simulator_numbers_are_of_their_own_country() {
        for country in COUNTRIES {
            for range in fictional_ranges(country.iso) {
                assert_eq!(Country::of_number(&range.number(0)), Some(country), "{}", range.prefix);
            }
        }
        for simulator in SIMULATORS {
            for number in [simulator.success, simulator.failure] {
                assert_eq!(Country::of_number(number).map(|country| country.iso), Some(simulator.iso), "{number}");
            }
        }
    }

    #[test]
    fn country_rows_are_well_formed() {
        let mut seen = BTreeSet::new();
        let mut prefixes = BTreeSet::new();
        for country in Country::all() {
            assert!(seen.insert(country.iso), "{} stands twice", country.iso);
            assert!(!country.prefixes.is_empty(), "{}", country.iso);
            assert!(country.prefixes.iter().all(|prefix| prefixes.insert(*prefix)), "{}", country.iso);
            for (carrier, weight) in country.carriers {
                assert!(*weight > 0 && carrier.mcc.len() == 3 && matches!(carrier.mnc.len(), 2 | 3), "{carrier:?}");
                assert!([carrier.mcc, carrier.mnc].concat().bytes().all(|byte| byte.is_ascii_digit()), "{carrier:?}");
            }
        }
        assert!(seen.len() >= 240, "{} countries", seen.len());
        assert!(COUNTRIES.iter().all(|country| !country.carriers.is_empty()));
        assert!(COUNTRIES.iter().filter(|country| country.traffic > 0).count() >= 20);
    }

    #[test]
    fn number_stays_with_its_carrier_and_all_carriers_have_numbers() {
        let canada = Country::by_iso("CA").unwrap();
        let carriers: BTreeSet<_> =
            (0..100).map(|last| canada.carrier_of(&format!("+161355501{last:02}")).unwrap().mnc).collect();
        assert_eq!(carriers.len(), canada.carriers.len());
        assert_eq!(canada.carrier_of("+16135550123"), canada.carrier_of("+16135550123"));
    }
}
