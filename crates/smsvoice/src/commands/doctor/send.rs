//! `--send-test`: one message, followed until its row is in the lake.

use std::time::Duration;

use anyhow::Context;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use chrono::Utc;
use smsvoice_doctor::send_test::{Row, Test, TestMessage, hops, send_test};
use smsvoice_doctor::{Aws, Facts, Finding};
use smsvoice_lake::Lake;
use smsvoice_metrics::{LocalEngine, QueryEngine};

/// How often the lake is looked at.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, clap::Args)]
pub(super) struct SendArgs {
    /// Send one message to a simulator number, and follow it to its row in the lake. It costs nothing.
    #[arg(long, requires = "lake")]
    pub(super) send_test: bool,
    /// The number of the test; by default AWS's simulator of the United States, which succeeds.
    #[arg(long, value_name = "NUMBER", default_value = "+14254147755")]
    to: String,
    /// The number or pool that the test is sent from; by default AWS chooses.
    #[arg(long, value_name = "IDENTITY")]
    from: Option<String>,
    /// The configuration set that the test names; by default the first there is.
    #[arg(long, value_name = "NAME")]
    set: Option<String>,
    /// How many seconds to wait for a final event in the lake.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait: u64,
}

/// Sends the message and waits; the hops as findings.
pub(super) async fn follow(
    args: &SendArgs,
    aws: &Aws,
    facts: &Facts,
    lake: Option<&Lake>,
) -> anyhow::Result<Vec<Finding>> {
    let lake = lake.context("--send-test needs --lake, which the message is to arrive in")?;
    let first_set = || facts.sets.is().and_then(|world| world.sets.keys().next()).map(|id| id.name.clone());
    let message =
        TestMessage { to: args.to.clone(), from: args.from.clone(), set: args.set.clone().or_else(first_set) };
    let sent_ms = Utc::now().timestamp_millis();
    let message_id = match send_test(aws, &message).await {
        Ok(id) => id,
        Err(refused) => return Ok(vec![refused]),
    };
    let accepted_ms = Utc::now().timestamp_millis();
    let mut arrived = None;
    while (Utc::now().timestamp_millis() - accepted_ms) < (args.wait * 1000) as i64 {
        let (rows, is_final) = rows(lake, &message_id).await?;
        if !rows.is_empty() {
            arrived = Some((rows, Utc::now().timestamp_millis()));
        }
        if is_final {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(hops(&Test { message_id, sent_ms, accepted_ms, arrived, waited_seconds: args.wait }))
}

/// The events of a message that the lake has, and whether one is final.
async fn rows(lake: &Lake, message_id: &str) -> anyhow::Result<(Vec<Row>, bool)> {
    let engine = LocalEngine::new(lake).await?;
    if engine.is_empty().await? {
        return Ok((Vec::new(), false));
    }
    // An id of the service has none but letters, digits, `_`, `:`, `/` and `-`.
    let id: String = message_id.chars().filter(|letter| *letter != '\'').collect();
    let sql = format!(
        "SELECT event_type, CAST(event_time AS BIGINT) AS happened, CAST(received_at AS BIGINT) AS received, source, is_final, \
         CAST(request_time AS BIGINT) AS requested \
         FROM events WHERE message_id = '{id}' ORDER BY event_time"
    );
    let batches = engine.query(&sql).await?.collect().await?;
    let is_final = batches.iter().any(|batch| {
        let flags = batch.column(4).as_boolean_opt();
        flags.is_some_and(|flags| flags.iter().any(|flag| flag == Some(true)))
    });
    Ok((batches.iter().flat_map(rows_of).collect(), is_final))
}

fn rows_of(batch: &RecordBatch) -> Vec<Row> {
    let text = |column: usize, row: usize| {
        let cast = arrow::compute::cast(batch.column(column), &arrow::datatypes::DataType::Utf8).ok();
        cast.and_then(|cast| cast.as_string_opt::<i32>().filter(|c| !c.is_null(row)).map(|c| c.value(row).to_owned()))
            .unwrap_or_default()
    };
    let number = |column: usize, row: usize| {
        batch.column(column).as_primitive_opt::<Int64Type>().filter(|c| !c.is_null(row)).map(|c| c.value(row))
    };
    let row = |row: usize| Row {
        event_type: text(0, row),
        request_ms: number(5, row),
        event_ms: number(1, row).unwrap_or_default(),
        received_ms: number(2, row),
        source: text(3, row),
    };
    (0..batch.num_rows()).map(row).collect()
}
