//! Calls: dialled, ringing, answered, completed, or not.

use rand::Rng;
use smsvoice_event::KnownType;

use super::Script;
use crate::draw::percent;
use crate::ending::Ending;
use crate::latency::Latency;
use crate::life_event::LifeEvent;
use crate::message::DEFAULT_TTL_SECONDS;
use crate::money::times;

impl<R: Rng + ?Sized> Script<'_, R> {
    pub(super) fn call(&mut self, ending: Ending, last: KnownType) {
        if ending == Ending::TtlExpired {
            let expiry = self.expiry_ms(DEFAULT_TTL_SECONDS);
            unpriced(self.say_at(last, true, expiry));
            return;
        }
        unpriced(self.say(KnownType::VoiceInitiated, false, &Latency::AT_ONCE));
        match ending {
            Ending::Busy => unpriced(self.say(last, true, &Latency::TO_RINGING)),
            Ending::Failed => {
                if percent(self.rng, 30) {
                    unpriced(self.say(KnownType::VoiceRinging, false, &Latency::TO_RINGING));
                }
                unpriced(self.say(last, true, &Latency::TO_CARRIER));
            }
            _ => {
                unpriced(self.say(KnownType::VoiceRinging, false, &Latency::TO_RINGING));
                self.ringing(ending, last);
            }
        }
    }

    fn ringing(&mut self, ending: Ending, last: KnownType) {
        match ending {
            Ending::NoAnswer => {
                let gave_up = self.clock_ms + 30_000 + Latency::AT_ONCE.sample(100, self.rng);
                unpriced(self.say_at(last, true, gave_up));
            }
            Ending::Delivered => {
                unpriced(self.say(KnownType::VoiceAnswered, false, &Latency::TO_ANSWER));
                self.completed(last);
            }
            _ => {} // nothing more is heard
        }
    }

    fn completed(&mut self, last: KnownType) {
        let seconds = match self.message.call_seconds {
            Some(seconds) => seconds,
            None => (Latency::TALK.sample(100, self.rng) / 1_000) as u32,
        };
        let price = times(self.tariff.price, seconds.div_ceil(60));
        let event = self.say_at(last, true, self.clock_ms + i64::from(seconds) * 1_000);
        (event.price, event.carrier_fee, event.call_seconds) = (Some(price), None, Some(seconds));
    }
}

/// Only a completed call is priced, and no call has a carrier fee.
fn unpriced(event: &mut LifeEvent) {
    (event.price, event.carrier_fee) = (None, None);
}
