//! A plan that is kept, to be applied later: what was there when it was made, and what shall be.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::diff::{Diff, SetDiff};
use crate::order::NoRoom;
use crate::report::Json;
use crate::world::{Set, SetId, World};

/// The layout of the file.
const FORMAT: u32 = 1;

/// A plan as a file keeps it. The changes in it are for its reader; `seen` and `wanted` are what counts.
#[derive(Clone, Debug, Serialize)]
struct PlanFile<'a> {
    smsvoice_plan: u32,
    made_at: DateTime<Utc>,
    region: Option<&'a str>,
    #[serde(flatten)]
    changes: Json,
    seen: &'a World,
    wanted: &'a BTreeMap<SetId, Option<Set>>,
}

/// A plan that was read from a file.
#[derive(Clone, Debug, Deserialize)]
pub struct Plan {
    #[serde(rename = "smsvoice_plan")]
    format: u32,
    made_at: DateTime<Utc>,
    region: Option<String>,
    /// The sets that change, as they were. Those that did not exist are missing.
    seen: World,
    /// The sets that change, as they shall be; none for those that go.
    wanted: BTreeMap<SetId, Option<Set>>,
}

/// Why a plan cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Not the JSON that `smsvoice plan --out` writes.
    #[error("this is no plan that `smsvoice plan --out` wrote")]
    Syntax(#[from] serde_json::Error),
    /// Of another version.
    #[error("this plan has the layout {0}, and this version of smsvoice reads {FORMAT}; make the plan again")]
    Format(u32),
    /// Made in one region, and applied in another.
    #[error("this plan was made in the region {made}, and this is {here}; make it again here, or give --region {made}")]
    Region {
        /// Where it was made.
        made: String,
        /// Where it would be applied.
        here: String,
    },
    /// The world is neither as it was, nor as a part of the plan would have left it.
    #[error(
        "what is there has changed since the plan was made, so nothing was done; make the plan again. Changed:\n{0}"
    )]
    Changed(String),
    /// It asks for more places than there are.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
}

impl Plan {
    /// A plan of `diff`.
    pub fn new(diff: &Diff, region: Option<&str>, made_at: DateTime<Utc>) -> Self {
        let seen = diff.sets.iter().filter_map(|set| Some((set.id.clone(), set.before.clone()?))).collect();
        let wanted = diff.sets.iter().map(|set| (set.id.clone(), set.after.clone())).collect();
        Self { format: FORMAT, made_at, region: region.map(str::to_owned), seen: World { sets: seen }, wanted }
    }

    /// Whether a file holds a plan, or else a desired state.
    pub fn is_one(text: &str) -> bool {
        text.trim_start().starts_with('{')
    }

    /// Reads what [`Plan::write`] wrote.
    pub fn read(text: &str) -> Result<Self, PlanError> {
        let plan: Self = serde_json::from_str(text)?;
        if plan.format == FORMAT { Ok(plan) } else { Err(PlanError::Format(plan.format)) }
    }

    /// As JSON: the changes of `diff` as [`Diff::json`] has them, and with them what they were derived from.
    pub fn write(&self, diff: &Diff) -> Result<String, PlanError> {
        let Self { format, made_at, region, seen, wanted } = self;
        let (smsvoice_plan, made_at, region) = (*format, *made_at, region.as_deref());
        let file = PlanFile { smsvoice_plan, made_at, region, changes: diff.json(), seen, wanted };
        Ok(serde_json::to_string_pretty(&file)? + "\n")
    }

    /// When it was made.
    pub fn made_at(&self) -> DateTime<Utc> {
        self.made_at
    }

    /// Where it was made.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Fails unless it was made in this region.
    pub fn require_region(&self, here: Option<&str>) -> Result<(), PlanError> {
        match (self.region.as_deref(), here) {
            (Some(made), Some(here)) if made != here => {
                Err(PlanError::Region { made: made.to_owned(), here: here.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// The sets it is about.
    pub fn sets(&self) -> BTreeSet<SetId> {
        self.wanted.keys().cloned().collect()
    }

    /// The difference it was made of.
    pub fn diff(&self) -> Diff {
        let set = |(id, after): (&SetId, &Option<Set>)| SetDiff {
            id: id.clone(),
            before: self.seen.sets.get(id).cloned(),
            after: after.clone(),
        };
        // As when it was made: sets that go are last.
        let (stay, go): (Vec<_>, Vec<_>) = self.wanted.iter().partition(|(_, after)| after.is_some());
        Diff { sets: stay.into_iter().chain(go).map(set).collect(), unmanaged: Vec::new() }
    }

    /// The calls that are still to be made, if the world is as it was, or as a run that was stopped has left it.
    pub fn remaining(&self, current: &World) -> Result<Vec<Call>, PlanError> {
        let concerned = |world: &World| {
            let sets = world.sets.iter().filter(|(id, _)| self.wanted.contains_key(*id));
            World { sets: sets.map(|(id, set)| (id.clone(), set.clone())).collect() }
        };
        let current = concerned(current);
        let calls = self.diff().calls()?;
        let mut state = self.seen.clone();
        for done in 0..=calls.len() {
            if state == current {
                return Ok(calls[done..].to_vec());
            }
            if calls.get(done).is_none_or(|call| call.perform(&mut state).is_err()) {
                break;
            }
        }
        let differing = self.wanted.keys().filter(|id| self.seen.sets.get(*id) != current.sets.get(*id));
        let sets = differing.map(|id| SetDiff {
            id: id.clone(),
            before: self.seen.sets.get(id).cloned(),
            after: current.sets.get(id).cloned(),
        });
        Err(PlanError::Changed(Diff { sets: sets.collect(), unmanaged: Vec::new() }.text(false)))
    }
}
