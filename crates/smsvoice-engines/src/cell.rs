//! One value of an answer as it came, and columns of Arrow made of them.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, ListArray, MapArray, PrimitiveArray,
    StringArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::kernels::cast_utils::parse_decimal;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::kind::{Binary, Kind, entries, item};

/// A value: both engines write numbers, times and bytes as texts, or what can be written as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Text(String),
    List(Vec<Cell>),
    /// Keys and values, in the order they came in.
    Map(Vec<(Cell, Cell)>),
}

/// Why values are no column: a clause that begins with a verb.
pub(crate) type Unreadable = String;

/// The column of these values.
pub(crate) fn column(kind: &Kind, cells: &[Cell]) -> Result<ArrayRef, Unreadable> {
    Ok(match kind {
        Kind::Boolean => Arc::new(read(cells, kind, |text| text.parse().ok())?.into_iter().collect::<BooleanArray>()),
        Kind::Tinyint => numbers::<Int8Type>(cells, kind)?,
        Kind::Smallint => numbers::<Int16Type>(cells, kind)?,
        Kind::Integer => numbers::<Int32Type>(cells, kind)?,
        Kind::Bigint => numbers::<Int64Type>(cells, kind)?,
        Kind::Real => numbers::<Float32Type>(cells, kind)?,
        Kind::Double => numbers::<Float64Type>(cells, kind)?,
        Kind::Decimal(precision, scale) => {
            let values = read(cells, kind, |text| parse_decimal::<Decimal128Type>(text, *precision, *scale).ok())?;
            let values = values.into_iter().collect::<Decimal128Array>();
            Arc::new(values.with_precision_and_scale(*precision, *scale).map_err(|error| error.to_string())?)
        }
        Kind::Text => Arc::new(read(cells, kind, |text| Some(text.to_owned()))?.into_iter().collect::<StringArray>()),
        Kind::Binary(written) => {
            let values = read(cells, kind, |text| bytes(text, *written))?;
            Arc::new(values.iter().map(Option::as_deref).collect::<BinaryArray>())
        }
        Kind::Date => Arc::new(read(cells, kind, date)?.into_iter().collect::<Date32Array>()),
        Kind::Milliseconds | Kind::ZonedMilliseconds => {
            let values = read(cells, kind, |text| instant(text).map(|at| at.timestamp_millis()))?;
            Arc::new(values.into_iter().collect::<TimestampMillisecondArray>().with_timezone("UTC"))
        }
        Kind::Microseconds | Kind::ZonedMicroseconds => {
            let values = read(cells, kind, |text| instant(text).map(|at| at.timestamp_micros()))?;
            Arc::new(values.into_iter().collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
        Kind::Array(of) => list(of, cells)?,
        Kind::Map(keys, values) => map(keys, values, cells)?,
    })
}

/// The values of a column of single values.
fn read<T>(cells: &[Cell], kind: &Kind, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<Option<T>>, Unreadable> {
    let one = |cell: &Cell| match cell {
        Cell::Null => Ok(None),
        Cell::Text(text) => parse(text).map(Some).ok_or_else(|| unreadable(text, kind)),
        other => Err(unreadable(&format!("{other:?}"), kind)),
    };
    cells.iter().map(one).collect()
}

fn unreadable(text: &str, kind: &Kind) -> Unreadable {
    let zone = matches!(kind, Kind::ZonedMilliseconds | Kind::ZonedMicroseconds);
    let hint = if zone { " (times of zones that have a name are read with AT TIME ZONE 'UTC')" } else { "" };
    format!("gave {text:?} for a {}{hint}", kind.name())
}

fn numbers<T: ArrowPrimitiveType>(cells: &[Cell], kind: &Kind) -> Result<ArrayRef, Unreadable>
where
    T::Native: std::str::FromStr,
{
    let values = read(cells, kind, |text| text.parse::<T::Native>().ok())?;
    Ok(Arc::new(values.into_iter().collect::<PrimitiveArray<T>>()))
}

fn bytes(text: &str, written: Binary) -> Option<Vec<u8>> {
    match written {
        Binary::Base64 => base64_simd::STANDARD.decode_to_vec(text).ok(),
        Binary::SpacedHex => hex::decode(text.split_whitespace().collect::<String>()).ok(),
    }
}

fn date(text: &str) -> Option<i32> {
    text.parse::<NaiveDate>().ok().map(Date32Type::from_naive_date)
}

/// `2026-11-02 08:00:00.000`, which is UTC, or the same with ` UTC` or ` +01:00` behind it.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let mut words = text.splitn(3, ' ');
    let (day, time, zone) = (words.next()?, words.next()?, words.next().unwrap_or("UTC"));
    let local = NaiveDateTime::parse_from_str(&format!("{day} {time}"), "%Y-%m-%d %H:%M:%S%.f").ok()?;
    if matches!(zone, "UTC" | "Z" | "GMT" | "Etc/UTC") {
        return Some(local.and_utc());
    }
    let zone = zone.parse::<chrono::FixedOffset>().ok()?;
    Some(local.and_local_timezone(zone).single()?.to_utc())
}

fn list(of: &Kind, cells: &[Cell]) -> Result<ArrayRef, Unreadable> {
    let mut items = Vec::new();
    let mut lengths = Vec::with_capacity(cells.len());
    for cell in cells {
        let here: &[Cell] = match cell {
            Cell::List(here) => here,
            Cell::Null => &[],
            other => return Err(format!("gave {other:?} for an array")),
        };
        lengths.push(here.len());
        items.extend_from_slice(here);
    }
    let offsets = OffsetBuffer::from_lengths(lengths);
    let list = ListArray::try_new(item(of), offsets, column(of, &items)?, Some(valid(cells)));
    Ok(Arc::new(list.map_err(|error| error.to_string())?))
}

fn map(keys: &Kind, values: &Kind, cells: &[Cell]) -> Result<ArrayRef, Unreadable> {
    let mut pairs = (Vec::new(), Vec::new());
    let mut lengths = Vec::with_capacity(cells.len());
    for cell in cells {
        let here: &[(Cell, Cell)] = match cell {
            Cell::Map(here) => here,
            Cell::Null => &[],
            other => return Err(format!("gave {other:?} for a map")),
        };
        lengths.push(here.len());
        pairs.extend(here.iter().cloned());
    }
    let field = entries(keys, values);
    let DataType::Struct(columns) = field.data_type() else { return Err("gave a map without entries".to_owned()) };
    let pairs = vec![column(keys, &pairs.0)?, column(values, &pairs.1)?];
    let pairs = StructArray::try_new(columns.clone(), pairs, None).map_err(|error| error.to_string())?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    let map = MapArray::try_new(field.clone(), offsets, pairs, Some(valid(cells)), false);
    Ok(Arc::new(map.map_err(|error| error.to_string())?))
}

fn valid(cells: &[Cell]) -> NullBuffer {
    cells.iter().map(|cell| *cell != Cell::Null).collect()
}
