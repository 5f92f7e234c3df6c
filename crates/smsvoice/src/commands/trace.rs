//! `smsvoice trace`: the life of one message, and what it comes to.

mod event;
mod phone;
mod receipts;
mod timeline;
mod verdict;

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use smsvoice_metrics::{Period, QueryEngine, TimeZone};

use self::event::Event;
use self::phone::PhoneArgs;
use crate::engine::EngineArgs;
use crate::lake::runtime;
use crate::moment::Moment;
use crate::output::{Format, FormatArgs, Look};
use crate::period::not_backward;
use crate::{Exit, World};

/// Show the life of one message: its events with the time between them, and what it comes to
///
/// For a person, a timeline and a verdict in plain language; for programs (json, csv), the events as rows.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice trace --lake ./lake 221bc70c-7ee6-4987-b1ba-9684ba25be20\n  \
    smsvoice trace --lake ./lake --phone +14255550123 --since 2026-11-20\n  \
    smsvoice trace --engine athena --since 2026-11-20 221bc70c-7ee6-4987-b1ba-9684ba25be20")]
pub(crate) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    format: FormatArgs,
    /// Everything that is known of each event, field by field.
    #[arg(long)]
    raw: bool,
    /// Look at messages of this moment (UTC) on: other engines read, and bill, the days that can hold them alone.
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Look at messages before this moment (UTC).
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    #[command(flatten)]
    phone: PhoneArgs,
    /// The message's id, as Send* returned it, or the first characters of it.
    #[arg(required_unless_present = "phone", conflicts_with = "phone")]
    message_id: Option<String>,
}

/// Columns that are shown if there is room.
const USEFUL: [&str; 3] = ["failure_reason", "iso_country_code", "carrier_name"];

/// Columns that are shown if all are wanted: most say the same on every row.
const DETAILS: [&str; 12] = [
    "is_final",
    "message_status",
    "message_status_description",
    "price_usd",
    "carrier_fee_usd",
    "channel",
    "origination_identity",
    "destination_phone_number",
    "context",
    "extra",
    "configuration_set",
    "received_at",
];

/// How many ids are shown of those that begin alike.
const SHOWN: usize = 10;

/// The events of a message.
struct Found {
    schema: SchemaRef,
    rows: Vec<RecordBatch>,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let period = args.period(world)?;
        let Some(given) = &args.message_id else { return args.of_phone(period, world).await };
        // As it is given first: bloom filters tell which files have that id.
        let exactly = async |engine: &dyn QueryEngine| {
            let found = args.events(engine, given, period).await?;
            if !found.is_empty() {
                return args.show(engine, &found, world).await.map(Some);
            }
            Ok(None)
        };
        if let Some(exit) = args.engine.seek(world, exactly).await? {
            return Ok(exit);
        }
        // The begin of an id is looked for in all files, each of which is checked.
        let begins = async |engine: &dyn QueryEngine| {
            let message_id = that_begins_with(engine, given).await?;
            let found = args.events(engine, &message_id, period).await?;
            args.show(engine, &found, world).await
        };
        args.engine.ask(world, begins).await
    })
}

impl Args {
    fn period(&self, world: &World) -> anyhow::Result<Period> {
        let at = |moment: Option<Moment>| moment.map(|moment| moment.at(world.now, TimeZone::UTC));
        not_backward(Period { since: at(self.since), until: at(self.until) })
    }

    async fn events(&self, engine: &dyn QueryEngine, message_id: &str, period: Period) -> anyhow::Result<Found> {
        let rows = if self.raw {
            engine.raw_trace(message_id, period).await?
        } else {
            engine.trace(message_id, period).await?
        };
        Ok(Found { schema: rows.schema(), rows: rows.collect().await? })
    }

    /// The messages to a number: the life of the only one, or which there are.
    async fn of_phone(&self, period: Period, world: &World) -> anyhow::Result<Exit> {
        let number = self.phone.stored(&self.engine, world).await?;
        let answer = async |engine: &dyn QueryEngine| {
            let messages = phone::messages(engine, &number, period).await?;
            match &messages.ids[..] {
                [] => anyhow::bail!("no message in the lake went to that number{}", within(period)),
                [only] => {
                    let found = self.events(engine, only, period).await?;
                    self.show(engine, &found, world).await
                }
                _ => {
                    let look = self.format.look(world.width);
                    super::print_all(messages.schema, &messages.rows, self.format.format(), look)?;
                    world.note("`smsvoice trace` with one of these ids shows its life");
                    Ok(super::exit_of(engine))
                }
            }
        };
        self.engine.ask(world, answer).await
    }

    async fn show(&self, engine: &dyn QueryEngine, found: &Found, world: &World) -> anyhow::Result<Exit> {
        let format = self.format.format();
        if format == Format::Table {
            let events = Event::all(&found.rows)?;
            let receipts = match verdict::asks_about_receipts(&events) {
                Some(like) => Some(receipts::of(engine, &like).await?),
                None => None,
            };
            let mut text = timeline::timeline(&events, if self.raw { &found.rows } else { &[] })?;
            let verdict = verdict::verdict(&events, receipts, world.now);
            text.push_str(&format!("\n{}\n", timeline::wrapped(&verdict, world.width)));
            super::unless_gone(io::stdout().lock().write_all(text.as_bytes()).map_err(Into::into))?;
        } else {
            let look = Look { useful: USEFUL.into(), details: DETAILS.into(), ..self.format.look(world.width) };
            super::print_all(found.schema.clone(), &found.rows, format, look)?;
        }
        Ok(super::exit_of(engine))
    }
}

fn within(period: Period) -> &'static str {
    if period == Period::default() { "" } else { " in this period" }
}

impl Found {
    fn is_empty(&self) -> bool {
        self.rows.iter().all(|batch| batch.num_rows() == 0)
    }
}

/// The only id that begins so, in any case.
async fn that_begins_with(engine: &dyn QueryEngine, given: &str) -> anyhow::Result<String> {
    let mut ids = engine.message_ids(given, SHOWN + 1).await?;
    match ids.len() {
        0 => anyhow::bail!("no message in the lake has the id {given:?}, or one that begins so"),
        1 => Ok(ids.remove(0)),
        several => {
            let more = if several > SHOWN { ", …" } else { "" };
            ids.truncate(SHOWN);
            anyhow::bail!("several messages have an id that begins with {given:?}: {}{more}", ids.join(", "))
        }
    }
}
