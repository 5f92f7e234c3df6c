//! `with_timezone(timestamp, zone)` and `at_timezone(timestamp, zone)`. Trino's meaning: the one says in which zone the clocks
//! showed a timestamp, the other shows an instant on the clocks of another zone.
//!
//! The lake's timestamps are in UTC: without zone in Athena, where UTC is understood, and marked as UTC here. Both are
//! taken for what the clocks showed.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, TimestampMillisecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit, TimestampMillisecondType};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone as _};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

/// One of the two.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct InZone {
    name: &'static str,
    signature: Signature,
}

impl InZone {
    /// The clocks of the zone showed it.
    pub(super) fn shown() -> Self {
        Self { name: "with_timezone", signature: Signature::any(2, Volatility::Immutable) }
    }

    /// The same instant, on the clocks of the zone.
    pub(super) fn same_instant() -> Self {
        Self { name: "at_timezone", signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for InZone {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        plan_err!("the zone tells the type")
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs) -> Result<FieldRef> {
        if !matches!(arguments.arg_fields[0].data_type(), DataType::Timestamp(..) | DataType::Null) {
            return plan_err!("{} takes a timestamp and a zone, such as 'America/Toronto'", self.name);
        }
        let Some(Some(Some(zone))) = arguments.scalar_arguments.get(1).map(|zone| zone.map(ScalarValue::try_as_str))
        else {
            return plan_err!("the zone of {} is a text, such as 'America/Toronto', and no column", self.name);
        };
        let Some(zone) = zone.filter(|zone| Zone::of(zone).is_some()) else {
            return plan_err!("{} does not know the zone {}", self.name, zone.unwrap_or("null"));
        };
        let zone_type = DataType::Timestamp(TimeUnit::Millisecond, Some(zone.into()));
        Ok(Arc::new(Field::new(self.name, zone_type, true)))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let to = arguments.return_field.data_type();
        let times = arguments.args[0].to_array(arguments.number_rows)?;
        let utc = cast(&times, &DataType::Timestamp(TimeUnit::Millisecond, None))?;
        let utc = utc.as_primitive::<TimestampMillisecondType>();
        let DataType::Timestamp(_, Some(name)) = to else { return exec_err!("{to} is no timestamp with zone") };
        let instants = match Zone::of(name) {
            Some(zone) if self.name == "with_timezone" => utc.unary_opt(|shown| zone.instant(shown)),
            _ => utc.clone(),
        };
        Ok(ColumnarValue::Array(marked(&instants, name)))
    }
}

fn marked(instants: &TimestampMillisecondArray, zone: &Arc<str>) -> ArrayRef {
    Arc::new(instants.clone().with_timezone(Arc::clone(zone)))
}

/// A zone by its name, or a fixed distance from UTC.
enum Zone {
    Named(chrono_tz::Tz),
    Fixed(FixedOffset),
}

impl Zone {
    fn of(name: &str) -> Option<Self> {
        let fixed = || name.parse().ok().map(Self::Fixed);
        name.parse().ok().map(Self::Named).or_else(fixed)
    }

    /// The instant at which the clocks show this, in milliseconds. Where they skip it, an hour later, as Trino takes it.
    fn instant(&self, shown: i64) -> Option<i64> {
        let shown = DateTime::from_timestamp_millis(shown)?.naive_utc();
        let found = |shown: &NaiveDateTime| match self {
            Self::Named(zone) => zone.from_local_datetime(shown).earliest().map(|at| at.timestamp_millis()),
            Self::Fixed(zone) => zone.from_local_datetime(shown).earliest().map(|at| at.timestamp_millis()),
        };
        found(&shown).or_else(|| found(&(shown + chrono::TimeDelta::hours(1))))
    }
}

/// What the clocks of a zone show at an instant.
pub(super) fn shown(at: DateTime<chrono::Utc>, zone: &str) -> DateTime<FixedOffset> {
    match Zone::of(zone) {
        Some(Zone::Named(zone)) => at.with_timezone(&zone).fixed_offset(),
        Some(Zone::Fixed(zone)) => at.with_timezone(&zone),
        None => at.fixed_offset(),
    }
}
