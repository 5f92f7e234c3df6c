//! The order of calls that changes one set and never drops an event on the way.
//!
//! At no time do fewer enabled destinations take an event type than before the change or after it, whichever is less.
//! What widens comes before what narrows; a destination whose target becomes one of another kind, which AWS allows for no
//! existing one, has a stand-in until the new one is there. Where a set is too full for that, nothing is begun.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::Call;
use crate::coverage::Coverage;
use crate::world::{Destination, Set, SetId, World};

/// A set that has no room for what has to exist at the same time for a while.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "configuration set {set}: {what} needs a free place for a while, or events would be lost, and AWS allows {most} event \
     destinations and no more; leave one destination out, apply, and put it back in a second run"
)]
pub struct NoRoom {
    /// Which.
    pub set: SetId,
    /// What cannot be done.
    what: String,
    most: usize,
}

/// The calls that make the set `id` what it is `after`. None before means that there is none; none after, that none is
/// to be left.
pub fn calls(id: &SetId, before: Option<&Set>, after: Option<&Set>) -> Result<Vec<Call>, NoRoom> {
    let set = id.clone();
    let Some(after) = after else {
        return Ok(before.map(|_| Call::DeleteSet { set }).into_iter().collect());
    };
    let empty = Set { tags: after.tags.clone(), ..Set::default() };
    let mut calls = Vec::new();
    if before.is_none() {
        calls.push(Call::CreateSet { set, tags: after.tags.clone() });
    }
    let before = before.unwrap_or(&empty);
    calls.extend(settings(id, before, after));
    calls.extend(destinations(id, before, after)?);
    Ok(calls)
}

/// Everything but the destinations.
fn settings(id: &SetId, before: &Set, after: &Set) -> Vec<Call> {
    let set = || id.clone();
    let Set { default_message_type, default_sender_id, message_feedback, protect_configuration, tags, destinations: _ } =
        after;
    let mut calls = Vec::new();
    if before.default_message_type != *default_message_type {
        calls.push(Call::SetMessageType { set: set(), to: default_message_type.clone() });
    }
    if before.default_sender_id != *default_sender_id {
        calls.push(Call::SetSenderId { set: set(), to: default_sender_id.clone() });
    }
    if before.message_feedback != *message_feedback {
        calls.push(Call::SetMessageFeedback { set: set(), to: *message_feedback });
    }
    match (&before.protect_configuration, protect_configuration) {
        (from, Some(to)) if from.as_ref() != Some(to) => {
            calls.push(Call::AssociateProtect { set: set(), to: to.clone() });
        }
        (Some(from), None) => calls.push(Call::DisassociateProtect { set: set(), from: from.clone() }),
        _ => {}
    }
    let added = tags.iter().filter(|(key, value)| before.tags.get(*key) != Some(*value));
    let added: BTreeMap<_, _> = added.map(|(key, value)| (key.clone(), value.clone())).collect();
    let removed: BTreeSet<_> = before.tags.keys().filter(|key| !tags.contains_key(*key)).cloned().collect();
    if !removed.is_empty() {
        calls.push(Call::Untag { set: set(), keys: removed });
    }
    if !added.is_empty() {
        calls.push(Call::Tag { set: set(), tags: added });
    }
    calls
}

/// The calls for the destinations. From whatever state a run that stops leaves behind, the next must find a way too; where
/// one would not, nothing is begun.
fn destinations(id: &SetId, before: &Set, after: &Set) -> Result<Vec<Call>, NoRoom> {
    let calls = Transition::new(id, before, after).run()?;
    let mut known = vec![before.destinations.clone()];
    let mut open = vec![(before.clone(), calls.clone())];
    while let Some((state, calls)) = open.pop() {
        let mut world = World { sets: [(id.clone(), state)].into() };
        for call in &calls {
            // It was chosen so that the service takes it.
            let _ = call.perform(&mut world);
            let Some(state) = world.sets.get(id) else { continue };
            if !known.contains(&state.destinations) {
                known.push(state.destinations.clone());
                open.push((state.clone(), Transition::new(id, state, after).run()?));
            }
        }
    }
    Ok(calls)
}

/// The destinations of one set on their way.
struct Transition<'a> {
    id: &'a SetId,
    /// With the set alone.
    now: World,
    after: &'a BTreeMap<String, Destination>,
    /// What coverage never falls below.
    floor: Coverage,
    /// Names of stand-ins, by the name of the destination that each stands in for.
    stand_ins: BTreeMap<String, String>,
    calls: Vec<Call>,
}

impl<'a> Transition<'a> {
    fn new(id: &'a SetId, before: &Set, after: &'a Set) -> Self {
        let floor = Coverage::of(id.api, before).least(&Coverage::of(id.api, after));
        let now = World { sets: [(id.clone(), before.clone())].into() };
        Self { id, now, after: &after.destinations, floor, stand_ins: BTreeMap::new(), calls: Vec::new() }
    }

    fn run(mut self) -> Result<Vec<Call>, NoRoom> {
        while self.destinations() != self.after {
            let call = self.create().or_else(|| self.update()).or_else(|| self.delete());
            let call = call.or_else(|| self.widen()).or_else(|| self.stand_in());
            let call = call.ok_or_else(|| self.no_room())?;
            // Each call was chosen so that the service takes it.
            call.perform(&mut self.now).map_err(|_| self.no_room())?;
            self.calls.push(call);
        }
        Ok(self.calls)
    }

    fn destinations(&self) -> &BTreeMap<String, Destination> {
        static NONE: BTreeMap<String, Destination> = BTreeMap::new();
        self.now.sets.get(self.id).map_or(&NONE, |set| &set.destinations)
    }

    /// The call, unless it would let coverage fall too low.
    fn unless_it_drops(&self, call: Call) -> Option<Call> {
        let mut then = self.now.clone();
        call.perform(&mut then).ok()?;
        Coverage::of(self.id.api, then.sets.get(self.id)?).reaches(&self.floor).then_some(call)
    }

    fn has_room(&self) -> bool {
        self.destinations().len() < self.id.api.destinations_per_set()
    }

    /// A destination that is not there yet.
    fn create(&self) -> Option<Call> {
        let (name, wanted) = self.after.iter().find(|(name, _)| !self.destinations().contains_key(*name))?;
        self.has_room().then(|| self.creation(name.clone(), wanted))
    }

    fn creation(&self, name: String, wanted: &Destination) -> Call {
        Call::CreateDestination { set: self.id.clone(), name, destination: wanted.clone() }
    }

    /// Destinations that differ from what they are to be, and need not be replaced.
    fn differing(&self) -> impl Iterator<Item = (&String, &Destination, &Destination)> {
        let pairs = self.after.iter().filter_map(|(name, to)| Some((name, self.destinations().get(name)?, to)));
        pairs.filter(|(_, is, to)| is != to && is.target.kind() == to.target.kind())
    }

    fn update(&self) -> Option<Call> {
        let mut updates = self.differing().map(|(name, _, to)| self.change(name, to.clone()));
        updates.find_map(|call| self.unless_it_drops(call))
    }

    fn change(&self, name: &str, destination: Destination) -> Call {
        Call::UpdateDestination { set: self.id.clone(), name: name.to_owned(), destination }
    }

    /// Destinations whose kind of target changes.
    fn replaced(&self) -> impl Iterator<Item = (&String, &Destination)> {
        let differs = |(name, to): &(&String, &Destination)| {
            self.destinations().get(*name).is_some_and(|is| is.target.kind() != to.target.kind())
        };
        self.after.iter().filter(differs)
    }

    /// A destination that is not wanted any more. A stand-in is, until what it stands in for is there.
    fn delete(&self) -> Option<Call> {
        let needed = |name: &String| {
            let real = self.stand_ins.iter().find(|(_, stand_in)| *stand_in == name).map(|(real, _)| real);
            real.is_some_and(|real| self.destinations().get(real) != self.after.get(real))
        };
        let unwanted = self.destinations().keys().filter(|name| !self.after.contains_key(*name) && !needed(name));
        let replaced = self.replaced().map(|(name, _)| name);
        let mut deletions =
            unwanted.chain(replaced).map(|name| Call::DeleteDestination { set: self.id.clone(), name: name.clone() });
        deletions.find_map(|call| self.unless_it_drops(call))
    }

    /// A destination takes what it took and what it shall take, until others have done their part.
    fn widen(&self) -> Option<Call> {
        let both = self.differing().find_map(|(name, is, to)| {
            let events: BTreeSet<_> = is.events.union(&to.events).cloned().collect();
            (is.enabled && to.enabled && events != is.events).then(|| (name, Destination { events, ..is.clone() }))
        });
        both.map(|(name, destination)| self.change(name, destination))
    }

    /// A destination like one that is to be replaced, under another name.
    fn stand_in(&mut self) -> Option<Call> {
        if !self.has_room() {
            return None;
        }
        let (real, wanted) = self.replaced().find(|(name, _)| !self.stand_ins.contains_key(*name))?;
        let (real, wanted) = (real.clone(), wanted.clone());
        let free = |name: &String| !self.destinations().contains_key(name) && !self.after.contains_key(name);
        let name = (0..100).map(|number| stand_in_name(&real, number)).find(free)?;
        self.stand_ins.insert(real, name.clone());
        Some(self.creation(name, &wanted))
    }

    fn no_room(&self) -> NoRoom {
        let replaced: Vec<_> = self.replaced().map(|(name, _)| name.as_str()).collect();
        let missing: Vec<_> = self.after.keys().filter(|name| !self.destinations().contains_key(*name)).collect();
        let what = match (replaced.is_empty(), missing.first()) {
            (false, _) => format!("replacing the event destination {}", replaced.join(", ")),
            (true, Some(name)) => format!("creating the event destination {name} before others go"),
            (true, None) => "changing which destination takes which events".to_owned(),
        };
        NoRoom { set: self.id.clone(), what, most: self.id.api.destinations_per_set() }
    }
}

/// At most 64 characters, as every name.
fn stand_in_name(real: &str, number: usize) -> String {
    let end = if number == 0 { "-stand-in".to_owned() } else { format!("-stand-in-{number}") };
    let kept: String = real.chars().take(64 - end.len()).collect();
    kept + &end
}

#[cfg(test)]
mod tests {
    use super::stand_in_name;

    #[test]
    fn the_name_of_a_stand_in_is_no_longer_than_names_may_be() {
        let longest = "x".repeat(64);
        assert_eq!(stand_in_name(&longest, 0).len(), 64);
        assert_eq!(stand_in_name("lake", 12), "lake-stand-in-12");
    }
}
