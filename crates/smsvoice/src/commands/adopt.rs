//! `smsvoice adopt`: the file for what there is.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;
use smsvoice_provision::adopt::adopt;
use smsvoice_provision::patience::Patience;
use smsvoice_provision::read::{Reader, Scope};
use smsvoice_provision::world::{Api, Set, SetId, World as Sets};

use crate::aws::AwsArgs;
use crate::lake::runtime;
use crate::output::FormatArgs;
use crate::provision::say_waiting;
use crate::{Exit, World};

/// Write the file that describes the configuration sets and event destinations that exist
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  smsvoice adopt --set otp > event-destinations.toml")]
pub(crate) struct Args {
    /// Only the sets of these names, separated by commas; all of them by default.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    set: Vec<String>,
    /// Only those of one API; both by default.
    #[arg(long, value_enum)]
    api: Option<OneApi>,
    /// Write into this file, which must not exist; to stdout by default.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "json", "csv_raw"])]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    aws: AwsArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum OneApi {
    /// The old voice API.
    V1,
    /// The SMS and voice API.
    V2,
}

impl Args {
    fn apis(&self) -> BTreeSet<Api> {
        match self.api {
            Some(OneApi::V1) => [Api::V1].into(),
            Some(OneApi::V2) => [Api::V2].into(),
            None => [Api::V1, Api::V2].into(),
        }
    }
}

/// A configuration set that exists, for programs.
#[derive(Serialize)]
struct Found<'a> {
    api: Api,
    configuration_set: &'a str,
    #[serde(flatten)]
    set: &'a Set,
}

impl<'a> Found<'a> {
    fn all(sets: &'a Sets) -> Vec<Self> {
        let found = |(id, set): (&'a SetId, &'a Set)| Self { api: id.api, configuration_set: &id.name, set };
        sets.sets.iter().map(found).collect()
    }
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let config = args.aws.in_region(args.aws.sdk_config(world).await, None, world)?;
        let scope = Scope { in_full: None, apis: args.apis() };
        let found = Reader::new(&config, Patience::default()).world(&scope, &say_waiting(world)).await;
        let mut sets: Sets = found.context("the sets cannot be read (where there is no API v1, give --api v2)")?.world;
        if !args.set.is_empty() {
            let missing = args.set.iter().filter(|name| !sets.sets.keys().any(|id| id.name == **name));
            let missing: Vec<_> = missing.map(String::as_str).collect();
            anyhow::ensure!(missing.is_empty(), "there is no configuration set {}", missing.join(", "));
            sets.sets.retain(|id, _| args.set.contains(&id.name));
        }
        let text = adopt(&sets);
        match &args.out {
            None => super::print_document(args.format, world, &text, &Found::all(&sets))?,
            Some(path) => {
                let file = std::fs::File::create_new(path);
                let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
                written.with_context(|| format!("cannot write {}", path.display()))?;
            }
        }
        Ok(Exit::Done)
    })
}
