//! `smsvoice trace`: the life of one message.

use smsvoice_metrics::LocalEngine;

use crate::lake::{DamagedArgs, LakeArgs, runtime};
use crate::output::{FormatArgs, Look};
use crate::{Exit, World};

/// Show the events of one message, the oldest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  smsvoice trace --lake ./lake 221bc70c-7ee6-4987-b1ba-9684ba25be20")]
pub(crate) struct Args {
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    damaged: DamagedArgs,
    #[command(flatten)]
    format: FormatArgs,
    /// The message's id, as Send* returned it, or the first characters of it.
    message_id: String,
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

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let engine = args.lake.engine(world, &args.damaged).await?;
        // As it is given first: bloom filters tell which files have that id. The begin of an id is looked for in all.
        let rows = engine.trace(&args.message_id).await?;
        let schema = rows.schema();
        let mut events = rows.collect().await?;
        if events.iter().all(|batch| batch.num_rows() == 0) {
            let message_id = that_begins_with(&engine, &args.message_id).await?;
            events = engine.trace(&message_id).await?.collect().await?;
        }
        let look = Look { useful: USEFUL.into(), details: DETAILS.into(), ..args.format.look(world.width) };
        super::print_all(schema, &events, args.format.format(), look)?;
        Ok(super::exit_of(&engine))
    })
}

/// The only id that begins so, in any case.
async fn that_begins_with(engine: &LocalEngine, given: &str) -> anyhow::Result<String> {
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
