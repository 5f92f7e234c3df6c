//! Why an answer is empty, or a column of it.

use arrow::array::{Array, RecordBatch};
use smsvoice_metrics::{Dimension, MetricsRequest, Period, QueryEngine, WhichRows};

/// How many keys of contexts are listed to somebody who asked for one that no message has.
const LISTED_KEYS: usize = 30;

/// Why the answer is empty, or a column of it, as far as that can be told.
pub(super) async fn notes(
    engine: &dyn QueryEngine,
    request: &MetricsRequest,
    rows: &[RecordBatch],
) -> anyhow::Result<Vec<String>> {
    if rows.iter().all(|batch| batch.num_rows() == 0) {
        return Ok(vec![match engine.days().await? {
            None => "the lake has no events".to_owned(),
            Some(_) if request.rows.min_messages > 0 => {
                let all = engine.metrics(&without_least(request)).await?.collect().await?;
                let rows: usize = all.iter().map(RecordBatch::num_rows).sum();
                format!("{rows} rows without --min-messages {}", request.rows.min_messages)
            }
            Some((first, last)) if !request.filters.is_empty() => {
                format!("no message of the period is as --where says; the lake has events of {first} to {last} (UTC)")
            }
            Some((first, last)) if request.period == Period::default() => {
                format!(
                    "of the messages in the lake (events of {first} to {last}), none has what this metric is made of"
                )
            }
            Some((first, last)) => format!("the lake has events of {first} to {last} (UTC); look in that period"),
        }]);
    }
    let mut notes = Vec::new();
    for dimension in request.by.iter().filter(|dimension| matches!(dimension, Dimension::Context(_))) {
        let name = dimension.to_string();
        let values = rows.iter().filter_map(|batch| batch.column_by_name(&name));
        if values.map(|column| column.len() - column.logical_null_count()).sum::<usize>() == 0 {
            let keys = engine.context_keys(LISTED_KEYS).await?;
            let keys = if keys.is_empty() {
                "no message has a context".to_owned()
            } else {
                format!("there are {}", keys.join(", "))
            };
            notes.push(format!("no message of the period has a value for {name}; of context keys {keys}"));
        }
    }
    Ok(notes)
}

/// The same question for rows of however few messages.
fn without_least(request: &MetricsRequest) -> MetricsRequest {
    MetricsRequest { rows: WhichRows { min_messages: 0, ..request.rows.clone() }, ..request.clone() }
}
