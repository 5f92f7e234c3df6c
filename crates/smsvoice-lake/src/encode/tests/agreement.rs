//! What both files have to agree on: rows, statistics, bloom filters, and the index of pages.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::concat_batches;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;
use proptest::prelude::*;

use super::arrow_file::arrow_file;
use super::expected;
use super::rows::{Row, our_file, rows, written};
use crate::encode::{SIZES, Sizes};

/// The rows of a file; of some ranges of rows, if any are given.
fn read(file: &Bytes, index: PageIndexPolicy, ranges: Option<&[Range<usize>]>) -> RecordBatch {
    let options = ArrowReaderOptions::new().with_page_index_policy(index);
    let mut reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options).unwrap();
    // Our footer holds a checksum as well, which becomes metadata of the schema.
    let schema = Arc::new(reader.schema().as_ref().clone().with_metadata(HashMap::new()));
    if let Some(ranges) = ranges {
        let rows = reader.metadata().file_metadata().num_rows() as usize;
        reader = reader.with_row_selection(RowSelection::from_consecutive_ranges(ranges.iter().cloned(), rows));
    }
    let batches: Vec<RecordBatch> = reader.with_batch_size(1000).build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

fn metadata(file: &Bytes) -> ParquetMetaData {
    let mut reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Optional);
    reader.try_parse(file).unwrap();
    reader.finish().unwrap()
}

/// Checks everything. `ended_early` is whether pages of our file may have ended before they had all their rows.
fn check(rows: &[Row], batch_rows: usize, sizes: Sizes, ended_early: bool) {
    let expected = expected::batch(rows);
    let ours = Bytes::from(our_file(rows, batch_rows, sizes, ended_early));
    let arrows = Bytes::from(arrow_file(&expected, sizes));
    let (our_metadata, their_metadata) = (metadata(&ours), metadata(&arrows));
    let has_index = our_metadata.offset_index().is_some();
    assert!(has_index || expected.num_rows() <= sizes.page_rows, "a file with several pages has an index of them");
    for index in [PageIndexPolicy::Skip, PageIndexPolicy::Optional] {
        assert_eq!(read(&ours, index, None), expected, "our file, read with {index:?} of the page index");
        assert_eq!(read(&arrows, index, None), expected, "Arrow's");
    }
    // With the index, pages without a row that is asked for are passed over.
    let step = expected.num_rows() / 3 + 1;
    let ranges: Vec<_> = (0..expected.num_rows()).step_by(step).map(|start| start..start + 1).collect();
    let slices: Vec<_> = ranges.iter().map(|range| expected.slice(range.start, 1)).collect();
    let selected = concat_batches(&expected.schema(), &slices).unwrap();
    assert_eq!(read(&ours, PageIndexPolicy::Optional, Some(&ranges)), selected);
    statistics_agree(&our_metadata, &their_metadata);
    bloom_filters_agree(&ours, &arrows, &expected, sizes);
    if has_index {
        page_indexes_agree(&our_metadata, &their_metadata, sizes, ended_early);
    }
}

fn statistics_agree(ours: &ParquetMetaData, theirs: &ParquetMetaData) {
    assert_eq!(ours.num_row_groups(), theirs.num_row_groups());
    for (ours, theirs) in ours.row_groups().iter().zip(theirs.row_groups()) {
        assert_eq!(ours.num_rows(), theirs.num_rows());
        for (ours, theirs) in ours.columns().iter().zip(theirs.columns()) {
            let name = ours.column_path().string();
            assert_eq!(ours.num_values(), theirs.num_values(), "{name}");
            let of = |chunk: &ColumnChunkMetaData| chunk.statistics().unwrap().clone();
            let (ours, theirs) = (of(ours), of(theirs));
            assert_eq!(ours.null_count_opt(), theirs.null_count_opt(), "{name}");
            if ours.min_bytes_opt().is_some() {
                assert_eq!(ours.min_bytes_opt(), theirs.min_bytes_opt(), "{name}");
                assert_eq!(ours.max_bytes_opt(), theirs.max_bytes_opt(), "{name}");
                assert!(ours.min_is_exact() && ours.max_is_exact(), "{name}");
            }
        }
    }
}

fn bloom_filters_agree(ours: &Bytes, arrows: &Bytes, expected: &RecordBatch, sizes: Sizes) {
    let position = expected.schema().index_of("message_id").unwrap();
    let ids = expected.column(position).as_string::<i32>();
    for file in [ours, arrows] {
        let properties = ReaderProperties::builder().set_read_bloom_filter(true).build();
        let options = ReadOptionsBuilder::new().with_reader_properties(properties).build();
        let reader = SerializedFileReader::new_with_options(file.clone(), options).unwrap();
        for at in 0..reader.num_row_groups() {
            let row_group = reader.get_row_group(at).unwrap();
            let filter = row_group.get_column_bloom_filter(position).unwrap();
            let start = at * sizes.row_group_rows;
            let rows = start..start + row_group.metadata().num_rows() as usize;
            let present: BTreeSet<&str> = rows.map(|row| ids.value(row)).collect();
            assert!(present.iter().all(|id| filter.check(id)));
            let wrong = (0..1000).filter(|id| filter.check(&*format!("absent {id}"))).count();
            assert!(wrong < 60, "one in a hundred is promised: {wrong} of 1,000");
        }
    }
}

/// Pages are where both indexes say they are, and hold what both say they hold.
fn page_indexes_agree(ours: &ParquetMetaData, theirs: &ParquetMetaData, sizes: Sizes, ended_early: bool) {
    let (our_offsets, their_offsets) = (ours.offset_index().unwrap(), theirs.offset_index().unwrap());
    let (our_columns, their_columns) = (ours.column_index().unwrap(), theirs.column_index().unwrap());
    for (group, row_group) in ours.row_groups().iter().enumerate() {
        for (column, chunk) in row_group.columns().iter().enumerate() {
            let name = chunk.column_path().string();
            let first_rows = |offsets: &[Vec<_>]| -> Vec<i64> {
                let index: &parquet::file::page_index::offset_index::OffsetIndexMetaData = &offsets[group][column];
                index.page_locations().iter().map(|page| page.first_row_index).collect()
            };
            let (our_rows, their_rows) = (first_rows(our_offsets), first_rows(their_offsets));
            if !ended_early {
                let pages: Vec<i64> = (0..row_group.num_rows()).step_by(sizes.page_rows).collect();
                assert_eq!(our_rows, pages, "{name}");
            }
            if our_rows == their_rows {
                let (ours, theirs) = (&our_columns[group][column], &their_columns[group][column]);
                pages_agree(&name, our_rows.len(), ours, theirs);
            }
        }
    }
}

fn pages_agree(name: &str, pages: usize, ours: &ColumnIndexMetaData, theirs: &ColumnIndexMetaData) {
    if matches!(ours, ColumnIndexMetaData::NONE) {
        return; // the column has no bounds: its words are random, or one of them is too long
    }
    for page in 0..pages {
        assert_eq!(ours.is_null_page(page), theirs.is_null_page(page), "{name}, page {page}");
        assert_eq!(ours.null_count(page), theirs.null_count(page), "{name}, page {page}");
        macro_rules! same_bounds {
            ($($variant:ident)*) => {
                match (ours, theirs) {
                    $((ColumnIndexMetaData::$variant(ours), ColumnIndexMetaData::$variant(theirs)) => {
                        assert_eq!(ours.min_value(page), theirs.min_value(page), "{name}, page {page}");
                        assert_eq!(ours.max_value(page), theirs.max_value(page), "{name}, page {page}");
                    })*
                    other => panic!("{name}: {other:?}"),
                }
            };
        }
        same_bounds!(BOOLEAN INT32 INT64 BYTE_ARRAY);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn arrows_writer_makes_the_same_file_to_a_reader(
        rows in rows(90),
        batch_rows in 1usize..60,
        page_rows in 1usize..40,
        pages in 2usize..5,
        more in 0usize..10,
        ended_early in any::<bool>(),
    ) {
        prop_assume!(written(&rows).next().is_some());
        check(&rows, batch_rows, Sizes { page_rows, row_group_rows: pages * page_rows + more }, ended_early);
    }
}

/// More distinct values than a dictionary takes, first in the first page and then in a later one.
#[test]
fn arrows_writer_makes_the_same_file_where_dictionaries_overflow() {
    for (distinct_from, page_rows) in [(0, 3_000), (4_000, 2_000)] {
        let long = |row: usize| format!("{row:0>200}");
        let row = |row: usize| {
            let different = row.max(distinct_from);
            Row::of(format!(
                r#"{{"eventType":"TEXT_SENT","messageId":"{row}","eventTimestamp":{},"carrierName":"{}","mcc":"{}",
                    "totalMessagePrice":0.{different:06},"totalMessageParts":{different},"context":{{"{}":"x"}}}}"#,
                1_795_000_000_000 + row,
                long(different),
                row % 3,
                long(different / 2),
            ))
        };
        let rows: Vec<Row> = (0..12_000).map(row).collect();
        check(&rows, 2_500, Sizes { page_rows, row_group_rows: 9_000 }, false);
    }
}

#[test]
fn arrows_writer_makes_the_same_file_of_one_row() {
    let row = Row::of(r#"{"eventType":"TEXT_SENT","messageId":"m","eventTimestamp":1795000000000}"#.to_owned());
    check(&[row], 1, SIZES, false);
}
