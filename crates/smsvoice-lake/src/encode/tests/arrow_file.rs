//! The file that Arrow's own writer makes of the same rows, with the same settings.

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::encode::Sizes;
use crate::schema::{EVENT_COLUMNS, Kind, Property};

pub(super) fn arrow_file(batch: &RecordBatch, sizes: Sizes) -> Vec<u8> {
    let options = ArrowWriterOptions::new().with_properties(properties(sizes)).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn properties(sizes: Sizes) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap()))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_statistics_truncate_length(None)
        .set_column_index_truncate_length(None)
        .set_max_row_group_row_count(Some(sizes.row_group_rows))
        .set_data_page_row_count_limit(sizes.page_rows)
        .set_write_batch_size(sizes.page_rows);
    for column in EVENT_COLUMNS {
        let path = ColumnPath::from(column.name);
        let repeats = !matches!(column.kind, Kind::Text | Kind::Json) && !column.has(Property::HardlyRepeats);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), repeats)
            .set_column_bloom_filter_enabled(path.clone(), column.has(Property::BloomFilter))
            .set_column_bloom_filter_fpp(path, 0.01);
    }
    properties.build()
}
