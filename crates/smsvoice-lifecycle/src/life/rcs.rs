//! RCS messages: sent, delivered, read, or fallen back to SMS.

use rand::Rng;
use smsvoice_event::KnownType;

use super::Script;
use crate::draw::{below, percent};
use crate::ending::Ending;
use crate::latency::Latency;
use crate::life_event::LifeEvent;
use crate::money::ZERO;

/// The longest time to live of an RCS message.
const LONGEST_TTL_SECONDS: u32 = 172_800;

impl<R: Rng + ?Sized> Script<'_, R> {
    pub(super) fn rcs(&mut self, ending: Ending, last: KnownType) {
        if ending == Ending::ProtectBlocked {
            return self.protect_blocked(last);
        }
        if percent(self.rng, 80) {
            self.say(KnownType::RcsQueued, false, &Latency::AT_ONCE);
        }
        if ending != Ending::Failed || percent(self.rng, 50) {
            self.say(KnownType::RcsSent, false, &Latency::TO_CARRIER);
        }
        match ending {
            Ending::Delivered => _ = self.say(last, true, &Latency::TO_HANDSET),
            Ending::Read => self.read(last),
            Ending::Failed => self.failed(last),
            Ending::TtlExpired => {
                let expiry = self.expiry_ms(LONGEST_TTL_SECONDS);
                unbilled(self.say_at(last, true, expiry));
            }
            Ending::FellBackToSms => unbilled(self.say(last, false, &Latency::TO_HANDSET)),
            _ => {} // nothing more is heard
        }
    }

    /// In AWS's own sample the reading is stamped 457 ms before the delivery.
    fn read(&mut self, last: KnownType) {
        self.say(KnownType::RcsDelivered, true, &Latency::TO_HANDSET);
        let delivered_ms = self.clock_ms;
        let stamped_before = percent(self.rng, 25);
        let before_ms = (delivered_ms - 1 - i64::from(below(self.rng, 900))).max(self.message.requested_ms + 1);
        let event = self.say(last, true, &Latency::TO_READ);
        unbilled(event);
        if stamped_before {
            event.at_ms += before_ms - event.event_time_ms;
            event.event_time_ms = before_ms;
        }
    }

    fn failed(&mut self, last: KnownType) {
        let rejected = percent(self.rng, 30);
        let event = self.say(last, true, &Latency::TO_CARRIER);
        unbilled(event);
        if rejected {
            (event.status, event.description) = ("REJECTED", Some("Message has been rejected"));
        }
    }
}

/// What was not delivered, and what repeats a delivery, carries zeros.
fn unbilled(event: &mut LifeEvent) {
    (event.price, event.carrier_fee) = (Some(ZERO), Some(ZERO));
}
