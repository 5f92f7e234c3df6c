//! What to generate: numbers, times, rates of faults, each checked.

use serde::Serialize;
use smsvoice_event::{Channel, EventTime};

use crate::draw::Chance;
use crate::life::LifeError;

/// The default start: 2026-11-01T00:00:00Z.
const DEFAULT_START_MS: i64 = 1_793_491_200_000;
/// Three days.
const DEFAULT_SPAN_MS: i64 = 3 * 86_400_000;
/// The last request: late events of its message come up to ten days after it, and must still be before 2100.
const LAST_REQUEST_MS: i64 = EventTime::LAST.millis() - 10 * 86_400_000;
/// The largest share of truncated lines: at 0.9 there are nine of them to a whole one.
const MOST_TRUNCATED: f64 = 0.9;

/// What [`generate`](crate::generate()) shall write. All rates are shares from 0 to 1, and 0 by default.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GenerateOptions {
    /// How many messages. Each has one to six events, about three on average.
    pub messages: u64,
    /// Everything follows from it.
    pub seed: u64,
    /// The earliest request, in epoch milliseconds; by default 2026-11-01T00:00:00Z.
    pub start_ms: i64,
    /// Requests are spread evenly over this many milliseconds; three days by default.
    pub span_ms: i64,
    /// The share of events of which a second copy is written: in 10 of 16 the same bytes, in 3 the members in another
    /// order, in 3 without the destination number and the context (as EventBridge sends it).
    pub duplicates: f64,
    /// All lines in random order. Otherwise they stand in the order in which the events arrive.
    pub shuffled: bool,
    /// The share of lines that stand up to 64 lines from where they belong.
    pub disorder: f64,
    /// The share of events that arrive over 72 h late. Of a life's last events, every second one is stamped so, too.
    pub late: f64,
    /// The share of all lines that are truncated: extra copies of events that end at a random byte. Every event is there
    /// in full, too. 0.9 at most.
    pub truncated: f64,
    /// The share of concluded messages (neither pending nor unknown) that have one more event, of an unknown type of the same
    /// channel.
    pub unknown_types: f64,
    /// The share of events with one more member, which AWS does not send.
    pub unknown_fields: f64,
    /// How the messages are spread over the channels.
    pub mix: ChannelMix,
    /// How many attacks there are by somebody who pumps traffic: some hours in which a country gets many more messages, to
    /// numbers that lie together, few of which arrive. Their messages come on top of [`messages`](Self::messages).
    pub pumping: u32,
}

/// The weights of the channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelMix {
    /// SMS.
    pub text: u32,
    /// Calls.
    pub voice: u32,
    /// MMS.
    pub media: u32,
    /// RCS.
    pub rcs: u32,
}

impl ChannelMix {
    pub(super) fn weights(self) -> [(Channel, u32); 4] {
        [
            (Channel::Text, self.text),
            (Channel::Voice, self.voice),
            (Channel::Media, self.media),
            (Channel::Rcs, self.rcs),
        ]
    }
}

impl Default for ChannelMix {
    fn default() -> Self {
        Self { text: 85, voice: 6, media: 5, rcs: 4 }
    }
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self {
            messages: 1_000,
            seed: 1,
            start_ms: DEFAULT_START_MS,
            span_ms: DEFAULT_SPAN_MS,
            duplicates: 0.0,
            shuffled: false,
            disorder: 0.0,
            late: 0.0,
            truncated: 0.0,
            unknown_types: 0.0,
            unknown_fields: 0.0,
            mix: ChannelMix::default(),
            pumping: 0,
        }
    }
}

/// Why nothing, or not all, was generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A rate is no share.
    #[error("{option} is {value}; it must be from 0 to {most}")]
    RateOutOfRange {
        /// Its name in [`GenerateOptions`].
        option: &'static str,
        /// What was given.
        value: f64,
        /// The most it may be.
        most: f64,
    },
    /// More messages than an index of 32 bits counts.
    #[error("messages is {0}; at most 4294967295 can be generated in one run, use several seeds for more")]
    TooManyMessages(u64),
    /// Requests before 2010 or after 2099, or a negative span.
    #[error(
        "requests from {start_ms} ms over {span_ms} ms are out of range: they must begin in 2010 or later (1262304000000 ms) \
         and end ten days before 2100"
    )]
    TimeOutOfRange {
        /// The earliest request.
        start_ms: i64,
        /// The span.
        span_ms: i64,
    },
    /// The mix has no channel, or weights beyond 32 bits.
    #[error(
        "mix weighs text {}, voice {}, media {}, rcs {}; together it must be from 1 to 4294967295",
        .0.text, .0.voice, .0.media, .0.rcs
    )]
    NoChannel(ChannelMix),
    /// A drawn message has no life: the tables contradict each other.
    #[error("message {index} has no life")]
    Life {
        /// The message's index.
        index: u32,
        /// Why.
        source: LifeError,
    },
    /// The output cannot be written.
    #[error("the events cannot be written")]
    Write(#[from] std::io::Error),
}

/// The checked rates, as thresholds of draws.
pub(super) struct Rates {
    pub(super) duplicates: Chance,
    /// Of a line to change places with a later one: each swap displaces two.
    pub(super) swapped: Chance,
    pub(super) late: Chance,
    pub(super) unknown_types: Chance,
    pub(super) unknown_fields: Chance,
    /// Truncated copies of every event, and the chance of one more.
    pub(super) truncated_copies: (u8, Chance),
}

impl Rates {
    /// Whether lives are told without faults in what the events say.
    pub(super) const fn tell_plainly(&self) -> bool {
        self.late.is_never() && self.unknown_types.is_never() && self.unknown_fields.is_never()
    }

    /// Whether every event stands on one line.
    pub(super) const fn copy_nothing(&self) -> bool {
        self.duplicates.is_never() && self.truncated_copies.0 == 0 && self.truncated_copies.1.is_never()
    }
}

impl GenerateOptions {
    pub(super) fn rates(&self) -> Result<Rates, GenerateError> {
        self.check()?;
        let rate = |option, value: f64, most: f64| {
            if (0.0..=most).contains(&value) {
                Ok(value)
            } else {
                Err(GenerateError::RateOutOfRange { option, value, most })
            }
        };
        let duplicates = rate("duplicates", self.duplicates, 1.0)?;
        let truncated = rate("truncated", self.truncated, MOST_TRUNCATED)?;
        let truncated_per_event = truncated * (1.0 + duplicates) / (1.0 - truncated);
        Ok(Rates {
            duplicates: Chance::new(duplicates),
            swapped: Chance::new(rate("disorder", self.disorder, 1.0)? / 2.0),
            late: Chance::new(rate("late", self.late, 1.0)?),
            unknown_types: Chance::new(rate("unknown_types", self.unknown_types, 1.0)?),
            unknown_fields: Chance::new(rate("unknown_fields", self.unknown_fields, 1.0)?),
            truncated_copies: (truncated_per_event as u8, Chance::new(truncated_per_event.fract())),
        })
    }

    fn check(&self) -> Result<(), GenerateError> {
        let total: u64 = self.mix.weights().iter().map(|(_, weight)| u64::from(*weight)).sum();
        if total == 0 || total > u64::from(u32::MAX) {
            return Err(GenerateError::NoChannel(self.mix));
        }
        if self.messages > u64::from(u32::MAX) {
            return Err(GenerateError::TooManyMessages(self.messages));
        }
        let (start_ms, span_ms) = (self.start_ms, self.span_ms);
        let in_range = start_ms >= EventTime::FIRST.millis()
            && span_ms >= 0
            && start_ms.checked_add(span_ms).is_some_and(|end| end <= LAST_REQUEST_MS);
        if in_range { Ok(()) } else { Err(GenerateError::TimeOutOfRange { start_ms, span_ms }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(change: impl FnOnce(&mut GenerateOptions)) -> String {
        let mut options = GenerateOptions::default();
        change(&mut options);
        options.rates().err().expect("an error").to_string()
    }

    #[test]
    fn bad_options_are_named_with_what_is_allowed() {
        let messages = [
            error(|options| options.duplicates = 1.5),
            error(|options| options.late = f64::NAN),
            error(|options| options.truncated = 1.0),
            error(|options| options.disorder = -0.1),
            error(|options| options.messages = 1 << 33),
            error(|options| options.start_ms = -1),
            error(|options| options.span_ms = i64::MAX),
            error(|options| options.mix = ChannelMix { text: 0, voice: 0, media: 0, rcs: 0 }),
        ];
        insta::assert_snapshot!(messages.join("\n"), @r"
        duplicates is 1.5; it must be from 0 to 1
        late is NaN; it must be from 0 to 1
        truncated is 1; it must be from 0 to 0.9
        disorder is -0.1; it must be from 0 to 1
        messages is 8589934592; at most 4294967295 can be generated in one run, use several seeds for more
        requests from -1 ms over 259200000 ms are out of range: they must begin in 2010 or later (1262304000000 ms) and end ten days before 2100
        requests from 1793491200000 ms over 9223372036854775807 ms are out of range: they must begin in 2010 or later (1262304000000 ms) and end ten days before 2100
        mix weighs text 0, voice 0, media 0, rcs 0; together it must be from 1 to 4294967295
        ");
    }

    #[test]
    fn rates_at_their_bounds_are_taken() {
        let options =
            GenerateOptions { duplicates: 1.0, truncated: 0.9, disorder: 1.0, late: 1.0, ..Default::default() };
        assert_eq!(
            options.rates().unwrap().truncated_copies.0,
            18,
            "nine truncated lines to each of the two whole ones"
        );
    }
}
