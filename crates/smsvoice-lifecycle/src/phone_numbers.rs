//! Telephone numbers that reach nobody: ranges regulators keep for fiction, and AWS's destination simulators.

use smsvoice_event::Channel;

use crate::ending::Ending;

/// Consecutive numbers reserved for fiction: `prefix`, then `first` to `last` in `digits` digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberRange {
    /// `+` and the leading digits.
    pub prefix: &'static str,
    /// The first number's remaining digits, as a number.
    pub first: u32,
    /// The last number's.
    pub last: u32,
    /// How many digits follow the prefix; 0 for a single number.
    pub digits: usize,
}

impl NumberRange {
    const fn new(prefix: &'static str, first: u32, last: u32, digits: usize) -> Self {
        Self { prefix, first, last, digits }
    }

    const fn one(number: &'static str) -> Self {
        Self::new(number, 0, 0, 0)
    }

    /// How many numbers it holds.
    pub const fn count(&self) -> u32 {
        self.last - self.first + 1
    }

    /// Its number at `index`, counted from 0.
    pub fn number(&self, index: u32) -> String {
        match self.digits {
            0 => self.prefix.to_owned(),
            digits => format!("{}{:0digits$}", self.prefix, self.first + index),
        }
    }

    fn contains(&self, number: &str) -> bool {
        let Some(rest) = number.strip_prefix(self.prefix) else { return false };
        rest.len() == self.digits
            && rest.bytes().all(|byte| byte.is_ascii_digit())
            && (self.digits == 0 || rest.parse().is_ok_and(|at| (self.first..=self.last).contains(&at)))
    }
}

/// 555-0100 to 555-0199 in the area codes given.
macro_rules! nanp {
    ($($area:literal)+) => { &[$(NumberRange::new(concat!("+1", $area, "55501"), 0, 99, 2)),+] };
}

macro_rules! single {
    ($($number:literal)+) => { &[$(NumberRange::one($number)),+] };
}

/// The ranges by country. Sources: the North American plan's 555-01xx; Ofcom and ComReg's numbers for drama; ACMA's thirty
/// fictitious mobile numbers; ARCEP's numbers for audiovisual works; Bundesnetzagentur notice 148/2021; PTS.
const FICTIONAL: &[(&str, &[NumberRange])] = &[
    ("US", nanp!["205" "206" "212" "303" "312" "404" "425" "503" "512" "602" "617" "702" "713" "801" "919" "954"]),
    ("CA", nanp!["204" "306" "403" "416" "506" "514" "604" "613" "709" "902"]),
    ("PR", nanp!["787" "939"]),
    ("DO", nanp!["809" "829" "849"]),
    ("JM", nanp!["658" "876"]),
    ("GB", &[NumberRange::new("+447700900", 0, 999, 3)]),
    ("IE", &[NumberRange::new("+3532091", 0, 99_999, 5)]),
    ("FR", &[NumberRange::new("+3363998", 0, 9_999, 4)]),
    ("SE", &[NumberRange::new("+46701740", 605, 699, 3)]),
    (
        "DE",
        &[
            NumberRange::one("+4915228817386"),
            NumberRange::new("+493023125", 0, 999, 3),
            NumberRange::new("+496990009", 0, 999, 3),
            NumberRange::new("+494066969", 0, 999, 3),
            NumberRange::new("+492214710", 0, 999, 3),
            NumberRange::new("+498999998", 0, 999, 3),
        ],
    ),
    (
        "AU",
        single!["+61491570006" "+61491570110" "+61491570156" "+61491570157" "+61491570158" "+61491570159" "+61491570313"
            "+61491570737" "+61491571266" "+61491571491" "+61491571804" "+61491572549" "+61491572665" "+61491572983"
            "+61491573087" "+61491573770" "+61491574118" "+61491574632" "+61491575254" "+61491575789" "+61491576398"
            "+61491576801" "+61491577426" "+61491577644" "+61491578148" "+61491578888" "+61491578957" "+61491579212"
            "+61491579455" "+61491579760"],
    ),
];

/// Toll-free origination numbers, as in AWS's own sample events (+1 844 555 0123).
pub(crate) const TOLL_FREE: &[NumberRange] = nanp!["844" "855" "866"];

/// The fictional numbers of a country; empty where its regulator keeps none.
pub fn fictional_ranges(iso: &str) -> &'static [NumberRange] {
    FICTIONAL.iter().find(|(country, _)| *country == iso).map_or(&[], |(_, ranges)| ranges)
}

/// Whether a number is reserved for fiction or one of AWS's simulators: one that may stand in a sample or in made-up data.
pub fn is_fictional(number: &str) -> bool {
    let ranges = FICTIONAL.iter().flat_map(|(_, ranges)| ranges.iter());
    ranges.chain(TOLL_FREE).any(|range| range.contains(number))
        || SIMULATORS.iter().any(|simulator| simulator.success == number || simulator.failure == number)
}

/// AWS's simulator destinations of one country, for SMS and MMS: nothing leaves AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulator {
    /// The country, as ISO 3166-1 alpha-2.
    pub iso: &'static str,
    /// The number to which a message succeeds.
    pub success: &'static str,
    /// The number to which it fails.
    pub failure: &'static str,
}

/// How a text or media message to a simulator destination ends; none for any other number or channel.
///
/// AWS documents "success" and "failure" alone. That the failure is a `*_BLOCKED` event is what one public template says.
pub fn simulated_ending(channel: Channel, destination: &str) -> Option<Ending> {
    if !matches!(channel, Channel::Text | Channel::Media) {
        return None;
    }
    SIMULATORS.iter().find_map(|simulator| match destination {
        number if number == simulator.success => Some(Ending::Delivered),
        number if number == simulator.failure => Some(Ending::Blocked),
        _ => None,
    })
}

macro_rules! simulators {
    ($($iso:literal $success:literal $failure:literal)+) => {
        /// AWS's simulator destination numbers (user guide, "Test phone numbers", copy of 2026).
        pub const SIMULATORS: &[Simulator] =
            &[$(Simulator { iso: $iso, success: $success, failure: $failure }),+];
    };
}

simulators! {
    "AU" "+61455944038" "+61455944039"
    "AT" "+43676800442031" "+43676800442032"
    "BE" "+32460213922" "+32460213923"
    "CL" "+56229140630" "+56229140631"
    "CZ" "+420790542286" "+420790542287"
    "DK" "+4525919410" "+4525919215"
    "EE" "+37282720792" "+37282720793"
    "FI" "+3584573979110" "+3584573979111"
    "FR" "+33755512501" "+33755512502"
    "HK" "+85257048426" "+85257048854"
    "HU" "+36707178770" "+36707178772"
    "IT" "+394390009172" "+394390009174"
    "JE" "+447937404990" "+447937404992"
    "LU" "+352691385880" "+352691385882"
    "NL" "+3197008100148" "+3197008100150"
    "NO" "+4759449384" "+4759449387"
    "PL" "+48732141440" "+48732141442"
    "PT" "+351927946948" "+351927946950"
    "RO" "+40783900330" "+40783900332"
    "ES" "+34683783440" "+34683783442"
    "SE" "+46790645100" "+46790645102"
    "CH" "+41798075872" "+41798075874"
    "TW" "+886903444630" "+886903444632"
    "GB" "+447860019066" "+447860019067"
    "US" "+14254147755" "+14254147167"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_contain_what_they_yield_and_no_more() {
        for (iso, ranges) in FICTIONAL {
            for range in *ranges {
                let (first, last) = (range.number(0), range.number(range.count() - 1));
                assert!(is_fictional(&first) && is_fictional(&last), "{iso} {first} {last}");
                assert!(!is_fictional(&format!("{last}0")), "{iso}: a digit too many");
            }
        }
        for real in ["+12065550200", "+447700901000", "+46701740604", "+46701740700", "+61491570007", "+4930231250"] {
            assert!(!is_fictional(real), "{real}");
        }
    }

    #[test]
    fn simulator_numbers_end_as_documented() {
        assert_eq!(simulated_ending(Channel::Text, "+14254147755"), Some(Ending::Delivered));
        assert_eq!(simulated_ending(Channel::Text, "+14254147167"), Some(Ending::Blocked));
        assert_eq!(simulated_ending(Channel::Text, "+14255550123"), None);
        assert_eq!(simulated_ending(Channel::Voice, "+14254147755"), None, "there is no voice simulator");
        assert_eq!(SIMULATORS.len(), 25);
    }
}
