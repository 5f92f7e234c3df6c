//! Whether handsets of a country tell that they have a message, as the lake itself shows.

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use smsvoice_metrics::QueryEngine;

/// Messages that are like one: same channel, country and UTC day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Like {
    pub(super) channel: String,
    pub(super) country: String,
    pub(super) day: String,
}

/// How many final events of that day say that a handset has the message, and that none will say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Receipts {
    pub(super) like: Like,
    pub(super) delivered: i64,
    pub(super) accepted: i64,
}

/// Asks for them. One day of one channel is read, and of that two columns.
pub(super) async fn of(engine: &dyn QueryEngine, like: &Like) -> anyhow::Result<Receipts> {
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let sql = format!(
        "SELECT count(*) FILTER (WHERE outcome = 'delivered') AS delivered, \
        count(*) FILTER (WHERE outcome = 'accepted') AS accepted \
        FROM events WHERE channel = {} AND dt = {} AND iso_country_code = {}",
        text(&like.channel),
        text(&like.day),
        text(&like.country)
    );
    let rows = engine.query(&sql).await?.collect().await?;
    let mut counts = [0_i64; 2];
    for batch in rows.iter().filter(|batch| batch.num_rows() > 0) {
        for (at, count) in counts.iter_mut().enumerate() {
            *count = cast(batch.column(at), &DataType::Int64)?.as_primitive::<Int64Type>().value(0);
        }
    }
    let [delivered, accepted] = counts;
    Ok(Receipts { like: like.clone(), delivered, accepted })
}
