//! The rule file: odds, endings pinned by number, prefix, country or context, and faults.

mod api_fault;

use std::{collections::BTreeMap, error::Error};

use serde::Deserialize;
use smsvoice_event::Channel;
use smsvoice_lifecycle::{Country, Ending, Odds, simulated_ending};

use crate::account::message::KeptMessage;

pub use api_fault::ApiFault;
pub(crate) use api_fault::Reply;

/// How messages fare. The default: the odds of a well-run sender, no rule, no fault.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// The odds of each channel's endings, and how fast things go.
    pub odds: Odds,
    /// The first rule that matches decides how a message ends; a simulator destination decides before any rule.
    pub rule: Vec<Rule>,
    /// What goes wrong on the way to the destinations.
    pub faults: Faults,
    /// How long new resources take until they can be used.
    pub delays: Delays,
    /// What goes wrong with requests to the APIs. The first that befalls a request decides.
    pub api_fault: Vec<ApiFault>,
}

/// One rule. All that it names must match.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The destination number itself, `+14255550100`.
    number: Option<String>,
    /// What the destination number starts with, `+1425`.
    prefix: Option<String>,
    /// The destination's country, ISO 3166-1 alpha-2.
    country: Option<String>,
    /// `text`, `voice` or `media`.
    channel: Option<Channel>,
    /// Entries that the message's context has.
    #[serde(default)]
    context: BTreeMap<String, String>,
    /// How the message ends: `blocked`, `no_answer`, … (lifecycle's endings).
    ending: Ending,
}

/// Shares between 0 and 1.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Of events that are emitted twice.
    pub duplicates: f64,
    /// Of events that are overtaken by the next of their message.
    pub disorder: f64,
    /// Of events that come up to a day late.
    pub lateness: f64,
    /// Of text and media messages of which no receipt comes, so that AWS says UNKNOWN after 72 hours.
    pub no_receipt: f64,
}

/// Emulated seconds until new resources can be used; 0 by default.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delays {
    /// Of a phone number, which is `PENDING` so long.
    pub phone_number_seconds: u32,
    /// Of a pool, which is `CREATING` so long.
    pub pool_seconds: u32,
}

/// A rule file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It is not TOML, or it has a key or a value that rules do not have. The source says where.
    #[error("the rules cannot be read")]
    Syntax(#[source] Box<dyn Error + Send + Sync>),
    /// A rule for a channel that the emulator does not send on.
    #[error("rule {number}: the emulator sends no {channel} messages; choose text, voice or media")]
    ChannelNotSent {
        /// Counted from 1.
        number: usize,
        /// As written.
        channel: Channel,
    },
    /// A rule whose ending no message of its channel can have.
    #[error("rule {number}: no {channel} message ends as `{ending}`; choose another ending or name another channel")]
    Unfit {
        /// Counted from 1.
        number: usize,
        /// `text`, `voice` or `media`.
        channel: Channel,
        /// As written.
        ending: &'static str,
    },
    /// A rule that can never decide anything.
    #[error("rule {number} can never match: {why}")]
    Never {
        /// Counted from 1.
        number: usize,
        /// What stands in its way.
        why: Never,
    },
    /// A share outside 0 to 1.
    #[error("faults.{0} is a share between 0 and 1")]
    Share(&'static str),
}

/// Why a rule can never match.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Never {
    /// The ending is of RCS messages.
    #[error("no text, call or media message ends as `{0}`")]
    Ending(&'static str),
    /// Not a number.
    #[error("`{0}` is no number; write it with its country's code, as +14255550100")]
    Number(String),
    /// Not the beginning of a number.
    #[error("no number begins with `{0}`; write the country's code and further digits, as +1425")]
    Prefix(String),
    /// Not a country.
    #[error("`{0}` is no country; write two capital letters, as US")]
    Country(String),
    /// Its own prefix excludes its number.
    #[error("its number does not begin with its prefix")]
    NumberWithoutPrefix,
    /// Its country excludes its number.
    #[error("its number is of another country")]
    NumberOfAnotherCountry,
    /// Its country excludes its prefix.
    #[error("its prefix is of another country")]
    PrefixOfAnotherCountry,
    /// How messages to simulators end is AWS's decision.
    #[error("its number is one of AWS's simulators, which decide before any rule")]
    Simulator,
    /// No message can have such a context.
    #[error("a context has at most 5 entries, keys of 1 to 100 characters without spaces, and values of 1 to 800")]
    Context,
    /// An earlier rule takes all its messages.
    #[error("rule {0} matches all that it matches, and comes before it")]
    AfterRule(usize),
}

/// Whether a number can begin with both.
fn meet(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// The channels that messages are sent on here.
const SENT: [Channel; 3] = [Channel::Text, Channel::Voice, Channel::Media];

impl Rules {
    /// Reads TOML.
    pub fn read(text: &str) -> Result<Self, RulesError> {
        let rules: Self = toml::from_str(text).map_err(|error| RulesError::Syntax(error.into()))?;
        for (at, rule) in rules.rule.iter().enumerate() {
            rule.require_possible(at + 1)?;
            if let Some(earlier) = rules.rule[..at].iter().position(|earlier| earlier.covers(rule)) {
                return Err(RulesError::Never { number: at + 1, why: Never::AfterRule(earlier + 1) });
            }
        }
        let faults = rules.faults;
        let shares = [
            ("duplicates", faults.duplicates),
            ("disorder", faults.disorder),
            ("lateness", faults.lateness),
            ("no_receipt", faults.no_receipt),
        ];
        match shares.iter().find(|(_, share)| !(0.0..=1.0).contains(share)) {
            Some((name, _)) => Err(RulesError::Share(name)),
            None => Ok(rules),
        }
    }

    /// The ending that a rule pins for this message.
    pub(crate) fn pinned(&self, sent: &KeptMessage) -> Option<Ending> {
        self.rule.iter().find(|rule| rule.matches(sent)).map(|rule| rule.ending)
    }
}

impl Rule {
    /// Refuses a rule, the `number`th, that no message could ever match.
    fn require_possible(&self, number: usize) -> Result<(), RulesError> {
        if let Some(channel) = self.channel {
            if !SENT.contains(&channel) {
                return Err(RulesError::ChannelNotSent { number, channel });
            }
            if !self.ending.fits(channel) {
                return Err(RulesError::Unfit { number, channel, ending: self.ending.as_str() });
            }
        }
        self.never().map_or(Ok(()), |why| Err(RulesError::Never { number, why }))
    }

    /// Why no message could match it, if none could.
    fn never(&self) -> Option<Never> {
        let digits = |text: &str, least: usize| {
            let rest = text.strip_prefix('+').unwrap_or_default();
            (least..=15).contains(&rest.len())
                && rest.bytes().all(|byte| byte.is_ascii_digit())
                && !rest.starts_with('0')
        };
        if !SENT.iter().any(|channel| self.ending.fits(*channel)) {
            return Some(Never::Ending(self.ending.as_str()));
        }
        if let Some(number) = self.number.as_ref().filter(|number| !digits(number, 7)) {
            return Some(Never::Number(number.clone()));
        }
        if let Some(prefix) = self.prefix.as_ref().filter(|prefix| !digits(prefix, 1)) {
            return Some(Never::Prefix(prefix.clone()));
        }
        if let Some(country) = self.country.as_ref().filter(|country| Country::by_iso(country).is_none()) {
            return Some(Never::Country(country.clone()));
        }
        if let (Some(number), Some(prefix)) = (&self.number, &self.prefix)
            && !number.starts_with(prefix.as_str())
        {
            return Some(Never::NumberWithoutPrefix);
        }
        if let (Some(number), Some(country)) = (&self.number, &self.country)
            && Country::of_number(number).map(|of| of.iso) != Some(country.as_str())
        {
            return Some(Never::NumberOfAnotherCountry);
        }
        if let (Some(prefix), Some(country)) = (&self.prefix, &self.country)
            && !Country::by_iso(country)
                .is_some_and(|country| country.prefixes.iter().any(|own| meet(own, &prefix[1..])))
        {
            return Some(Never::PrefixOfAnotherCountry);
        }
        let channels = SENT.iter().filter(|channel| self.channel.is_none_or(|wanted| wanted == **channel));
        let is_simulator =
            |number: &String| channels.clone().all(|channel| simulated_ending(*channel, number).is_some());
        if self.number.as_ref().is_some_and(is_simulator) {
            return Some(Never::Simulator);
        }
        let entry = |(key, value): (&String, &String)| {
            let is_key = (1..=100).contains(&key.chars().count()) && !key.contains(char::is_whitespace);
            is_key && (1..=800).contains(&value.chars().count())
        };
        (self.context.len() > 5 || !self.context.iter().all(entry)).then_some(Never::Context)
    }

    /// Whether it matches whatever `later` matches, so that the later one never decides.
    fn covers(&self, later: &Self) -> bool {
        let prefix_covers = |prefix: &String| {
            [&later.number, &later.prefix].into_iter().flatten().any(|has| has.starts_with(prefix.as_str()))
        };
        let of_number = || later.number.as_deref().and_then(Country::of_number).map(|country| country.iso);
        let country_covers =
            |wanted: &String| later.country.as_ref() == Some(wanted) || of_number() == Some(wanted.as_str());
        let channels_of = |rule: &Self| {
            let fits =
                |channel: &&Channel| rule.ending.fits(**channel) && rule.channel.is_none_or(|one| one == **channel);
            SENT.iter().filter(fits).copied().collect::<Vec<_>>()
        };
        self.number.as_ref().is_none_or(|own| later.number.as_ref() == Some(own))
            && self.prefix.as_ref().is_none_or(prefix_covers)
            && self.country.as_ref().is_none_or(country_covers)
            && channels_of(later).iter().all(|channel| channels_of(self).contains(channel))
            && self.context.iter().all(|(key, value)| later.context.get(key) == Some(value))
    }

    fn matches(&self, sent: &KeptMessage) -> bool {
        self.number.as_ref().is_none_or(|number| *number == sent.destination)
            && self.prefix.as_ref().is_none_or(|prefix| sent.destination.starts_with(prefix.as_str()))
            && self.country.as_ref().is_none_or(|country| *country == sent.country)
            && self.channel.is_none_or(|channel| channel == sent.channel)
            && self.context.iter().all(|(key, value)| sent.context.get(key) == Some(value))
            && self.ending.fits(sent.channel)
    }
}

#[cfg(test)]
mod tests {
    use super::{Never, Rules, RulesError};

    #[test]
    fn a_rule_file_reads_and_its_mistakes_are_told() {
        let text =
            "[odds]\ndelay_percent = 10\n[[rule]]\nprefix = \"+44\"\nending = \"blocked\"\n[faults]\nduplicates = 0.5";
        let rules = Rules::read(text).unwrap();
        assert_eq!((rules.odds.delay_percent, rules.rule.len(), rules.faults.duplicates), (10, 1, 0.5));
        let unfit = Rules::read("[[rule]]\nchannel = \"voice\"\nending = \"blocked\"");
        assert!(matches!(unfit, Err(RulesError::Unfit { number: 1, .. })), "{unfit:?}");
        assert!(matches!(Rules::read("[faults]\nlateness = 2.0"), Err(RulesError::Share("lateness"))));
        assert!(matches!(Rules::read("[[rules]]"), Err(RulesError::Syntax(_))));
        let never = |rules: &str| match Rules::read(rules) {
            Err(RulesError::Never { number, why }) => (number, why),
            other => panic!("{rules}: {other:?}"),
        };
        let rule = |matchers: &str| never(&format!("[[rule]]\n{matchers}\nending = \"blocked\"")).1;
        assert_eq!(never("[[rule]]\nending = \"read\""), (1, Never::Ending("read")));
        assert_eq!(rule("number = \"14255550100\""), Never::Number("14255550100".into()));
        assert_eq!(rule("prefix = \"1425\""), Never::Prefix("1425".into()));
        assert_eq!(rule("country = \"us\""), Never::Country("us".into()));
        assert_eq!(rule("number = \"+14255550100\"\nprefix = \"+1206\""), Never::NumberWithoutPrefix);
        assert_eq!(rule("number = \"+14255550100\"\ncountry = \"CA\""), Never::NumberOfAnotherCountry);
        assert_eq!(rule("prefix = \"+44\"\ncountry = \"US\""), Never::PrefixOfAnotherCountry);
        assert_eq!(rule("channel = \"text\"\nnumber = \"+14254147755\""), Never::Simulator);
        assert_eq!(rule("context = { \"a b\" = \"c\" }"), Never::Context);
        let after = "[[rule]]\nprefix = \"+1\"\nending = \"blocked\"\n";
        assert_eq!(never(&format!("{after}{after}")), (2, Never::AfterRule(1)));
        assert_eq!(
            never(&format!("{after}[[rule]]\nnumber = \"+14255550100\"\nending = \"spam\"")).1,
            Never::AfterRule(1)
        );
        for fine in [
            "[[rule]]\nprefix = \"+1425\"\ncountry = \"US\"\nending = \"spam\"",
            &format!("{after}[[rule]]\nprefix = \"+1425\"\nchannel = \"voice\"\nending = \"busy\""),
            "[[rule]]\nprefix = \"+1425\"\nending = \"spam\"\n[[rule]]\nprefix = \"+1\"\nending = \"blocked\"",
        ] {
            assert!(Rules::read(fine).is_ok(), "{fine}: {:?}", Rules::read(fine));
        }
        let unsent = Rules::read("[[rule]]\nchannel = \"rcs\"\nending = \"delivered\"").unwrap_err().to_string();
        assert_eq!(unsent, "rule 1: the emulator sends no rcs messages; choose text, voice or media");
    }
}
