//! The files themselves: what has more rows than a page or a row group, more words than a dictionary; and what readers
//! prune by.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Decimal128Type, Int32Type, TimestampMillisecondType};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::{
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;
use parquet::file::statistics::Statistics;
use smsvoice_event::Event;
use smsvoice_lake::{EventBatchBuilder, LakeFile, LakeWriter, Route, Source, WriterLimits};

/// Rows of a row group.
const GROUP: usize = 17 << 13;

/// More than that.
const ROWS: usize = GROUP + 5000;

/// Carrier and price differ in every row, more than any dictionary takes; the other fields repeat, or are missing in
/// ways that make runs of every length.
fn json(row: usize) -> String {
    let mut event = format!(
        r#"{{"eventType":"{}","messageId":"message-{}","eventTimestamp":{},"carrierName":"carrier {row}","totalMessagePrice":0.{row:06}"#,
        if row.is_multiple_of(2) { "TEXT_DELIVERED" } else { "TEXT_CARRIER_BLOCKED" },
        row / 2,
        1_795_000_000_000 + row % 1000,
    );
    if row % 7 > 2 {
        event += &format!(r#","isFinal":{},"totalMessageParts":{}"#, row.is_multiple_of(5), row % 3);
    }
    if (row / 100).is_multiple_of(2) {
        event += r#","isoCountryCode":"DE""#;
    }
    match row % 4 {
        0 => {}
        1 => event += r#","context":{"campaign":"spring"}"#,
        _ => event += &format!(r#","context":{{"campaign":"","customer":"{row}"}},"new":[{row}]"#),
    }
    event + "}"
}

fn files(rows: impl Iterator<Item = usize>, context_columns: &[String]) -> Vec<LakeFile> {
    files_with(
        WriterLimits { file_rows: NO_LIMIT, open_rows: NO_LIMIT, page_rows: NO_LIMIT, open_files: NO_LIMIT },
        rows,
        context_columns,
    )
}

const NO_LIMIT: usize = usize::MAX / 2;

fn files_with(limits: WriterLimits, rows: impl Iterator<Item = usize>, context_columns: &[String]) -> Vec<LakeFile> {
    let mut writer = LakeWriter::new(limits);
    let rows: Vec<String> = rows.map(json).collect();
    for rows in rows.chunks(3001) {
        let mut batch = EventBatchBuilder::new(context_columns);
        for row in rows {
            batch.push(&Event::parse(row).unwrap(), &Route::of(Source::File));
        }
        writer.push(batch.finish());
        assert!(writer.full_files().unwrap().is_empty());
    }
    writer.finish().unwrap().0
}

fn bytes(file: &LakeFile) -> Bytes {
    file.bytes.clone().into()
}

fn rows(file: &LakeFile) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes(file)).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    concat_batches(&batches[0].schema(), &batches).unwrap()
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> &'b ArrayRef {
    batch.column_by_name(name).unwrap()
}

fn metadata(file: &LakeFile) -> ParquetMetaData {
    let mut reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Optional);
    reader.try_parse(&bytes(file)).unwrap();
    reader.finish().unwrap()
}

fn chunk<'m>(metadata: &'m ParquetMetaData, row_group: usize, name: &str) -> &'m ColumnChunkMetaData {
    let chunks = metadata.row_group(row_group).columns();
    chunks.iter().find(|chunk| chunk.column_path().string() == name).unwrap()
}

#[test]
fn rows_read_back_whatever_pages_and_dictionaries_they_fill() {
    let files = files(0..ROWS, &[]);
    assert_eq!((files.len(), files[0].rows), (1, ROWS as u64));
    let batch = rows(&files[0]);
    assert_eq!(batch.num_rows(), ROWS);
    let text = |name: &str| column(&batch, name).as_string::<i32>().clone();
    let (carrier, country, extra, kind) =
        (text("carrier_name"), text("iso_country_code"), text("extra"), text("event_type"));
    let message = text("message_id");
    let price = column(&batch, "price_usd").as_primitive::<Decimal128Type>();
    let parts = column(&batch, "message_parts").as_primitive::<Int32Type>();
    let is_final = column(&batch, "is_final").as_boolean();
    let time = column(&batch, "event_time").as_primitive::<TimestampMillisecondType>();
    let context = column(&batch, "context").as_map();
    for row in 0..ROWS {
        let event = Event::parse(Box::leak(json(row).into_boxed_str())).unwrap();
        assert_eq!(carrier.value(row), event.carrier_name.as_deref().unwrap());
        assert_eq!(message.value(row), event.message_id);
        assert_eq!(kind.value(row), event.event_type.as_str());
        assert_eq!(country.is_valid(row).then(|| country.value(row)), event.iso_country_code.as_deref());
        assert_eq!(extra.is_valid(row).then(|| extra.value(row).to_owned()), event.extra_json());
        assert_eq!(price.value(row), i128::from(event.price.unwrap().micros()));
        assert_eq!(parts.is_valid(row).then(|| parts.value(row)), event.message_parts);
        assert_eq!(is_final.is_valid(row).then(|| is_final.value(row)), event.is_final);
        assert_eq!(time.value(row), event.event_time.millis());
        let pairs = context.value(row);
        let (keys, values) = (pairs.column(0).as_string::<i32>(), pairs.column(1).as_string::<i32>());
        let pairs: Vec<_> = keys.iter().zip(values).map(|(key, value)| (key.unwrap(), value.unwrap())).collect();
        assert_eq!(pairs, event.context.iter().map(|(key, value)| (&**key, &**value)).collect::<Vec<_>>());
        assert_eq!(context.is_null(row), event.context.is_empty());
    }
}

#[test]
fn readers_are_told_what_row_groups_and_pages_hold() {
    let files = files(0..ROWS, &[]);
    let metadata = metadata(&files[0]);
    assert_eq!(metadata.row_groups().iter().map(RowGroupMetaData::num_rows).collect::<Vec<_>>(), [GROUP as i64, 5000]);
    let kind = chunk(&metadata, 0, "event_type");
    let Some(Statistics::ByteArray(range)) = kind.statistics() else { panic!("event_type has a range") };
    assert_eq!(range.min_opt().unwrap().data(), b"TEXT_CARRIER_BLOCKED");
    assert_eq!(range.max_opt().unwrap().data(), b"TEXT_DELIVERED");
    assert!(kind.encodings().any(|encoding| encoding == Encoding::RLE_DICTIONARY));
    let Some(Statistics::Int64(range)) = chunk(&metadata, 1, "price_usd").statistics() else { panic!("a range") };
    assert_eq!((range.min_opt(), range.max_opt()), (Some(&(GROUP as i64)), Some(&(ROWS as i64 - 1))));
    let nulls = (0..GROUP).filter(|row| !(row / 100).is_multiple_of(2)).count() as u64;
    let country = chunk(&metadata, 0, "iso_country_code").statistics().unwrap().null_count_opt();
    assert_eq!(country, Some(nulls));
    // A column without a value costs next to nothing, and says that there is none.
    let nothing = chunk(&metadata, 0, "rcs_business_id");
    assert_eq!(nothing.statistics().unwrap().null_count_opt(), Some(GROUP as u64));
    assert_eq!(nothing.compression(), Compression::UNCOMPRESSED);
    assert!(nothing.compressed_size() < 1000, "{}", nothing.compressed_size());
    let time = metadata.row_group(0).columns().iter().position(|chunk| chunk.column_path().string() == "event_time");
    let pages = metadata.offset_index().unwrap()[0][time.unwrap()].page_locations();
    let first: Vec<i64> = pages.iter().map(|page| page.first_row_index).collect();
    assert_eq!(first, (0..GROUP as i64).step_by(1 << 13).collect::<Vec<i64>>(), "a page every 8,192 rows");
    assert_eq!(metadata.column_index().unwrap()[0][time.unwrap()].num_pages(), 17);
}

#[test]
fn pages_are_short_where_memory_is() {
    let short = WriterLimits { file_rows: NO_LIMIT, open_rows: NO_LIMIT, page_rows: 4000, open_files: NO_LIMIT };
    let files = files_with(short, 0..20_000, &[]);
    let batch = rows(&files[0]);
    let carrier = column(&batch, "carrier_name").as_string::<i32>();
    assert!((0..20_000).all(|row| carrier.value(row) == format!("carrier {row}")));
    let metadata = metadata(&files[0]);
    let pages = metadata.offset_index().unwrap()[0][0].page_locations();
    let first: Vec<i64> = pages.iter().map(|page| page.first_row_index).collect();
    assert_eq!(first, [0, 6002, 12_004, 18_006], "after each second batch of 3,001");
}

#[test]
fn a_message_that_is_not_in_a_file_is_mostly_told_without_reading_it() {
    let file = &files(0..3000, &[])[0];
    let read = ReadOptionsBuilder::new();
    let properties = ReaderProperties::builder().set_read_bloom_filter(true).build();
    let read = read.with_reader_properties(properties).build();
    let reader = SerializedFileReader::new_with_options(bytes(file), read).unwrap();
    let column = metadata(file).row_group(0).columns().iter().position(|c| c.column_path().string() == "message_id");
    let row_group = reader.get_row_group(0).unwrap();
    let filter = row_group.get_column_bloom_filter(column.unwrap()).unwrap();
    assert!((0..1500).all(|message| filter.check(&*format!("message-{message}"))));
    let wrong = (1500..11_500).filter(|message| filter.check(&*format!("message-{message}"))).count();
    assert!(wrong < 200, "one in a hundred is promised: {wrong} of 10,000");
}

#[test]
fn a_batch_with_other_promoted_columns_goes_to_a_file_of_its_own() {
    let mut writer = LakeWriter::new(WriterLimits::default());
    for columns in [vec![], vec!["campaign".to_owned()]] {
        let mut batch = EventBatchBuilder::new(&columns);
        for row in 10 * columns.len()..10 * columns.len() + 8 {
            batch.push(&Event::parse(Box::leak(json(row).into_boxed_str())).unwrap(), &Route::of(Source::File));
        }
        writer.push(batch.finish());
    }
    let (files, counts) = writer.finish().unwrap();
    assert_eq!((files.len(), counts.events), (2, 16));
    let mut with_it = files.iter().map(rows).filter(|rows| rows.column_by_name("context_campaign").is_some());
    let rows = with_it.next().unwrap();
    let campaign = column(&rows, "context_campaign").as_string::<i32>();
    assert_eq!(campaign.iter().take(4).collect::<Vec<_>>(), [Some(""), Some(""), None, Some("spring")]);
    assert!(with_it.next().is_none());
}
