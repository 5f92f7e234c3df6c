//! Texts and media messages: queued, taken by a carrier, received by a handset, or one of many failures.

use rand::Rng;
use smsvoice_event::{Channel, KnownType};

use super::{SILENCE_MS, Script};
use crate::draw::{below, percent};
use crate::ending::Ending;
use crate::latency::Latency;
use crate::life_event::Network;
use crate::message::DEFAULT_TTL_SECONDS;

/// The event types that texts and media messages share, by channel.
struct Types {
    queued: KnownType,
    pending: KnownType,
    successful: KnownType,
    delivered: KnownType,
    unreachable: KnownType,
    carrier_unreachable: KnownType,
}

impl Types {
    const fn of(channel: Channel) -> Self {
        use KnownType as K;
        match channel {
            Channel::Media => Self {
                queued: K::MediaQueued,
                pending: K::MediaPending,
                successful: K::MediaSuccessful,
                delivered: K::MediaDelivered,
                unreachable: K::MediaUnreachable,
                carrier_unreachable: K::MediaCarrierUnreachable,
            },
            _ => Self {
                queued: K::TextQueued,
                pending: K::TextPending,
                successful: K::TextSuccessful,
                delivered: K::TextDelivered,
                unreachable: K::TextUnreachable,
                carrier_unreachable: K::TextCarrierUnreachable,
            },
        }
    }
}

impl<R: Rng + ?Sized> Script<'_, R> {
    pub(super) fn by_carrier(&mut self, ending: Ending, last: KnownType) {
        if ending == Ending::ProtectBlocked {
            return self.protect_blocked(last);
        }
        let types = Types::of(self.message.channel);
        if matches!(ending, Ending::Invalid | Ending::InvalidMessage | Ending::CarrierUnreachable) {
            self.network = Network::Untold;
        }
        self.begin(&types);
        match ending {
            Ending::Delivered => self.delivered(&types),
            Ending::NoReceipt => _ = self.say(last, false, &Latency::TO_CARRIER),
            Ending::UnknownAfterSilence => self.silent(&types, last),
            Ending::Unreachable => self.unreachable(&types),
            Ending::DeliveredAfterFailure => {
                self.unreachable(&types);
                self.say(types.delivered, true, &Latency::TO_HANDSET);
            }
            Ending::DeliveredAfterRetry => {
                self.first_attempt_failed(&types);
                self.say(last, true, &Latency::TO_HANDSET);
            }
            Ending::ExpiredAfterRetry => {
                self.first_attempt_failed(&types);
                let expiry = self.expiry_ms(DEFAULT_TTL_SECONDS);
                self.say_at(last, true, expiry);
            }
            Ending::StillTrying => _ = self.say(last, false, &Latency::TO_HANDSET),
            Ending::TtlExpired => self.expired(&types, last),
            _ => _ = self.say(last, true, &Latency::TO_CARRIER),
        }
        // The user guide's own SMS sample has no country code.
        if self.events.len() > 1 && percent(self.rng, 2) {
            self.events[0].names_country = false;
        }
    }

    fn begin(&mut self, types: &Types) {
        let start = below(self.rng, 100);
        if start < 60 {
            self.say(types.queued, false, &Latency::AT_ONCE).network = Network::Untold;
        }
        if (30..95).contains(&start) {
            self.say(types.pending, false, &Latency::AT_ONCE);
        }
    }

    /// A message of several parts can bring more than one receipt.
    fn delivered(&mut self, types: &Types) {
        self.say(types.successful, false, &Latency::TO_CARRIER);
        self.say(types.delivered, true, &Latency::TO_HANDSET);
        if self.message.parts > 1 && percent(self.rng, 8) {
            self.say(types.delivered, true, &Latency::AT_ONCE);
        }
    }

    fn silent(&mut self, types: &Types, last: KnownType) {
        if percent(self.rng, 80) {
            self.say(types.successful, false, &Latency::TO_CARRIER);
        }
        let noticed = i64::from(below(self.rng, 600_000));
        self.say_at(last, true, self.message.requested_ms + SILENCE_MS + noticed);
    }

    fn unreachable(&mut self, types: &Types) {
        self.say(types.successful, false, &Latency::TO_CARRIER);
        self.say(types.unreachable, true, &Latency::GIVING_UP);
    }

    /// The carrier reaches nobody, says so without calling it final, and goes on trying.
    fn first_attempt_failed(&mut self, types: &Types) {
        if percent(self.rng, 50) {
            self.say(types.unreachable, false, &Latency::TO_HANDSET);
        } else {
            self.say(types.carrier_unreachable, false, &Latency::TO_CARRIER).network = Network::Untold;
        }
    }

    fn expired(&mut self, types: &Types, last: KnownType) {
        if percent(self.rng, 60) {
            self.say(types.successful, false, &Latency::TO_CARRIER);
        }
        let expiry = self.expiry_ms(DEFAULT_TTL_SECONDS);
        self.say_at(last, true, expiry);
    }
}
