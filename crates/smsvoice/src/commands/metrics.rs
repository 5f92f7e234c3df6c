//! `smsvoice metrics`: delivery rates, failures, latency, cost, voice.

mod look;
mod notes;

use std::collections::BTreeSet;
use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use smsvoice_metrics::{Dimension, Metric, MetricsRequest, QueryEngine, Sort, TimeZone, WhichRows};

pub(crate) use self::look::look;
use crate::engine::EngineArgs;
use crate::lake::runtime;
use crate::moment::Moment;
use crate::output::{FormatArgs, Look, OutArgs};
use crate::period::PeriodArgs;
use crate::words::offering;
use crate::{Exit, UsageError, World};

/// Print delivery rates and other metrics of the messages in a lake
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice metrics --lake ./lake --by channel,country\n  \
    smsvoice metrics --lake ./lake --by carrier --where country=US,CA --since 7d --sort delivery_rate --min-messages 100\n  \
    smsvoice metrics --lake ./lake --by day --time-zone America/Toronto\n  \
    smsvoice metrics --lake ./lake --metric latency --by carrier --since 2026-11-01 --format csv\n  \
    smsvoice metrics --engine athena --workgroup smsvoice --by channel,country --since 2026-11-01")]
pub(crate) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
    #[arg(
        long,
        default_value_t = Metric::Rates,
        value_parser = offering(str::parse::<Metric>, Metric::ALL.map(Metric::as_str)),
        hide_possible_values = true,
        help = format!("What to measure: {}", names(Metric::ALL))
    )]
    metric: Metric,
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "DIMENSION",
        value_parser = offering(str::parse::<Dimension>, Dimension::COLUMNS.iter().filter_map(Dimension::name)),
        hide_possible_values = true,
        help = format!("What to break it down by, comma-separated: {}, context.KEY", names(Dimension::COLUMNS))
    )]
    by: Vec<Dimension>,
    #[command(flatten)]
    period: PeriodArgs,
    /// The columns to sort by, comma-separated: delivery_rate, the lowest first, or -messages, the highest first.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "COLUMN",
        value_parser = offering(str::parse::<Sort>, columns()),
        hide_possible_values = true,
        allow_hyphen_values = true
    )]
    sort: Vec<Sort>,
    /// Only the first N rows; without --sort, those of most messages.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    top: Option<u64>,
    /// Only rows of at least N messages: rates of few say little.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    min_messages: u64,
    /// The moment that maturity is judged at; now by default.
    #[arg(long, value_name = "TIME")]
    as_of: Option<Moment>,
    /// Print the SQL that answers this, over the table events, and run nothing.
    #[arg(long)]
    show_sql: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    out: OutArgs,
}

impl Args {
    fn request(&self, world: &World) -> anyhow::Result<MetricsRequest> {
        let zone = self.period.zone(world)?;
        let rows = WhichRows { sort: self.sort.clone(), top: self.top, min_messages: self.min_messages };
        rows.check(self.metric, &self.by).map_err(|error| UsageError::new(error.to_string()))?;
        Ok(MetricsRequest {
            metric: self.metric,
            by: self.by.clone(),
            period: self.period.period(world.now, zone)?,
            filters: self.period.filters.clone(),
            zone,
            rows,
            as_of: self.as_of.map_or(world.now, |moment| moment.at(world.now, zone)),
        })
    }
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let request = args.request(world)?;
    if args.show_sql {
        super::unless_gone(writeln!(io::stdout(), "{}", request.sql().trim_end()).map_err(Into::into))?;
        return Ok(Exit::Done);
    }
    let answer = async |engine: &dyn QueryEngine| {
        let rows = engine.metrics(&request).await?;
        let schema = rows.schema();
        let rows = rows.collect().await?;
        let (schema, shown) = in_zone(&schema, &rows, request.zone)?;
        if let Some(file) = args.out.file(args.format) {
            file.write(&schema, &shown)?;
            world.note(&format!("written to {}", file.path().display()));
        } else {
            let total = if args.format.is_read() { total(engine, &request).await? } else { None };
            let look = Look { total, ..look(request.metric, args.format.look(world.width)) };
            super::print_all(schema, &shown, args.format.format(), look)?;
        }
        for note in notes::notes(engine, &request, &rows).await? {
            world.note(&note);
        }
        Ok(super::exit_of(engine))
    };
    runtime()?.block_on(args.engine.ask(world, answer))
}

/// The row over all rows.
async fn total(engine: &dyn QueryEngine, request: &MetricsRequest) -> anyhow::Result<Option<RecordBatch>> {
    let Some(rows) = engine.total(request).await? else { return Ok(None) };
    // Only the schema of the rows says which of them are shares.
    let schema = rows.schema();
    let row = rows.collect().await?.into_iter().find(|batch| batch.num_rows() > 0);
    Ok(row.map(|row| row.with_schema(schema)).transpose()?)
}

/// The rows with their hours on the clocks of the zone.
fn in_zone(schema: &SchemaRef, rows: &[RecordBatch], zone: TimeZone) -> anyhow::Result<(SchemaRef, Vec<RecordBatch>)> {
    if zone == TimeZone::UTC {
        return Ok((schema.clone(), rows.to_vec()));
    }
    let local = DataType::Timestamp(TimeUnit::Millisecond, Some(zone.name().into()));
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Timestamp(..) => Field::new(field.name(), local.clone(), field.is_nullable()),
        _ => field.as_ref().clone(),
    });
    let shown = SchemaRef::new(Schema::new(fields.collect::<Vec<_>>()));
    let batches = rows.iter().map(|batch| {
        let columns = batch.columns().iter().zip(shown.fields()).map(|(column, field)| cast(column, field.data_type()));
        anyhow::Ok(RecordBatch::try_new(shown.clone(), columns.collect::<Result<_, _>>()?)?)
    });
    let batches = batches.collect::<anyhow::Result<_>>()?;
    Ok((shown, batches))
}

/// What rows can be sorted by, of all metrics.
fn columns() -> BTreeSet<&'static str> {
    let columns = Metric::ALL.iter().flat_map(|metric| metric.columns()).copied();
    columns.chain(Dimension::COLUMNS.iter().filter_map(Dimension::name)).collect()
}

/// As the help lists them.
fn names<const N: usize>(named: [impl ToString; N]) -> String {
    named.map(|one| one.to_string()).join(", ")
}
