//! An answer as a file, whose ending says of what kind: written whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use tempfile::NamedTempFile;

use super::workbook::WorkbookWriter;
use super::{Format, FormatArgs, Look, RowWriter};
use crate::UsageError;

/// Where an answer goes.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct OutArgs {
    /// Write the answer to this file, of the kind that its ending says: .csv .json .ndjson .parquet or .xlsx.
    ///
    /// In .xlsx, times are UTC, or on the clock of --time-zone, since Excel knows no zones.
    #[arg(long, value_name = "FILE", value_parser = path, conflicts_with_all = ["format", "json"])]
    out: Option<PathBuf>,
}

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rows(Format),
    Parquet,
    Workbook,
}

/// A file that an answer goes to.
#[derive(Clone, Debug)]
pub(crate) struct OutFile {
    path: PathBuf,
    kind: Kind,
}

/// The same, of which a part is written.
pub(crate) struct BegunFile {
    path: PathBuf,
    file: NamedTempFile,
    writer: Box<dyn RowWriter>,
}

fn path(text: &str) -> anyhow::Result<PathBuf> {
    let path = PathBuf::from(text);
    kind(&path).map(|_| path).ok_or_else(|| {
        UsageError::new("the ending says what to write; there are .csv .json .ndjson .parquet and .xlsx").into()
    })
}

fn kind(path: &Path) -> Option<Kind> {
    Some(match path.extension()?.to_str()?.to_lowercase().as_str() {
        "csv" => Kind::Rows(Format::Csv),
        "json" => Kind::Rows(Format::Json),
        "ndjson" | "jsonl" => Kind::Rows(Format::Ndjson),
        "parquet" => Kind::Parquet,
        "xlsx" => Kind::Workbook,
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

    /// A file beside it, that rows of `schema` are written to as they come.
    pub(crate) fn begin(&self, schema: &SchemaRef) -> anyhow::Result<BegunFile> {
        let begun = || {
            let file = beside(&self.path)?;
            let writer = self.kind.writer(schema, file.reopen()?)?;
            anyhow::Ok(BegunFile { path: self.path.clone(), file, writer })
        };
        begun().with_context(|| unwritten(&self.path))
    }

    /// Writes all rows.
    pub(crate) fn write(&self, schema: &SchemaRef, rows: &[RecordBatch]) -> anyhow::Result<()> {
        let mut file = self.begin(schema)?;
        rows.iter().try_for_each(|rows| file.write(rows))?;
        file.finish()
    }
}

impl BegunFile {
    /// Takes rows.
    pub(crate) fn write(&mut self, rows: &RecordBatch) -> anyhow::Result<()> {
        self.writer.write(rows).with_context(|| unwritten(&self.path))
    }

    /// Gives the file its name, now that it is whole.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        let Self { path, file, writer } = self;
        let finished = || {
            writer.finish()?;
            named(file, &path)
        };
        finished().with_context(|| unwritten(&path))
    }
}

/// Writes a file whole or not at all. What is no file, a pipe or a terminal, takes what comes.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = || {
        if path.metadata().is_ok_and(|there| !there.is_file()) {
            return std::fs::write(path, bytes);
        }
        let mut file = beside(path)?;
        file.as_file_mut().write_all(bytes)?;
        named(file, path)
    };
    written().with_context(|| unwritten(path))
}

/// A file without a name that anybody would look for, in the folder of this one.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".smsvoice-").tempfile_in(folder)
}

/// Gives a file its name, now that it is whole.
fn named(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    readable(&file)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn unwritten(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}

impl Kind {
    fn writer(self, schema: &SchemaRef, file: File) -> anyhow::Result<Box<dyn RowWriter>> {
        let out = BufWriter::new(file);
        Ok(match self {
            Self::Rows(format) => format.writer(schema.clone(), Look::default(), out),
            Self::Parquet => Box::new(ParquetRows {
                writer: ArrowWriter::try_new(out, schema.clone(), None)?,
                schema: schema.clone(),
            }),
            Self::Workbook => Box::new(WorkbookWriter::new(schema, out)?),
        })
    }
}

struct ParquetRows<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
}

impl<W: Write + Send> RowWriter for ParquetRows<W> {
    fn write(&mut self, rows: &RecordBatch) -> io::Result<()> {
        // Batches know less of their columns than the schema does.
        let rows = RecordBatch::try_new(self.schema.clone(), rows.columns().to_vec()).map_err(io::Error::other)?;
        Ok(self.writer.write(&rows)?)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.writer.finish()?;
        self.writer.inner_mut().flush()
    }
}

/// A temporary file is its owner's alone; an answer is what files of this user are.
#[cfg(unix)]
fn readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &NamedTempFile) -> io::Result<()> {
    Ok(())
}
