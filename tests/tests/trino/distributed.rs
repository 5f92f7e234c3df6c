//! The distributed engine: one coordinator that plans, two workers that work.

use std::path::Path;

use serde_json::Map;
use smsvoice_lake::Lake;
use smsvoice_metrics::{Dimension, Metric, MetricsRequest, messages};
use tests::answers;
use tests::replayed::{generated, views};

use crate::server::{LAKE, rows, trino};

/// A file that was written before there was the column `destination_prefix_hash`, with a message of its own.
const OLDER: &[u8] = include_bytes!("../../older/before-prefixes.parquet");

fn add_older_file(lake: &Path) {
    let partition = lake.join("events/channel=text/dt=2026-11-22");
    std::fs::create_dir_all(&partition).unwrap();
    std::fs::write(partition.join("part-fb31ee81ec5746bedabc9bbad7b89a0e.parquet"), OLDER).unwrap();
}

#[test]
fn coordinator_and_two_workers_give_the_same_numbers_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LAKE.0);
    generated(&path, 3_000);
    add_older_file(&path);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lake = Lake::open(path.to_str().unwrap(), []).unwrap();
    let statements = views("trino", LAKE.1, &[]);
    let asked = [
        "SELECT * FROM messages".to_owned(),
        "EXECUTE rates_between USING DATE '2026-11-01', DATE '2026-11-30'".into(),
    ];
    let told =
        &trino(folder.path(), 2, &Map::new(), &[[statements.clone(), asked.to_vec()].concat()])[0][statements.len()..];
    let as_of = "2026-11-30T00:00:00Z".parse().unwrap();
    let rates = MetricsRequest {
        by: vec![Dimension::Channel, Dimension::Country],
        ..MetricsRequest::new(Metric::Rates, as_of)
    };
    for (told, ours) in told.iter().zip([messages(), rates.sql()]) {
        let ours = answers::sorted(runtime.block_on(answers::local(&lake, &ours)));
        assert!(ours.len() > 5);
        assert_eq!(answers::sorted(rows(told)), ours);
    }
    assert_eq!(told[0]["nodes"], 2, "the coordinator plans, two workers work");
}
