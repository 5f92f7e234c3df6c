//! A temporary file of rows.

use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::Result;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;

/// Bytes after which a row group ends.
const ROW_GROUP: usize = 32 << 20;

pub(super) struct KeptRows {
    writer: ArrowWriter<File>,
    row_group: usize,
}

impl KeptRows {
    pub(super) fn create(path: &Path, columns: SchemaRef) -> Result<Self> {
        Self::with_row_groups(path, columns, ROW_GROUP)
    }

    pub(super) fn with_row_groups(path: &Path, columns: SchemaRef, row_group: usize) -> Result<Self> {
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        let writer = ArrowWriter::try_new(File::create_new(path)?, columns, Some(properties))?;
        Ok(Self { writer, row_group })
    }

    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        self.writer.write(rows)?;
        if self.writer.memory_size() > self.row_group {
            self.writer.flush()?;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<()> {
        self.writer.finish()?;
        Ok(())
    }
}
