//! `smsvoice quarantine`: what could not be read, why, and how to read it again.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use smsvoice_lake::Reason;
use smsvoice_metrics::QueryEngine;

use crate::engine::EngineArgs;
use crate::lake::runtime;
use crate::output::FormatArgs;
use crate::{Exit, World};

/// List what is in quarantine: reasons with counts and the newest example, or the pieces of one reason
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice quarantine --lake ./lake\n  \
    smsvoice quarantine --lake ./lake --reason invalid_json\n  \
    smsvoice quarantine --lake ./lake --reason invalid_json --out broken.txt")]
pub(crate) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    /// Only pieces that are there for this reason, one by one, the newest first.
    #[arg(long, value_parser = reason)]
    reason: Option<Reason>,
    /// Write the payloads to this file, each followed by a line end, the newest first; "-" is stdout.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

/// The reasons, the most frequent first, each with the newest piece that is there for it.
const BY_REASON: &str = "
    WITH piece AS (
      SELECT reason, stage, received_at, source, source_id, detail, from_utf8(payload) AS payload_text FROM quarantine
    ),
    ranked AS (
      SELECT reason, stage, received_at, source, source_id, detail, payload_text,
        count(*) OVER (PARTITION BY reason) AS pieces,
        row_number() OVER (PARTITION BY reason ORDER BY received_at DESC, source_id, payload_text) AS place
      FROM piece
    )
    SELECT reason, pieces, received_at AS newest, source_id, detail, substr(payload_text, 1, 100) AS payload_begins
    FROM ranked WHERE place = 1 ORDER BY pieces DESC, reason";

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let answer = async |engine: &dyn QueryEngine| {
        if let Some(path) = &args.out {
            let pieces = write_payloads(engine, args, path).await?;
            world.note(&format!("{pieces} payloads were written to {}", path.display()));
            return Ok(super::exit_of(engine));
        }
        let sql = match args.reason {
            None => BY_REASON.to_owned(),
            Some(_) => {
                pieces(args.reason, "received_at, source, source_id, detail, from_utf8(payload) AS payload_text")
            }
        };
        super::print(engine.query(&sql).await?, args.format.format(), args.format.look(world.width)).await?;
        let lake = args.engine.lake_name();
        world.note(&format!("after a fix, read it again: smsvoice replay --from-quarantine --lake {lake}"));
        Ok(super::exit_of(engine))
    };
    runtime()?.block_on(args.engine.ask(world, answer))
}

/// Single pieces, the newest first. A reason is one of our own words, which hold no quotes.
fn pieces(reason: Option<Reason>, columns: &str) -> String {
    let condition = reason.map_or_else(|| "TRUE".to_owned(), |reason| format!("reason = '{reason}'"));
    format!("SELECT {columns} FROM quarantine WHERE {condition} ORDER BY received_at DESC, source_id, payload")
}

async fn write_payloads(engine: &dyn QueryEngine, args: &Args, path: &std::path::Path) -> anyhow::Result<u64> {
    let unwritable = || format!("{} cannot be written", path.display());
    let file: Box<dyn Write> = if path.as_os_str() == "-" {
        Box::new(io::stdout())
    } else {
        Box::new(File::create(path).with_context(unwritable)?)
    };
    let mut file = BufWriter::new(file);
    let mut rows = engine.query(&pieces(args.reason, "payload")).await?;
    let mut written = 0;
    while let Some(batch) = rows.next().await? {
        let payloads = cast(batch.column(0), &DataType::Binary)?;
        for payload in payloads.as_binary::<i32>().iter().flatten() {
            file.write_all(payload).and_then(|()| file.write_all(b"\n")).with_context(unwritable)?;
        }
        written += payloads.len() as u64;
    }
    file.flush().with_context(unwritable)?;
    Ok(written)
}

fn reason(word: &str) -> Result<Reason, String> {
    let known = || Reason::ALL.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Reason::ALL
        .iter()
        .find(|reason| reason.to_string() == word)
        .copied()
        .ok_or_else(|| format!("there are {}", known()))
}
