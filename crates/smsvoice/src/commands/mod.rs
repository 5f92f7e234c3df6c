//! The commands, one a file: arguments, then what they do.

pub(crate) mod adopt;
pub(crate) mod apply;
pub(crate) mod cost;
pub(crate) mod destroy;
pub(crate) mod doctor;
pub(crate) mod emulate;
pub(crate) mod export;
pub(crate) mod generate;
pub(crate) mod lake;
pub(crate) mod metrics;
pub(crate) mod plan;
pub(crate) mod quarantine;
pub(crate) mod query;
pub(crate) mod replay;
pub(crate) mod roles;
pub(crate) mod tail;
pub(crate) mod trace;
pub(crate) mod views;

use std::io::{self, BufWriter, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use clap::CommandFactory;
use smsvoice_metrics::{QueryEngine, Rows};

use crate::output::Format;
use crate::{Cli, Exit};

pub(crate) fn completions(shell: clap_complete::Shell) -> Exit {
    clap_complete::generate(shell, &mut Cli::command(), "smsvoice", &mut io::stdout());
    Exit::Done
}

/// How an answer ended: files that were left out are missing in it.
fn exit_of(engine: &dyn QueryEngine) -> Exit {
    if engine.left_out().is_empty() { Exit::Done } else { Exit::Quarantined }
}

/// Writes a whole answer to stdout.
fn print_all(schema: SchemaRef, rows: &[RecordBatch], format: Format, width: Option<u16>) -> anyhow::Result<()> {
    unless_gone(format.write_all(schema, rows, width, BufWriter::new(io::stdout().lock())).map_err(Into::into))
}

/// A reader that goes away (`| head`) is no failure.
fn unless_gone(written: anyhow::Result<()>) -> anyhow::Result<()> {
    written.or_else(|error| match error.downcast_ref::<io::Error>() {
        Some(gone) if gone.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// Writes an answer to stdout, batch by batch.
async fn print(mut rows: Rows, format: Format, width: Option<u16>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = async {
        let mut writer = format.writer(rows.schema(), width, &mut out);
        while let Some(batch) = rows.next().await? {
            writer.write(&batch)?;
        }
        writer.finish()?;
        anyhow::Ok(())
    };
    unless_gone(written.await.and_then(|()| Ok(out.flush()?)))
}
