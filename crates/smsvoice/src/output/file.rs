//! An answer as a file, whose ending says of what kind: written whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;

use super::{Format, FormatArgs, Look};
use crate::UsageError;

/// Where an answer goes.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct OutArgs {
    /// Write the answer to this file, of the kind that its ending says: .csv .json .ndjson or .parquet.
    #[arg(long, value_name = "FILE", value_parser = path, conflicts_with_all = ["format", "json"])]
    out: Option<PathBuf>,
}

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rows(Format),
    Parquet,
}

/// A file that an answer goes to.
#[derive(Clone, Debug)]
pub(crate) struct OutFile {
    path: PathBuf,
    kind: Kind,
}

fn path(text: &str) -> anyhow::Result<PathBuf> {
    let path = PathBuf::from(text);
    kind(&path).map(|_| path).ok_or_else(|| {
        UsageError::new("the ending says what to write; there are .csv .json .ndjson and .parquet").into()
    })
}

fn kind(path: &Path) -> Option<Kind> {
    Some(match path.extension()?.to_str()?.to_lowercase().as_str() {
        "csv" => Kind::Rows(Format::Csv),
        "json" => Kind::Rows(Format::Json),
        "ndjson" | "jsonl" => Kind::Rows(Format::Ndjson),
        "parquet" => Kind::Parquet,
        _ => return None,
    })
}

impl OutArgs {
    /// The file, if one is asked for.
    pub(crate) fn file(&self, format: FormatArgs) -> Option<OutFile> {
        let path = self.out.clone()?;
        let kind = match kind(&path)? {
            Kind::Rows(Format::Csv) if format.format() == Format::CsvRaw => Kind::Rows(Format::CsvRaw),
            kind => kind,
        };
        Some(OutFile { path, kind })
    }
}

impl OutFile {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all rows to a file beside it, and gives that its name once it is whole.
    pub(crate) fn write(&self, schema: &SchemaRef, rows: &[RecordBatch]) -> anyhow::Result<()> {
        let unwritten = || format!("{} cannot be written", self.path.display());
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".smsvoice-").tempfile_in(folder).with_context(unwritten)?;
        self.write_to(file.as_file_mut(), schema, rows).with_context(unwritten)?;
        file.as_file().sync_all().with_context(unwritten)?;
        readable(&file).with_context(unwritten)?;
        file.persist(&self.path).map_err(|error| error.error).with_context(unwritten)?;
        Ok(())
    }

    fn write_to(&self, file: &mut std::fs::File, schema: &SchemaRef, rows: &[RecordBatch]) -> anyhow::Result<()> {
        let mut out = BufWriter::new(file);
        match self.kind {
            Kind::Rows(format) => format.write_all(schema.clone(), rows, Look::default(), &mut out)?,
            Kind::Parquet => {
                let mut writer = ArrowWriter::try_new(&mut out, schema.clone(), None)?;
                for batch in rows {
                    // Batches know less of their columns than the schema does.
                    writer.write(&RecordBatch::try_new(schema.clone(), batch.columns().to_vec())?)?;
                }
                writer.close()?;
            }
        }
        Ok(out.flush()?)
    }
}

/// A temporary file is its owner's alone; an answer is what files of this user are.
#[cfg(unix)]
fn readable(file: &tempfile::NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &tempfile::NamedTempFile) -> io::Result<()> {
    Ok(())
}
