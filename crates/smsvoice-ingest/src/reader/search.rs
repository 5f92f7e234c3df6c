//! Objects that are neither event nor envelope: an event may still lie inside, in any member, in strings that hold JSON.
//!
//! Tools, test benches and transformers wrap events in ways that no list has. So before such an object is called
//! unreadable, it is looked into. What is found becomes events; the object itself goes to quarantine only if nothing was.

use smsvoice_event::ParseError;
use smsvoice_lake::Reason;

use super::{Output, Reader};
use crate::envelope::members::{Members, Misfit, each_item, each_member, string};
use crate::origin::Origin;

/// What looks like a broken event, kept back until it is known whether the object around it holds others that are whole.
pub(super) struct Suspect {
    payload: Vec<u8>,
    reason: Reason,
    detail: String,
}

/// Why something is searched.
enum Why<'w> {
    /// It is no event.
    NoEvent(&'w ParseError),
    /// It is a record of an event source that this version does not know.
    OfAnotherSource,
    /// It looks like an envelope that AWS documents, and is not built like one.
    Misfit(Misfit),
}

impl<O: Output> Reader<'_, O> {
    /// A piece that cannot be read: quarantine. Inside an object that is being searched it is the object's own business,
    /// unless it looks like an event.
    pub(super) fn unreadable(&mut self, payload: &[u8], origin: &Origin<'_>, reason: Reason, detail: &str) {
        match &mut self.suspects {
            None => self.quarantine(payload, origin, reason, detail),
            Some(suspects) if mentions_an_event(payload) => {
                suspects.push(Suspect { payload: payload.to_vec(), reason, detail: detail.to_owned() });
            }
            Some(_) => {}
        }
    }

    /// An object that is neither event nor envelope.
    pub(super) fn search_object(&mut self, object: &str, why: &ParseError, origin: &Origin<'_>) {
        let members = Members::of(object);
        let told = members.as_ref().map(|members| told_by(members, origin));
        let origin = told.as_ref().unwrap_or(origin);
        let is_record = members.as_ref().is_ok_and(|members| members.has("eventSource"));
        let why = if is_record { Why::OfAnotherSource } else { Why::NoEvent(why) };
        self.search(object, why, origin, |reader, inner| {
            // Its text was JSON.
            let _ = each_member(object, |_, value| reader.search_value(value.get(), inner));
        });
    }

    /// An object that looks like an envelope and is none as AWS documents it.
    pub(super) fn search_misfit(&mut self, object: &str, misfit: Misfit, origin: &Origin<'_>) {
        self.search(object, Why::Misfit(misfit), origin, |reader, inner| {
            // Its text was JSON.
            let _ = each_member(object, |_, value| reader.search_value(value.get(), inner));
        });
    }

    /// A string that stands where a value should: JSON that was serialized twice, perhaps.
    pub(super) fn string_item(&mut self, item: &str, why: &ParseError, origin: &Origin<'_>) {
        self.search(item, Why::NoEvent(why), origin, |reader, inner| reader.search_value(item, inner));
    }

    /// Looks inside, and decides what becomes of the whole.
    fn search(&mut self, whole: &str, why: Why<'_>, origin: &Origin<'_>, look: impl FnOnce(&mut Self, &Origin<'_>)) {
        let inner = origin.deeper();
        let before = (self.received.pieces, self.objects_named());
        if let Some(suspects) = self.suspects.as_ref().map(Vec::len) {
            look(self, &inner);
            let nothing_found = (self.received.pieces, self.objects_named()) == before;
            // One broken thing is suspected once, by its innermost part; a wrapper of what was found is not broken.
            if nothing_found && self.suspects.as_ref().is_some_and(|now| now.len() == suspects) {
                match why {
                    Why::NoEvent(why @ ParseError::MissingField { .. }) => self.reject(whole.as_bytes(), origin, why),
                    Why::Misfit(misfit) => self.misfit(whole, misfit, origin),
                    Why::NoEvent(_) | Why::OfAnotherSource => {}
                }
            }
            return;
        }
        self.suspects = Some(Vec::new());
        look(self, &inner);
        let suspects = self.suspects.take().unwrap_or_default();
        if (self.received.pieces, self.objects_named()) != before {
            for Suspect { payload, reason, detail } in suspects {
                self.quarantine(&payload, origin, reason, &detail);
            }
            return;
        }
        // Nothing of it could be read: it stays whole, and is read again as a whole after a fix.
        match (suspects.into_iter().next(), why) {
            (Some(Suspect { reason, detail, .. }), _) => self.quarantine(whole.as_bytes(), origin, reason, &detail),
            (None, Why::NoEvent(why)) => self.reject(whole.as_bytes(), origin, why),
            (None, Why::Misfit(misfit)) => self.misfit(whole, misfit, origin),
            (None, Why::OfAnotherSource) => {
                let detail = "a record of no event source this version knows";
                self.quarantine(whole.as_bytes(), origin, Reason::UnknownEnvelope, detail);
            }
        }
    }

    fn objects_named(&self) -> usize {
        self.tally.objects.len() + self.tally.removed.len()
    }

    fn search_value(&mut self, value: &str, origin: &Origin<'_>) {
        if origin.depth > super::MAX_DEPTH {
            return;
        }
        match value.as_bytes().first() {
            Some(b'{') => self.text(value, origin),
            Some(b'[') => {
                let inner = origin.deeper();
                let _ = each_item(value, |item| self.search_value(item.get(), &inner));
            }
            Some(b'"') if value.contains('{') || value.contains("\\u007b") => self.search_string(value, origin),
            _ => {}
        }
    }

    fn search_string(&mut self, value: &str, origin: &Origin<'_>) {
        let text = serde_json::from_str::<&serde_json::value::RawValue>(value).ok().and_then(string);
        let Some(text) = text else { return };
        let begins = text.trim_start().as_bytes().first().copied();
        match begins {
            Some(b'"') => self.search_value(text.trim(), &origin.deeper()),
            Some(b'{' | b'[') => self.text(&text, &origin.deeper()),
            _ if mentions_an_event(text.as_bytes()) => self.text(&text, &origin.deeper()),
            _ => {}
        }
    }
}

/// What a wrapper tells of its content: account and region by the names that AWS's envelopes have for them, and when it
/// came.
fn told_by<'o>(members: &Members<'_>, origin: &'o Origin<'_>) -> Origin<'o> {
    let told = |names: [&str; 4]| names.iter().find_map(|name| members.text(name));
    let account = told(["account", "accountId", "awsAccountId", "owner"]);
    let region = told(["region", "awsRegion", "aws_region", "Region"]);
    let time = ["time", "timestamp"].iter().find_map(|name| members.rfc3339(name).or_else(|| members.millis(name)));
    let mut inner = origin.beside();
    if let Some(account) = account.filter(|account| account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
    {
        inner.account_id = Some(account.into_owned().into());
    }
    if let Some(region) = region.filter(|region| region.len() < 26 && region.matches('-').count() >= 2) {
        inner.aws_region = Some(region.into_owned().into());
    }
    inner.at(time)
}

/// Whether a piece names the field that every event has.
fn mentions_an_event(piece: &[u8]) -> bool {
    memchr::memmem::find(piece, b"eventType").or_else(|| memchr::memmem::find(piece, b"eventtype")).is_some()
}
