//! One value of an Arrow array, as something that can be written: every type of the lake and of SQL over it.

use std::fmt::Write;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMillisecondType, UInt64Type};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime};
use smsvoice_metrics::TimeZone;

/// A value, with the distinctions that matter when it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    /// All digits of the column's scale.
    Decimal(String),
    /// Also what has no form of its own: times, dates, bytes.
    Text(String),
    List(Vec<Self>),
    /// A map or a struct, in the order it is stored in.
    Object(Vec<(String, Self)>),
}

/// A column brought to one of few types, so that its values are read without looking at the type each time.
pub(super) struct Column(Kind);

enum Kind {
    Bool(ArrayRef),
    Integer(ArrayRef),
    Unsigned(ArrayRef),
    Float(ArrayRef),
    Text(ArrayRef),
    Bytes(ArrayRef),
    Time(ArrayRef, Clock),
    Date(ArrayRef),
    List(ArrayRef, Box<Column>),
    Map(ArrayRef, Box<Column>, Box<Column>),
    Struct(ArrayRef, Vec<(String, Column)>),
    Decimal(ArrayRef),
    Other(ArrayRef),
}

impl Column {
    pub(super) fn new(array: &ArrayRef) -> Result<Self, ArrowError> {
        use DataType as T;
        let to = |data_type: &DataType| cast(array, data_type);
        Ok(Self(match array.data_type() {
            T::Dictionary(_, values) => return Self::new(&to(values)?),
            T::Boolean => Kind::Bool(array.clone()),
            T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 => {
                Kind::Integer(to(&T::Int64)?)
            }
            T::UInt64 => Kind::Unsigned(array.clone()),
            T::Float16 | T::Float32 | T::Float64 => Kind::Float(to(&T::Float64)?),
            T::Utf8 | T::LargeUtf8 | T::Utf8View => Kind::Text(to(&T::Utf8View)?),
            T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_) => Kind::Bytes(to(&T::BinaryView)?),
            T::Timestamp(_, zone) => {
                Kind::Time(to(&T::Timestamp(TimeUnit::Millisecond, zone.clone()))?, Clock::of(zone.as_deref()))
            }
            T::Date32 => Kind::Date(array.clone()),
            T::List(_) => Kind::List(array.clone(), Box::new(Self::new(array.as_list::<i32>().values())?)),
            T::Map(..) => {
                let map = array.as_map();
                Kind::Map(array.clone(), Box::new(Self::new(map.keys())?), Box::new(Self::new(map.values())?))
            }
            T::Struct(fields) => {
                let columns = fields.iter().zip(array.as_struct().columns());
                let columns = columns.map(|(field, column)| Ok((field.name().clone(), Self::new(column)?)));
                Kind::Struct(array.clone(), columns.collect::<Result<_, ArrowError>>()?)
            }
            T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..) => Kind::Decimal(array.clone()),
            _ => Kind::Other(array.clone()),
        }))
    }

    pub(super) fn value(&self, row: usize) -> Result<Value, ArrowError> {
        if self.array().is_null(row) {
            return Ok(Value::Null);
        }
        Ok(match &self.0 {
            Kind::Bool(array) => Value::Bool(array.as_boolean().value(row)),
            Kind::Integer(array) => Value::Integer(array.as_primitive::<Int64Type>().value(row).into()),
            Kind::Unsigned(array) => Value::Integer(array.as_primitive::<UInt64Type>().value(row).into()),
            Kind::Float(array) => Value::Float(array.as_primitive::<Float64Type>().value(row)),
            Kind::Text(array) => Value::Text(array.as_string_view().value(row).into()),
            Kind::Bytes(array) => Value::Text(bytes(array.as_binary_view().value(row))),
            Kind::Time(array, clock) => {
                Value::Text(clock.shown(array.as_primitive::<TimestampMillisecondType>().value(row)))
            }
            Kind::Date(array) => Value::Text(date(array.as_primitive::<Date32Type>().value(row))),
            Kind::List(array, items) => {
                let offsets = array.as_list::<i32>().value_offsets();
                let rows = offsets[row] as usize..offsets[row + 1] as usize;
                Value::List(rows.map(|row| items.value(row)).collect::<Result<_, _>>()?)
            }
            Kind::Map(array, keys, values) => {
                let offsets = array.as_map().value_offsets();
                let rows = offsets[row] as usize..offsets[row + 1] as usize;
                let entry = |row| Ok((keys.value(row)?.text(), values.value(row)?));
                Value::Object(rows.map(entry).collect::<Result<_, ArrowError>>()?)
            }
            Kind::Struct(_, columns) => {
                let member = |(name, column): &(String, Self)| Ok((name.clone(), column.value(row)?));
                Value::Object(columns.iter().map(member).collect::<Result<_, ArrowError>>()?)
            }
            Kind::Decimal(array) => Value::Decimal(displayed(array, row)?),
            Kind::Other(array) => Value::Text(displayed(array, row)?),
        })
    }

    /// What the column's clock shows at a moment, or the begin of a day; none if the value is neither.
    pub(super) fn on_clock(&self, row: usize) -> Option<NaiveDateTime> {
        match &self.0 {
            Kind::Time(array, clock) if array.is_valid(row) => {
                clock.local(array.as_primitive::<TimestampMillisecondType>().value(row))
            }
            Kind::Date(array) if array.is_valid(row) => {
                day(array.as_primitive::<Date32Type>().value(row))?.and_hms_opt(0, 0, 0)
            }
            _ => None,
        }
    }

    fn array(&self) -> &ArrayRef {
        let (Kind::Bool(array)
        | Kind::Integer(array)
        | Kind::Unsigned(array)
        | Kind::Float(array)
        | Kind::Text(array)
        | Kind::Bytes(array)
        | Kind::Time(array, _)
        | Kind::Date(array)
        | Kind::List(array, _)
        | Kind::Map(array, ..)
        | Kind::Struct(array, _)
        | Kind::Decimal(array)
        | Kind::Other(array)) = &self.0;
        array
    }
}

impl Value {
    /// As one piece of text: null is empty, a list or map is JSON.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) | Self::Decimal(text) => text.clone(),
            other => other.json(),
        }
    }

    /// As JSON: decimals are strings, so that no reader rounds them.
    pub(super) fn json(&self) -> String {
        let mut json = String::new();
        self.write_json(&mut json);
        json
    }

    pub(super) fn write_json(&self, json: &mut String) {
        match self {
            Self::Null => json.push_str("null"),
            Self::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
            Self::Integer(value) => drop(write!(json, "{value}")),
            Self::Float(value) => json.push_str(&serde_json::Value::from(*value).to_string()), // NaN is null
            Self::Decimal(text) | Self::Text(text) => json.push_str(&quoted(text)),
            Self::List(items) => {
                json.push('[');
                for (at, item) in items.iter().enumerate() {
                    json.push_str(if at == 0 { "" } else { "," });
                    item.write_json(json);
                }
                json.push(']');
            }
            Self::Object(members) => write_object(json, members.iter().map(|(name, value)| (quoted(name), value))),
        }
    }
}

/// Writes a JSON object; the names are JSON strings already.
pub(super) fn write_object<'a>(json: &mut String, members: impl Iterator<Item = (impl AsRef<str>, &'a Value)>) {
    json.push('{');
    for (at, (name, value)) in members.enumerate() {
        json.push_str(if at == 0 { "" } else { "," });
        json.push_str(name.as_ref());
        json.push(':');
        value.write_json(json);
    }
    json.push('}');
}

/// `text` as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A payload can hold anything: a line break would break the row, an escape sequence would reach the terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// Bytes that are text are written as text; others as `base64:…`, so that nothing is lost.
fn bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => format!("base64:{}", base64_simd::STANDARD.encode_to_string(bytes)),
    }
}

/// The clock that an instant is read from: UTC, unless its column names another zone.
enum Clock {
    Utc,
    Zone(TimeZone),
    Fixed(FixedOffset),
}

impl Clock {
    fn of(zone: Option<&str>) -> Self {
        match zone {
            None | Some("UTC") => Self::Utc,
            Some(zone) => {
                let fixed = || zone.parse().map_or(Self::Utc, Self::Fixed);
                zone.parse().map_or_else(|_| fixed(), Self::Zone)
            }
        }
    }

    /// What it shows.
    fn local(&self, milliseconds: i64) -> Option<NaiveDateTime> {
        let at = DateTime::from_timestamp_millis(milliseconds)?;
        Some(match self {
            Self::Utc => at.naive_utc(),
            Self::Zone(zone) => zone.shown(at).naive_local(),
            Self::Fixed(offset) => at.with_timezone(offset).naive_local(),
        })
    }

    /// ISO 8601, with the distance from UTC at its end.
    fn shown(&self, milliseconds: i64) -> String {
        let Some(at) = DateTime::from_timestamp_millis(milliseconds) else { return milliseconds.to_string() };
        match self {
            Self::Utc => at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            Self::Zone(zone) => zone.shown(at).format(WITH_OFFSET).to_string(),
            Self::Fixed(offset) => at.with_timezone(offset).format(WITH_OFFSET).to_string(),
        }
    }
}

const WITH_OFFSET: &str = "%Y-%m-%dT%H:%M:%S%.3f%:z";

fn date(days: i32) -> String {
    day(days).map_or_else(|| days.to_string(), |date| date.to_string())
}

/// The day that lies so many after the first of 1970.
fn day(days: i32) -> Option<NaiveDate> {
    let (epoch, distance) = (NaiveDate::default(), Days::new(days.unsigned_abs().into()));
    if days < 0 { epoch.checked_sub_days(distance) } else { epoch.checked_add_days(distance) }
}

fn displayed(array: &ArrayRef, row: usize) -> Result<String, ArrowError> {
    Ok(ArrayFormatter::try_new(array, &FormatOptions::default())?.value(row).to_string())
}
