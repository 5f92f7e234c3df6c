//! The commands, one a file: arguments, then what they do.

pub(crate) mod adopt;
pub(crate) mod apply;
pub(crate) mod backfill;
pub(crate) mod config;
pub(crate) mod cost;
pub(crate) mod destroy;
pub(crate) mod doctor;
pub(crate) mod emulate;
pub(crate) mod export;
pub(crate) mod generate;
pub(crate) mod lake;
pub(crate) mod man;
pub(crate) mod metrics;
pub(crate) mod plan;
pub(crate) mod quarantine;
pub(crate) mod query;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod roles;
pub(crate) mod tail;
pub(crate) mod trace;
pub(crate) mod views;
pub(crate) mod watch;

use std::io::{self, BufWriter, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use clap::CommandFactory;
use serde::Serialize;
use smsvoice_metrics::{QueryEngine, Rows};

use crate::output::{Format, FormatArgs, Look, document};
use crate::{Cli, Exit, World};

pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<Exit> {
    // Not to stdout: the generator panics when its reader goes away.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "smsvoice", &mut script);
    unless_gone(io::stdout().write_all(&script).map_err(Into::into))?;
    Ok(Exit::Done)
}

/// How an answer ended: files that were left out are missing in it.
fn exit_of(engine: &dyn QueryEngine) -> Exit {
    if engine.left_out().is_empty() { Exit::Done } else { Exit::Quarantined }
}

/// Writes a whole answer to stdout.
fn print_all(schema: SchemaRef, rows: &[RecordBatch], format: Format, look: Look) -> anyhow::Result<()> {
    unless_gone(format.write_all(schema, rows, look, BufWriter::new(io::stdout().lock())).map_err(Into::into))
}

/// Writes an answer that is no table: a text for a person, an object for a program, and its objects as rows where rows are
/// asked for.
pub(crate) fn print_document(
    format: FormatArgs,
    world: &World,
    text: &str,
    document: &impl Serialize,
) -> anyhow::Result<()> {
    print_document_of(format, world, text, document, document)
}

/// The same, where the rows are a part of the document.
pub(crate) fn print_document_of(
    format: FormatArgs,
    world: &World,
    text: &str,
    document: &impl Serialize,
    rows: &impl Serialize,
) -> anyhow::Result<()> {
    let whole = |text: &str| unless_gone(io::stdout().write_all(text.as_bytes()).map_err(Into::into));
    match format.format() {
        Format::Table => whole(text),
        Format::Json => whole(&(serde_json::to_string_pretty(document)? + "\n")),
        Format::Ndjson => whole(&document::lines(rows)?),
        other => {
            let rows = document::rows(rows)?;
            print_all(rows.schema(), std::slice::from_ref(&rows), other, format.look(world.width))
        }
    }
}

/// A reader that goes away (`| head`) is no failure.
fn unless_gone(written: anyhow::Result<()>) -> anyhow::Result<()> {
    written.or_else(|error| match error.downcast_ref::<io::Error>() {
        Some(gone) if gone.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// Writes an answer to stdout, batch by batch.
async fn print(mut rows: Rows, format: Format, look: Look) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = async {
        let mut writer = format.writer(rows.schema(), look, &mut out);
        while let Some(batch) = rows.next().await? {
            writer.write(&batch)?;
        }
        writer.finish()?;
        anyhow::Ok(())
    };
    unless_gone(written.await.and_then(|()| Ok(out.flush()?)))
}
