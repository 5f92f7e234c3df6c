//! What a replay is pointed at: files and folders, standard input, and objects in S3.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use indicatif::ProgressBar;
use smsvoice_event::Timestamp;
use smsvoice_ingest::{
    Aside, Buckets, Files, Input, Listing, Modified, ObjectName, Place, Reach, S3Inputs, S3Place, Scope,
};
use smsvoice_lake::{Lake, S3Access};
use tokio::runtime::Runtime;

use super::Args;
use crate::World;

/// What one argument leads to.
enum Source {
    Inputs(Vec<Input>),
    Objects(Box<Listing>),
}

/// Everything that the arguments lead to, in their order.
pub(super) struct Sources {
    listed: Vec<Source>,
    /// The places in S3 among them: what they hold is not read again where a notification names it.
    scopes: Vec<Scope>,
    aside: Arc<Aside>,
    modified: Modified,
    now: Timestamp,
    access: S3Access,
}

impl Sources {
    pub(super) fn none(world: &World) -> Self {
        Self {
            listed: Vec::new(),
            scopes: Vec::new(),
            aside: Arc::default(),
            modified: Modified::default(),
            now: timestamp(world.now),
            access: S3Access::of(world.env.iter().cloned()),
        }
    }

    /// Looks what is there. A path or a place that leads nowhere is refused before a lake is made.
    pub(super) fn of(args: &Args, runtime: &Runtime, world: &World) -> anyhow::Result<Self> {
        let period = args.modified(world)?;
        let modified = Modified { since: period.since.map(timestamp), until: period.until.map(timestamp) };
        let mut all = Self { modified, ..Self::none(world) };
        let (aside, buckets) = (all.aside.clone(), Buckets::new(all.access.clone()));
        let mut files = Files::new(modified, &aside);
        for path in &args.paths {
            let text = path.to_string_lossy();
            let source = if text == "-" {
                Source::Inputs(vec![Input::new(Place::file("-", all.now), || Ok(Box::new(io::stdin())))])
            } else if let Some(place) = S3Place::parse(&text) {
                let listing = runtime.block_on(Listing::begin(&buckets, place?))?.except(all.scopes.clone());
                all.scopes.push(listing.scope().clone());
                Source::Objects(Box::new(listing))
            } else {
                Source::Inputs(files.at(&local(path)?)?)
            };
            all.listed.push(source);
        }
        let is_file = |source: &Source| !matches!(source, Source::Inputs(inputs) if inputs.is_empty());
        let left = all.aside.left();
        anyhow::ensure!(
            all.listed.iter().any(is_file) || !left.skipped.is_empty() || left.out_of_period > 0,
            "there is no file to read in {}",
            args.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
        );
        Ok(all)
    }

    /// Bytes of all, as far as they are known yet; nothing where they cannot be known.
    pub(super) fn bytes(&self) -> Option<u64> {
        let bytes = |source: &Source| match source {
            Source::Inputs(inputs) => inputs.iter().map(|input| input.len).sum(),
            Source::Objects(_) => Some(0), // told as they are listed
        };
        self.listed.iter().map(bytes).sum()
    }

    /// What objects are read with.
    pub(super) fn reach(&self, runtime: &Runtime, lake: &Lake, bar: &ProgressBar) -> Reach {
        let bar = bar.clone();
        Reach {
            runtime: runtime.handle().clone(),
            buckets: Buckets::new(self.access.clone()).opener(),
            lake: lake.clone(),
            now: self.now,
            aside: self.aside.clone(),
            modified: self.modified,
            found: Arc::new(move |bytes| bar.inc_length(bytes)),
        }
    }

    pub(super) fn aside(&self) -> Arc<Aside> {
        self.aside.clone()
    }

    /// Whether an object is among these already.
    pub(super) fn read(&self) -> Read {
        Read { scopes: self.scopes.clone(), modified: self.modified }
    }

    /// All inputs, one after the other.
    pub(super) fn inputs(self, reach: Reach) -> impl Iterator<Item = Input> + Send {
        self.listed.into_iter().flat_map(move |source| -> Box<dyn Iterator<Item = Input> + Send> {
            match source {
                Source::Inputs(inputs) => Box::new(inputs.into_iter()),
                Source::Objects(listing) => Box::new(S3Inputs::below(*listing, &reach)),
            }
        })
    }
}

/// What was read already.
pub(super) struct Read {
    scopes: Vec<Scope>,
    modified: Modified,
}

impl Read {
    /// Whether this object was. If only those of some time were read, nobody knows.
    pub(super) fn has(&self, object: &ObjectName) -> bool {
        self.modified == Modified::default() && self.scopes.iter().any(|scope| scope.holds(object))
    }
}

/// A path, also as a URL.
fn local(path: &Path) -> anyhow::Result<PathBuf> {
    let Some(text) = path.to_str().filter(|text| text.contains("://")) else { return Ok(path.to_owned()) };
    let url = url::Url::parse(text).with_context(|| format!("{text:?} is no URL"))?;
    anyhow::ensure!(
        url.scheme() == "file",
        "{text:?} cannot be read: a path, file:///…, s3://bucket/prefix or - for standard input can"
    );
    url.to_file_path().map_err(|()| anyhow::anyhow!("{text:?} is not an absolute path"))
}

fn timestamp(time: chrono::DateTime<chrono::Utc>) -> Timestamp {
    Timestamp::from_millis(time.timestamp_millis()).unwrap_or(Timestamp::EPOCH)
}
