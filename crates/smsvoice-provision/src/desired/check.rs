//! Every limit and pattern that AWS documents, checked before it is asked. Lengths and characters are those of botocore
//! 1.44.5, `pinpoint-sms-voice-v2`; v1 says "word characters with delimiters" for the same names.

mod destination;
mod same_place;

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use self::same_place::SamePlace;
use super::file::{File, Flag, SetEntry, flag_text};
use super::{DEFAULT_OWNER, Desired, Fault, OWNER_TAG, Reading, Text};
use crate::world::{Api, MessageType, Set, SetId, World};

/// Tags of a request (`TagList`).
const MOST_TAGS: usize = 200;

/// Reads the whole file. None where something cannot be read at all; what is wrong is in `reading`.
pub(super) fn desired(file: &File, reading: &mut Reading<'_>) -> Option<Desired> {
    let owner = match &file.owner {
        Some(owner) => {
            let text = reading.text(owner)?;
            if text.value.is_empty() || text.value.chars().count() > 256 {
                reading.fault(&text.place, "the owner is the value of a tag: 1 to 256 characters");
            }
            text.value
        }
        None => DEFAULT_OWNER.to_owned(),
    };
    let mut same_place = SamePlace::default();
    let mut places: BTreeMap<SetId, Range<usize>> = BTreeMap::new();
    let mut world = World::default();
    for entry in &file.configuration_set {
        let Some((id, place)) = id(entry, reading) else { continue };
        if let Some(first) = places.get(&id) {
            let fault = Fault::at(place.clone(), format!("the configuration set {id} comes twice"));
            reading.faults.push(fault.beside(first.clone(), "first here"));
            continue;
        }
        places.insert(id.clone(), place);
        let set = set(entry, id.api, reading, &mut same_place);
        world.sets.insert(id, set);
    }
    Some(Desired { owner, world, region: same_place.region() })
}

fn id(entry: &Spanned<SetEntry>, reading: &mut Reading<'_>) -> Option<(SetId, Range<usize>)> {
    let entry = entry.get_ref();
    let api = match &entry.api {
        None => Api::V2,
        Some(api) => {
            let api = reading.text(api)?;
            match api.value.as_str() {
                "v1" => Api::V1,
                "v2" => Api::V2,
                other => {
                    reading.fault(&api.place, format!("there is no API `{other}`; write \"v1\" or \"v2\""));
                    return None;
                }
            }
        }
    };
    let name = name(&entry.name, "a configuration set", reading)?;
    Some((SetId { api, name: name.value }, name.place))
}

/// The name of a set or a destination: `[A-Za-z0-9_-]+`, at most 64.
fn name(name: &Spanned<String>, of: &str, reading: &mut Reading<'_>) -> Option<Text> {
    let text = reading.text(name)?;
    if text.value.is_empty() || text.value.len() > 64 || !text.value.chars().all(is_word) {
        let message = format!("`{}` is no name of {of}: it has 1 to 64 letters, digits, `_` and `-`", text.value);
        reading.fault(&text.place, message);
        return None;
    }
    Some(text)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn set(entry: &Spanned<SetEntry>, api: Api, reading: &mut Reading<'_>, same_place: &mut SamePlace) -> Set {
    let SetEntry {
        name,
        api: _,
        default_message_type,
        default_sender_id,
        message_feedback,
        protect_configuration,
        tags,
        event_destination,
    } = entry.get_ref();
    if api == Api::V1 {
        let places = [
            ("default_message_type", default_message_type.as_ref().map(Spanned::span)),
            ("default_sender_id", default_sender_id.as_ref().map(Spanned::span)),
            ("message_feedback", message_feedback.as_ref().map(Spanned::span)),
            ("protect_configuration", protect_configuration.as_ref().map(Spanned::span)),
            ("tags", tags.as_ref().map(Spanned::span)),
        ];
        for (key, place) in places.into_iter().filter_map(|(key, place)| Some((key, place?))) {
            reading.fault(&place, format!("a configuration set of API v1 has no {key}: remove it, or use v2"));
        }
    }
    let destinations = if let Some(list) = event_destination {
        destination::all(list.get_ref(), api, reading, same_place)
    } else {
        let message = "no event of this configuration set goes anywhere: give it an \
            [[configuration_set.event_destination]], or write event_destination = [] if that is meant";
        reading.fault(&name.span(), message);
        BTreeMap::new()
    };
    Set {
        default_message_type: default_message_type.as_ref().and_then(|kind| message_type(kind, reading)),
        default_sender_id: default_sender_id.as_ref().and_then(|id| sender_id(id, reading)),
        message_feedback: message_feedback.as_ref().is_some_and(|flag| self::flag(flag, reading)),
        protect_configuration: protect_configuration.as_ref().and_then(|id| self::protect_configuration(id, reading)),
        tags: tags.as_ref().map(|tags| self::tags(tags, reading)).unwrap_or_default(),
        destinations,
    }
}

fn message_type(kind: &Spanned<String>, reading: &mut Reading<'_>) -> Option<MessageType> {
    let text = reading.text(kind)?;
    match MessageType::from(text.value) {
        MessageType::Other(other) => {
            let message = format!("there is no message type `{other}`; write \"TRANSACTIONAL\" or \"PROMOTIONAL\"");
            reading.fault(&text.place, message);
            None
        }
        known => Some(known),
    }
}

/// `[A-Za-z0-9_-]+`, at most 11.
fn sender_id(id: &Spanned<String>, reading: &mut Reading<'_>) -> Option<String> {
    let text = reading.text(id)?;
    if text.value.is_empty() || text.value.len() > 11 || !text.value.chars().all(is_word) {
        let message = format!("`{}` is no sender ID: it has 1 to 11 letters, digits, `_` and `-`", text.value);
        reading.fault(&text.place, message);
    }
    Some(text.value)
}

/// An id or an ARN: `[A-Za-z0-9_:/-]+`, at most 256. AWS shows the id, so that is what is kept.
fn protect_configuration(id: &Spanned<String>, reading: &mut Reading<'_>) -> Option<String> {
    let text = reading.text(id)?;
    let fits = |c: char| is_word(c) || c == ':' || c == '/';
    if text.value.is_empty() || text.value.len() > 256 || !text.value.chars().all(fits) {
        let message = format!("`{}` is no protect configuration: it is an id, protect-…, or an ARN", text.value);
        reading.fault(&text.place, message);
    }
    text.value.rsplit('/').next().map(str::to_owned)
}

/// True or false, as it is or as a text. A mistake is noted, and counts as true.
fn flag(flag: &Spanned<Flag>, reading: &mut Reading<'_>) -> bool {
    if let Flag::Is(value) = flag.get_ref() {
        return *value;
    }
    let Some(text) = flag_text(flag).and_then(|text| reading.text(&text)) else { return true };
    text.value.parse().unwrap_or_else(|_| {
        reading.fault(&text.place, format!("`{}` is neither true nor false", text.value));
        true
    })
}

/// Keys of 1 to 128 characters, values of at most 256; none begins with `aws:`, which only AWS may write.
fn tags(tags: &Spanned<BTreeMap<String, Spanned<String>>>, reading: &mut Reading<'_>) -> BTreeMap<String, String> {
    if tags.get_ref().len() > MOST_TAGS {
        reading.fault(&tags.span(), format!("{} tags; at most {MOST_TAGS} are possible", tags.get_ref().len()));
    }
    let mut read = BTreeMap::new();
    for (key, value) in tags.get_ref() {
        let Some(text) = reading.text(value) else { continue };
        if key.is_empty() || key.chars().count() > 128 {
            reading.fault(&text.place, format!("`{key}` is no key of a tag: it has 1 to 128 characters"));
        } else if key.to_ascii_lowercase().starts_with("aws:") {
            reading.fault(&text.place, format!("only AWS writes tags like `{key}`: a key does not begin with aws:"));
        } else if key == OWNER_TAG {
            reading.fault(
                &text.place,
                "this tag is written by smsvoice itself: say owner = \"…\" at the head of the file",
            );
        }
        if text.value.chars().count() > 256 {
            reading.fault(&text.place, "the value of a tag has at most 256 characters");
        }
        read.insert(key.clone(), text.value);
    }
    read
}
