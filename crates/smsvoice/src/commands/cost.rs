//! `smsvoice cost`: what each route costs a month, before anything is deployed.

use std::sync::Arc;

use anyhow::Context;
use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};

use crate::cost::prices::{self, AS_OF, Prices};
use crate::cost::{Cost, Load, Route};
use crate::output::FormatArgs;
use crate::{Exit, World};

/// Print what each route into a lake costs, a month and a million events
///
/// In US dollars at list prices, without free tiers; without the messages themselves, and without questions in Athena.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  smsvoice cost --messages-per-day 100000 --region eu-west-1 --batch-window 300")]
pub(crate) struct Args {
    /// How many messages are sent a day.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000_000))]
    messages_per_day: u64,
    /// How many events a message has.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    events_per_message: u32,
    /// Bytes of an event: 500 to 900, and more with long contexts.
    #[arg(long, value_name = "BYTES", default_value_t = 800, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    event_bytes: u32,
    /// Seconds that a batch is collected (BatchWindow).
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=900))]
    batch_window: u32,
    /// Messages of a batch at most (BatchSize).
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    batch_size: u32,
    /// Megabytes of the function's memory (MemorySize).
    #[arg(long, value_name = "MB", default_value_t = 1_024, value_parser = clap::value_parser!(u32).range(128..=10_240))]
    memory: u32,
    #[arg(long, default_value = "us-east-1", help = format!("The region, of those with prices of {AS_OF}: {}",
        prices::ALL.map(|prices| prices.region).join(", ")))]
    region: String,
    #[command(flatten)]
    format: FormatArgs,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let prices = prices(args)?;
    let rows = rows(args, prices)?;
    super::print_all(rows.schema(), std::slice::from_ref(&rows), args.format.format(), args.format.look(world.width))?;
    let Prices { secret, kms_key, kms_requests, .. } = prices;
    world.note(&format!(
        "hashes of numbers (PhoneNumbers=hmac) take a secret, {secret:.2} a month; a key of your own (KeyArn) is {kms_key:.2} a \
        month and {kms_requests:.2} for 10,000 requests"
    ));
    world.note(&format!("list prices of {AS_OF}, without free tiers; where each comes from stands in infra/README.md"));
    Ok(Exit::Done)
}

fn prices(args: &Args) -> anyhow::Result<&'static Prices> {
    prices::of(&args.region).with_context(|| {
        format!(
            "there are no prices of {:?}; there are those of {}",
            args.region,
            prices::ALL.map(|prices| prices.region).join(", ")
        )
    })
}

fn rows(args: &Args, prices: &Prices) -> anyhow::Result<RecordBatch> {
    let load = Load {
        messages_per_day: args.messages_per_day as f64,
        events_per_message: args.events_per_message.into(),
        event_bytes: args.event_bytes.into(),
        batch_window: args.batch_window.into(),
        batch_size: args.batch_size.into(),
        memory_mb: args.memory.into(),
    };
    let costs = Route::ALL.map(|route| route.cost(&load, prices));
    let dollars = |of: fn(&Cost) -> f64| money(costs.iter().map(of), 2);
    let a_million = money(costs.iter().map(|cost| cost.total() / load.events() * 1e6), 4)?;
    let files = Route::ALL.map(|route| route.files_a_day(&load).round() as i64);
    let files: ArrayRef = Arc::new(Int64Array::from_iter_values(files));
    let routes: ArrayRef = Arc::new(StringArray::from_iter_values(Route::ALL.map(Route::as_str)));
    let columns = [
        ("route", routes),
        ("carrying_usd", dollars(|cost| cost.carrying)?),
        ("function_usd", dollars(|cost| cost.function)?),
        ("lake_usd", dollars(|cost| cost.lake)?),
        ("watching_usd", dollars(|cost| cost.watching)?),
        ("month_usd", dollars(Cost::total)?),
        ("million_events_usd", a_million),
        ("files_a_day", files),
    ];
    let fields = columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), false));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    Ok(RecordBatch::try_new(schema, columns.map(|(_, column)| column).into())?)
}

/// Rounded half up, to so many decimal places.
fn money(values: impl Iterator<Item = f64>, places: i8) -> anyhow::Result<ArrayRef> {
    let unit = 10_f64.powi(places.into());
    let rounded = Decimal128Array::from_iter_values(values.map(|dollars| (dollars * unit).round() as i128));
    Ok(Arc::new(rounded.with_precision_and_scale(18, places)?))
}
