//! The rule file: odds, endings pinned by number, prefix, country or context, and faults.

mod api_fault;

use std::{collections::BTreeMap, error::Error};

use serde::Deserialize;
use smsvoice_event::Channel;
use smsvoice_lifecycle::{Ending, Odds};

use crate::account::message::SentMessage;

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
    /// A share outside 0 to 1.
    #[error("faults.{0} is a share between 0 and 1")]
    Share(&'static str),
}

impl Rules {
    /// Reads TOML.
    pub fn read(text: &str) -> Result<Self, RulesError> {
        let rules: Self = toml::from_str(text).map_err(|error| RulesError::Syntax(error.into()))?;
        for (number, rule) in (1..).zip(&rules.rule) {
            let Some(channel) = rule.channel else { continue };
            if !matches!(channel, Channel::Text | Channel::Voice | Channel::Media) {
                return Err(RulesError::ChannelNotSent { number, channel });
            }
            if !rule.ending.fits(channel) {
                return Err(RulesError::Unfit { number, channel, ending: rule.ending.as_str() });
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
    pub(crate) fn pinned(&self, sent: &SentMessage) -> Option<Ending> {
        self.rule.iter().find(|rule| rule.matches(sent)).map(|rule| rule.ending)
    }
}

impl Rule {
    fn matches(&self, sent: &SentMessage) -> bool {
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
    use super::{Rules, RulesError};

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
        let unsent = Rules::read("[[rule]]\nchannel = \"rcs\"\nending = \"delivered\"").unwrap_err().to_string();
        assert_eq!(unsent, "rule 1: the emulator sends no rcs messages; choose text, voice or media");
    }
}
