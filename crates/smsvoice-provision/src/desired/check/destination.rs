//! Event destinations: how many, what each takes, and its one target.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;

use super::SamePlace;
use crate::desired::arn::Kind;
use crate::desired::file::DestinationEntry;
use crate::desired::{Fault, Reading};
use crate::events::{NEVER_SENT, Selector};
use crate::world::{Api, Destination, Target};

/// Reads the destinations of one set.
pub(super) fn all(
    entries: &[Spanned<DestinationEntry>],
    api: Api,
    reading: &mut Reading<'_>,
    same_place: &mut SamePlace,
) -> BTreeMap<String, Destination> {
    let most = api.destinations_per_set();
    if let Some(beyond) = entries.get(most) {
        let message = format!(
            "a configuration set of API {} has at most {most} event destinations, and this one {}; AWS raises this for nobody",
            api.as_str(),
            entries.len()
        );
        reading.fault(&beyond.get_ref().name.span(), message);
    }
    let mut places: BTreeMap<String, Range<usize>> = BTreeMap::new();
    let mut read = BTreeMap::new();
    for entry in entries {
        let name = super::name(&entry.get_ref().name, "an event destination", reading);
        let destination = one(entry, api, reading, same_place);
        let Some(name) = name else { continue };
        if let Some(first) = places.get(&name.value) {
            let message = format!("the event destination {} comes twice in this configuration set", name.value);
            reading.faults.push(Fault::at(name.place, message).beside(first.clone(), "first here"));
            continue;
        }
        places.insert(name.value.clone(), name.place);
        read.extend(destination.map(|destination| (name.value, destination)));
    }
    read
}

fn one(
    entry: &Spanned<DestinationEntry>,
    api: Api,
    reading: &mut Reading<'_>,
    same_place: &mut SamePlace,
) -> Option<Destination> {
    let DestinationEntry { name, enabled, events, firehose, cloudwatch_logs, sns } = entry.get_ref();
    let events = self::events(events, api, reading);
    let enabled = enabled.as_ref().is_none_or(|flag| super::flag(flag, reading));
    let mut targets = Vec::new();
    if let Some(to) = firehose {
        let stream = same_place.arn(&to.get_ref().stream, Kind::Stream, reading);
        let role = same_place.arn(&to.get_ref().role, Kind::Role, reading);
        targets.push((to.span(), stream.zip(role).map(|(stream, role)| Target::Firehose { stream, role })));
    }
    if let Some(to) = cloudwatch_logs {
        let group = same_place.arn(&to.get_ref().log_group, Kind::LogGroup, reading);
        let group = group.map(|arn| arn.strip_suffix(":*").map(str::to_owned).unwrap_or(arn));
        let role = same_place.arn(&to.get_ref().role, Kind::Role, reading);
        targets.push((to.span(), group.zip(role).map(|(log_group, role)| Target::CloudwatchLogs { log_group, role })));
    }
    if let Some(to) = sns {
        let topic = same_place.arn(&to.get_ref().topic, Kind::Topic, reading);
        targets.push((to.span(), topic.map(|topic| Target::Sns { topic })));
    }
    let mut targets = targets.into_iter();
    match (targets.next(), targets.next()) {
        (Some((_, target)), None) => Some(Destination { enabled, events, target: target? }),
        (Some((first, _)), Some((second, _))) => {
            let fault = Fault::at(second, "an event destination has a single target; make a second one for this");
            reading.faults.push(fault.beside(first, "its first target"));
            None
        }
        (None, _) => {
            let message = "this event destination leads nowhere: it needs firehose, cloudwatch_logs or sns";
            reading.fault(&name.span(), message);
            None
        }
    }
}

fn events(events: &Spanned<Vec<Spanned<String>>>, api: Api, reading: &mut Reading<'_>) -> BTreeSet<Selector> {
    if events.get_ref().is_empty() {
        let all = if api == Api::V1 { Selector::all(api).join(", ") } else { "\"ALL\"".to_owned() };
        reading.fault(&events.span(), format!("no event goes to this destination: name some, or all of them: {all}"));
    }
    let mut places: BTreeMap<String, Range<usize>> = BTreeMap::new();
    let mut read = BTreeSet::new();
    for event in events.get_ref() {
        let Some(text) = reading.text(event) else { continue };
        if let Some(first) = places.get(&text.value) {
            let fault = Fault::at(text.place.clone(), format!("`{}` comes twice", text.value));
            reading.faults.push(fault.beside(first.clone(), "first here"));
        } else if text.value == NEVER_SENT {
            reading
                .fault(&text.place, "AWS lists TEXT_SENT and never sends it: remove it (TEXT_ALL has all there are)");
        } else if !Selector::all(api).contains(&text.value.as_str()) {
            reading.fault(&text.place, unknown(&text.value, api));
        }
        places.insert(text.value.clone(), text.place);
        read.insert(Selector::new(text.value));
    }
    read
}

fn unknown(name: &str, api: Api) -> String {
    let all = Selector::all(api);
    let nearest = all.iter().min_by_key(|known| distance(known, name)).filter(|known| distance(known, name) <= 3);
    match nearest {
        Some(known) => format!("API {} has no event type `{name}`; is it {known}?", api.as_str()),
        None if api == Api::V1 => format!("API v1 has no event type `{name}`; it has {}", all.join(", ")),
        None => format!(
            "API v2 has no event type `{name}`; it has ALL, TEXT_ALL, VOICE_ALL, MEDIA_ALL, RCS_ALL and single ones such as TEXT_DELIVERED"
        ),
    }
}

/// How many letters have to be put in, left out or changed to make one word the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_uppercase().chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, wanted) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *wanted);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_words_counts_changed_letters() {
        assert_eq!(
            ["TEXT_ALL", "TEXT_AL", "text_all", "TXT_ALLS"].map(|word| distance("TEXT_ALL", word)),
            [0, 1, 0, 2]
        );
    }
}
