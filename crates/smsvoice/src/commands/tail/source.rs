//! Where events land, and which of them were not there before.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use anyhow::Context;
use arrow::array::RecordBatch;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::DisplayErrorContext;
use smsvoice_event::Timestamp;
use smsvoice_ingest::{Origin, Reader, Settings};
use smsvoice_lake::{Lake, LakeWriter, Source, Table};

use crate::aws::AwsArgs;
use crate::lake::LakeArgs;
use crate::settings::SettingsArgs;
use crate::world::World;

/// What is followed.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SourceArgs {
    /// A lake: what is written to it from now on.
    #[arg(long, value_name = "URL", env = "SMSVOICE_LAKE", hide_env_values = true, required_unless_present_any = ["log_group", "emulator"])]
    lake: Option<String>,
    /// A log group of CloudWatch that is an event destination.
    #[arg(long, value_name = "NAME", conflicts_with = "emulator")]
    log_group: Option<String>,
    /// An emulator: http://127.0.0.1:7070.
    #[arg(long, value_name = "URL")]
    emulator: Option<String>,
    #[command(flatten)]
    aws: AwsArgs,
}

/// A place that is looked at again and again.
pub(super) struct Place {
    from: Followed,
    /// Objects, log events or lines that were there already, by hash or name.
    seen: HashSet<u64>,
    hash: RandomState,
    settings: Settings,
}

enum Followed {
    Lake(Lake),
    /// The group, and the time from which events are asked for, in milliseconds.
    Logs {
        client: Client,
        group: String,
        from_ms: i64,
    },
    Emulator {
        http: reqwest::Client,
        url: String,
    },
}

/// A log event can become visible so much later than the time it bears.
const LATE_MS: i64 = 120_000;

impl SourceArgs {
    /// Opens it; what is there is passed over, unless `from_start`.
    pub(super) async fn open(&self, from_start: bool, settings: &SettingsArgs, world: &World) -> anyhow::Result<Place> {
        let from = match self {
            Self { log_group: Some(group), aws, .. } => {
                let config = aws.in_region(aws.sdk_config(world).await, None, world)?;
                let from_ms = if from_start { 0 } else { world.now.timestamp_millis() };
                Followed::Logs { client: Client::new(&config), group: group.clone(), from_ms }
            }
            Self { emulator: Some(url), .. } => Followed::Emulator {
                http: reqwest::Client::new(),
                url: format!("{}/_smsvoice/events", url.trim_end_matches('/')),
            },
            Self { lake, .. } => {
                Followed::Lake(LakeArgs { lake: lake.clone().context("--lake is missing")? }.open(world)?)
            }
        };
        // The payloads of log groups and emulators are read into a lake in memory, which masks as a new lake does.
        let settings = settings.settle(&Lake::open("memory:///", [])?, world).await?;
        let mut place = Place { from, seen: HashSet::new(), hash: RandomState::new(), settings };
        if !from_start && !matches!(place.from, Followed::Logs { .. }) {
            place.landed().await?;
        }
        Ok(place)
    }
}

impl Place {
    /// The events that have landed since the last look.
    pub(super) async fn landed(&mut self) -> anyhow::Result<Vec<RecordBatch>> {
        let Self { from, seen, hash, settings } = self;
        let mut is_new = |text: &str| seen.insert(hash.hash_one(text));
        match from {
            Followed::Lake(lake) => {
                let mut files = lake.files(Table::Events).await?;
                files.retain(|file| is_new(file.location.as_ref()));
                files.sort_by_key(|file| (file.last_modified, file.location.clone()));
                let mut landed = Vec::new();
                for file in files {
                    landed.extend(lake.read_events(&file).await?);
                }
                Ok(landed)
            }
            Followed::Logs { client, group, from_ms } => {
                let events = log_events(client, group, *from_ms).await?;
                let newest = events.iter().map(|(_, at_ms, _)| *at_ms).max();
                let new: Vec<_> = events.into_iter().filter(|(id, ..)| is_new(id)).collect();
                *from_ms = newest.map_or(*from_ms, |newest| (*from_ms).max(newest - LATE_MS));
                read(settings, Source::Logs, new.iter().map(|(_, at_ms, text)| (*at_ms, text.as_str()))).await
            }
            Followed::Emulator { http, url } => {
                let response = http.get(&*url).send().await.and_then(reqwest::Response::error_for_status);
                let response = response.with_context(|| format!("no emulator answers at {url}"))?;
                let text = response.text().await?;
                let new: Vec<_> = text.lines().filter(|line| is_new(line)).map(|line| (0, line)).collect();
                read(settings, Source::Emulator, new.into_iter()).await
            }
        }
    }
}

/// Id, time and text of the events of a log group from a time on.
async fn log_events(client: &Client, group: &str, from_ms: i64) -> anyhow::Result<Vec<(String, i64, String)>> {
    let mut events = Vec::new();
    let mut token = None;
    loop {
        let asked = client.filter_log_events().log_group_name(group).start_time(from_ms).set_next_token(token);
        let page = asked
            .send()
            .await
            .map_err(|error| anyhow::anyhow!("the log group {group} cannot be read: {}", DisplayErrorContext(error)))?;
        events.extend(
            page.events
                .unwrap_or_default()
                .into_iter()
                .filter_map(|event| Some((event.event_id?, event.timestamp.unwrap_or_default(), event.message?))),
        );
        token = page.next_token;
        if token.is_none() {
            return Ok(events);
        }
    }
}

/// The events of payloads, read as the function reads them; what is none is passed over.
async fn read(
    settings: &Settings,
    source: Source,
    payloads: impl Iterator<Item = (i64, &str)>,
) -> anyhow::Result<Vec<RecordBatch>> {
    let mut reader = Reader::new(settings, usize::MAX, LakeWriter::default());
    for (at_ms, payload) in payloads {
        let at = Timestamp::from_millis(at_ms).unwrap_or(Timestamp::EPOCH);
        reader.text(payload, &Origin::new(source, at, "tail"));
    }
    let lake = Lake::open("memory:///", [])?;
    for file in reader.finish().0.finish()?.0 {
        lake.put(&file).await?;
    }
    let mut landed = Vec::new();
    for file in lake.files(Table::Events).await? {
        landed.extend(lake.read_events(&file).await?);
    }
    Ok(landed)
}
