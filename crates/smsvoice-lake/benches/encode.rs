//! This crate's encoder beside Arrow's own writer, on the same rows, with the same settings, on one thread.
//! `cargo bench -p smsvoice-lake --bench encode`
//!
//! Ours is measured with all that a writer does: it also tells events from their duplicates and names the files. Arrow's
//! gets finished record batches, one for each file.

#![allow(clippy::unwrap_used, missing_docs)] // criterion's macros make undocumented items

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use smsvoice_event::Event;
use smsvoice_lake::{EventBatch, EventBatchBuilder, LakeFile, LakeWriter, Route, Source, WriterLimits};
use smsvoice_lifecycle::{GenerateOptions, generate};

fn batch(events: &[Event<'_>]) -> EventBatch {
    let mut builder = EventBatchBuilder::default();
    let route = Route::of(Source::File);
    for event in events {
        builder.push(event, &route);
    }
    builder.finish()
}

fn our_files(batch: EventBatch) -> Vec<LakeFile> {
    let mut writer = LakeWriter::new(WriterLimits::default());
    writer.push(batch);
    writer.finish().unwrap().0
}

/// The rows of a file, as Arrow's writer takes them.
fn rows(file: &LakeFile) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(file.bytes.clone())).unwrap();
    let (schema, batches) = (reader.schema().clone(), reader.build().unwrap());
    concat_batches(&schema, &batches.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
}

/// What this crate's encoder does, as far as Arrow's writer can be told so.
fn properties() -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap()))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_max_row_group_row_count(Some(17 << 13))
        .set_data_page_row_count_limit(1 << 13)
        .set_column_bloom_filter_enabled("message_id".into(), true)
        .set_column_bloom_filter_fpp("message_id".into(), 0.01);
    for name in ["event_time", "request_time", "latency_ms", "message_id", "destination_phone_number", "extra"] {
        properties = properties.set_column_dictionary_enabled(name.into(), false);
    }
    let numbers = ["event_time", "request_time", "latency_ms", "message_parts", "price_usd", "carrier_fee_usd"];
    let more = ["call_duration_seconds", "billed_duration_minutes", "received_at", "is_final", "is_international_send"];
    let ranged = ["event_type", "outcome", "iso_country_code", "origination_identity", "configuration_set"];
    for name in numbers.into_iter().chain(more).chain(ranged).chain(["account_id", "source"]) {
        let column = ColumnPath::from(name);
        properties = properties.set_column_statistics_enabled(column, EnabledStatistics::Page);
    }
    properties.build()
}

fn arrows_files(batches: &[RecordBatch]) -> Vec<Vec<u8>> {
    let write = |batch: &RecordBatch| {
        let options = ArrowWriterOptions::new().with_properties(properties()).with_skip_arrow_metadata(true);
        let mut writer = ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options).unwrap();
        writer.write(batch).unwrap();
        writer.into_inner().unwrap()
    };
    batches.iter().map(write).collect()
}

fn encode(c: &mut Criterion) {
    let mut lines = Vec::new();
    generate(&GenerateOptions { messages: 33_000, ..GenerateOptions::default() }, &mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    let events: Vec<Event<'_>> = lines.lines().map(|line| Event::parse(line).unwrap()).collect();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let files = one_thread.install(|| our_files(batch(&events)));
    let batches: Vec<RecordBatch> = files.iter().map(rows).collect();
    let mut group = c.benchmark_group("encode");
    group.throughput(Throughput::Elements(files.iter().map(|file| file.rows).sum())).sample_size(20);
    let our_bytes: usize = files.iter().map(|file| file.bytes.content_length()).sum();
    let their_bytes: usize = arrows_files(&batches).iter().map(Vec::len).sum();
    group.bench_function(format!("ours, {our_bytes} bytes"), |b| {
        let write = |batch| one_thread.install(|| our_files(batch));
        b.iter_batched(|| batch(&events), write, BatchSize::LargeInput);
    });
    group.bench_function(format!("arrow's, {their_bytes} bytes"), |b| b.iter(|| arrows_files(&batches)));
    group.finish();
}

criterion_group!(benches, encode);
criterion_main!(benches);
