//! How likely each ending is, and how fast things go.

use rand::Rng;
use serde::{Deserialize, Serialize};
use smsvoice_event::Channel;

use crate::country::Receipts;
use crate::draw::{below, percent, weighted};
use crate::ending::Ending;
use crate::message::Message;

/// The odds of a message's life, by channel. The defaults are of a well-run sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Odds {
    /// Of a text.
    pub text: ChannelOdds,
    /// Of a call.
    pub voice: ChannelOdds,
    /// Of a media message.
    pub media: ChannelOdds,
    /// Of an RCS message.
    pub rcs: ChannelOdds,
    /// Of 100 RCS messages that arrive, how many are opened.
    pub read_percent: u32,
    /// All delays, in percent of the usual ones. What depends on a time to live or on the 72 hours stays.
    pub delay_percent: u32,
}

/// The weights of one channel's endings: messages arrive by `arrives` against the sum of `otherwise`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelOdds {
    /// The weight of arriving, in the way that the country's receipts tell it.
    pub arrives: u32,
    /// The weights of all else; each is scaled by the country's [`trouble_percent`](crate::Country::trouble_percent).
    pub otherwise: Vec<(Ending, u32)>,
}

impl Odds {
    /// Everything arrives: for a demonstration, or as the base of one's own odds.
    pub fn always_arriving() -> Self {
        let sure = || ChannelOdds { arrives: 1, otherwise: Vec::new() };
        Self { text: sure(), voice: sure(), media: sure(), rcs: sure(), ..Self::default() }
    }

    /// An ending for `message`.
    pub fn draw<R: Rng + ?Sized>(&self, message: &Message<'_>, rng: &mut R) -> Ending {
        let odds = match message.channel {
            Channel::Voice => &self.voice,
            Channel::Media => &self.media,
            Channel::Rcs => &self.rcs,
            Channel::Text | Channel::Other => &self.text,
        };
        let scaled = u64::from(message.country.trouble_percent);
        let trouble: u64 = odds.otherwise.iter().map(|(_, weight)| u64::from(*weight)).sum::<u64>() * scaled / 100;
        let total = (u64::from(odds.arrives) + trouble).min(u64::from(u32::MAX)) as u32;
        if below(rng, total) >= odds.arrives
            && let Some(ending) = weighted(rng, &odds.otherwise)
        {
            return ending;
        }
        self.arrival(message, rng)
    }

    fn arrival<R: Rng + ?Sized>(&self, message: &Message<'_>, rng: &mut R) -> Ending {
        match message.channel {
            Channel::Rcs if percent(rng, self.read_percent) => Ending::Read,
            Channel::Voice | Channel::Rcs => Ending::Delivered,
            _ if message.is_from_short_code() || message.is_from_rcs_agent() => Ending::Accepted,
            _ => match message.country.receipts {
                Receipts::Handset => Ending::Delivered,
                Receipts::Either if percent(rng, 70) => Ending::Delivered,
                Receipts::Either | Receipts::Carrier => Ending::Accepted,
            },
        }
    }
}

impl Default for Odds {
    fn default() -> Self {
        use Ending as E;
        let carrier_troubles = [
            (E::NoReceipt, 120),
            (E::UnknownAfterSilence, 60),
            (E::Unknown, 40),
            (E::DeliveredAfterFailure, 12),
            (E::DeliveredAfterRetry, 60),
            (E::ExpiredAfterRetry, 25),
            (E::StillTrying, 15),
            (E::Invalid, 90),
            (E::InvalidMessage, 15),
            (E::Unreachable, 130),
            (E::CarrierUnreachable, 50),
            (E::Blocked, 55),
            (E::CarrierBlocked, 60),
            (E::Spam, 25),
            (E::TtlExpired, 30),
        ];
        let with = |more: &[(Ending, u32)]| [carrier_troubles.as_slice(), more].concat();
        Self {
            text: ChannelOdds { arrives: 9_300, otherwise: with(&[(E::ProtectBlocked, 35)]) },
            voice: ChannelOdds {
                arrives: 7_100,
                otherwise: vec![
                    (E::NoAnswer, 1_600),
                    (E::Busy, 700),
                    (E::Failed, 420),
                    (E::TtlExpired, 80),
                    (E::NoReceipt, 50),
                ],
            },
            media: ChannelOdds {
                arrives: 9_000,
                otherwise: with(&[(E::FileInaccessible, 70), (E::FileTypeUnsupported, 60), (E::FileSizeExceeded, 90)]),
            },
            rcs: ChannelOdds {
                arrives: 8_700,
                otherwise: vec![
                    (E::FellBackToSms, 500),
                    (E::Failed, 300),
                    (E::TtlExpired, 200),
                    (E::ProtectBlocked, 90),
                    (E::NoReceipt, 80),
                ],
            },
            read_percent: 45,
            delay_percent: 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Country, seeded};

    fn text_to(iso: &str) -> Message<'static> {
        Message::new(Channel::Text, Country::by_iso(iso).unwrap(), "m1", 0, "+12065550152", "+16135550123")
    }

    #[test]
    fn arrival_is_told_as_the_country_tells_it() {
        let (odds, mut rng) = (Odds::always_arriving(), seeded(1, 0));
        let mut all = |message: &Message<'_>, ending| (0..200).all(|_| odds.draw(message, &mut rng) == ending);
        assert!(all(&text_to("CA"), Ending::Delivered));
        assert!(all(&text_to("ES"), Ending::Accepted));
        let short_code = Message { origination: "555555".into(), ..text_to("CA") };
        assert!(all(&short_code, Ending::Accepted));
    }

    #[test]
    fn troubled_countries_fail_more_often() {
        let (odds, mut rng) = (Odds::default(), seeded(1, 0));
        let mut arrived = |iso| {
            let message = text_to(iso);
            let endings = (0..5_000).map(|_| odds.draw(&message, &mut rng));
            endings.filter(|ending| matches!(ending, Ending::Delivered | Ending::Accepted)).count()
        };
        let (sweden, dominican_republic) = (arrived("SE"), arrived("DO"));
        assert!(sweden > 4_750 && dominican_republic < 4_300, "{sweden} {dominican_republic}");
    }

    #[test]
    fn odds_of_nothing_arrive() {
        let odds = Odds { text: ChannelOdds { arrives: 0, otherwise: Vec::new() }, ..Odds::default() };
        assert_eq!(odds.draw(&text_to("CA"), &mut seeded(1, 0)), Ending::Delivered);
    }

    #[test]
    fn default_endings_fit_their_channels() {
        let odds = Odds::default();
        let channels = [Channel::Text, Channel::Voice, Channel::Media, Channel::Rcs];
        for (channel, odds) in channels.into_iter().zip([odds.text, odds.voice, odds.media, odds.rcs]) {
            assert!(odds.otherwise.iter().all(|(ending, _)| ending.fits(channel)), "{channel}");
        }
    }
}
