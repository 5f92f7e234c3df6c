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
pub(crate) mod trace;
pub(crate) mod views;

use std::io::{self, BufWriter, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use clap::CommandFactory;
use smsvoice_metrics::{LocalEngine, Rows};

use crate::output::Format;
use crate::{Cli, Exit};

pub(crate) fn completions(shell: clap_complete::Shell) -> Exit {
    clap_complete::generate(shell, &mut Cli::command(), "smsvoice", &mut io::stdout());
    Exit::Done
}

/// How an answer ended: files that were left out are missing in it.
fn exit_of(engine: &LocalEngine) -> Exit {
    if engine.left_out().is_empty() { Exit::Done } else { Exit::Quarantined }
}

/// Writes a whole answer to stdout. A reader that goes away is no failure.
fn print_all(schema: SchemaRef, rows: &[RecordBatch], format: Format, width: Option<u16>) -> anyhow::Result<()> {
    match format.write_all(schema, rows, width, &mut BufWriter::new(io::stdout().lock())) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Writes an answer to stdout, batch by batch. A reader that goes away (`| head`) is no failure.
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
    match written.await.and_then(|()| Ok(out.flush()?)) {
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => {
            Ok(())
        }
        other => other,
    }
}
