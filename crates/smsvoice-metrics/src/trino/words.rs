//! `typeof(x)`, and `format(pattern, …)` with Java's patterns. Trino's meaning.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::datatypes::{DataType, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct TypeOf {
    signature: Signature,
}

impl TypeOf {
    pub(super) fn new() -> Self {
        Self { signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for TypeOf {
    fn name(&self) -> &'static str {
        "typeof"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let name = type_name(arguments.arg_fields[0].data_type());
        Ok(ColumnarValue::Scalar(ScalarValue::Utf8(Some(name))))
    }
}

/// What Trino calls a type. The lake's timestamps have no zone there.
pub fn type_name(data_type: &DataType) -> String {
    use DataType as T;
    match data_type {
        T::Null => "unknown".to_owned(),
        T::Boolean => "boolean".to_owned(),
        T::Int8 => "tinyint".to_owned(),
        T::Int16 | T::UInt8 => "smallint".to_owned(),
        T::Int32 | T::UInt16 => "integer".to_owned(),
        T::Int64 | T::UInt32 | T::UInt64 => "bigint".to_owned(),
        T::Float32 => "real".to_owned(),
        T::Float64 => "double".to_owned(),
        T::Utf8 | T::LargeUtf8 | T::Utf8View => "varchar".to_owned(),
        T::Binary | T::LargeBinary | T::BinaryView => "varbinary".to_owned(),
        T::Date32 | T::Date64 => "date".to_owned(),
        T::Decimal128(precision, scale) | T::Decimal256(precision, scale) => format!("decimal({precision},{scale})"),
        T::Timestamp(unit, zone) => {
            let places = match unit {
                TimeUnit::Second => 0,
                TimeUnit::Millisecond => 3,
                TimeUnit::Microsecond => 6,
                TimeUnit::Nanosecond => 9,
            };
            let zoned = zone.as_deref().is_some_and(|zone| zone != "UTC");
            format!("timestamp({places}){}", if zoned { " with time zone" } else { "" })
        }
        T::List(item) | T::LargeList(item) => format!("array({})", type_name(item.data_type())),
        T::Map(entries, _) => match entries.data_type() {
            T::Struct(fields) => {
                format!("map({}, {})", type_name(fields[0].data_type()), type_name(fields[1].data_type()))
            }
            other => other.to_string(),
        },
        T::Struct(fields) => {
            let types: Vec<_> = fields.iter().map(|field| type_name(field.data_type())).collect();
            format!("row({})", types.join(", "))
        }
        other => other.to_string(),
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Format {
    signature: Signature,
}

impl Format {
    pub(super) fn new() -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Format {
    fn name(&self) -> &'static str {
        "format"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        if let [DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8, _, ..] = arguments {
            Ok(DataType::Utf8)
        } else {
            plan_err!("format takes a pattern, such as '%s of %d', and what to put in it")
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let options = FormatOptions::default().with_null("null");
        let shown = arrays.iter().map(|array| ArrayFormatter::try_new(array, &options));
        let shown = shown.collect::<std::result::Result<Vec<_>, _>>()?;
        let mut texts = Vec::with_capacity(arguments.number_rows);
        for row in 0..arrays[0].len() {
            let values: Vec<String> = shown.iter().map(|array| array.value(row).to_string()).collect();
            match formatted(&values[0], &values[1..]) {
                Ok(text) => texts.push(text),
                Err(problem) => return exec_err!("format: {problem}"),
            }
        }
        Ok(ColumnarValue::Array(Arc::new(StringArray::from(texts)) as ArrayRef))
    }
}

/// Java's pattern: `%[position$][flags][width][.places]conversion`; of a time, `%tA` shows its weekday, say.
fn formatted(pattern: &str, values: &[String]) -> std::result::Result<String, String> {
    let (mut text, mut next, mut rest) = (String::new(), 0, pattern);
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let end = after.find(|letter: char| letter.is_alphabetic() || letter == '%');
        let end = end.ok_or_else(|| format!("{pattern:?} ends within a %"))?;
        let (spec, conversion) = (&after[..end], after[end..].chars().next().unwrap_or('%'));
        rest = &after[end + conversion.len_utf8()..];
        let mut part = None;
        if matches!(conversion, 't' | 'T') {
            part = rest.chars().next();
            rest = &rest[part.map_or(0, char::len_utf8)..];
        }
        match conversion {
            '%' => text.push('%'),
            'n' => text.push('\n'),
            _ => {
                let (position, spec) = match spec.split_once('$') {
                    Some((position, spec)) => (position.parse().ok(), spec),
                    None => (None, spec),
                };
                next += usize::from(position.is_none());
                let value = position.unwrap_or(next).checked_sub(1).and_then(|at| values.get(at));
                let value = value.ok_or_else(|| format!("there is no value for %{spec}{conversion}"))?;
                text.push_str(&match part {
                    Some(part) => {
                        converted(spec, if conversion == 'T' { 'S' } else { 's' }, &part_of_time(part, value)?)?
                    }
                    None => converted(spec, conversion, value)?,
                });
            }
        }
    }
    Ok(text + rest)
}

/// One part of a time, which is shown as DataFusion shows it.
fn part_of_time(part: char, value: &str) -> std::result::Result<String, String> {
    let day = value.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN));
    let shown = value.trim_end_matches('Z');
    let time = day.or_else(|| NaiveDateTime::parse_from_str(shown, "%Y-%m-%dT%H:%M:%S%.f").ok());
    let time = time.ok_or_else(|| format!("%t{part} does not take {value:?}"))?;
    let form = match part {
        'N' => "%9f",
        'L' => "%3f",
        'l' => "%-I",
        'k' => "%-H",
        'h' => "%b",
        'p' => return Ok(time.format("%p").to_string().to_lowercase()),
        'r' => "%I:%M:%S %p",
        'c' => "%a %b %d %H:%M:%S UTC %Y",
        'e' => "%-d",
        'A' | 'a' | 'B' | 'b' | 'Y' | 'y' | 'C' | 'm' | 'd' | 'j' | 'H' | 'I' | 'M' | 'S' | 'R' | 'T' | 'D' | 'F' => {
            return Ok(time.format(&format!("%{part}")).to_string());
        }
        _ => return Err(format!("%t{part} is not known here; there are %tY %tm %td %te %tH %tM %tS %tA %tB %tF %tT")),
    };
    Ok(time.format(form).to_string())
}

fn converted(spec: &str, conversion: char, value: &str) -> std::result::Result<String, String> {
    let flags: String = spec.chars().take_while(|letter| "-+ 0,(#".contains(*letter)).collect();
    let (width, places) = spec[flags.len()..].split_once('.').unwrap_or((&spec[flags.len()..], ""));
    let (width, places): (usize, Option<usize>) = (width.parse().unwrap_or(0), places.parse().ok());
    let mismatch = || format!("%{spec}{conversion} does not take {value:?}");
    let number = || value.parse::<f64>().map_err(|_| mismatch());
    let whole = || value.parse::<i128>().map_err(|_| mismatch());
    let mut text = match conversion {
        's' | 'S' => value.chars().take(places.unwrap_or(usize::MAX)).collect(),
        'b' | 'B' | 'c' => value.to_owned(),
        'd' => whole()?.to_string(),
        'x' | 'X' => format!("{:x}", whole()?),
        'o' => format!("{:o}", whole()?),
        'f' => format!("{:.*}", places.unwrap_or(6), number()?),
        'e' | 'E' => exponent(number()?, places.unwrap_or(6)),
        _ => return Err(format!("%{conversion} is not known here; there are %s %d %f %e %x %o %b %c %n %%")),
    };
    if flags.contains(',') {
        text = grouped(&text);
    }
    if flags.contains('+') && !text.starts_with('-') && matches!(conversion, 'd' | 'f' | 'e') {
        text.insert(0, '+');
    }
    if conversion.is_uppercase() {
        text = text.to_uppercase();
    }
    let missing = width.saturating_sub(text.chars().count());
    Ok(if flags.contains('-') {
        text + &" ".repeat(missing)
    } else if flags.contains('0') {
        let sign = usize::from(text.starts_with(['-', '+']));
        format!("{}{}{}", &text[..sign], "0".repeat(missing), &text[sign..])
    } else {
        " ".repeat(missing) + &text
    })
}

/// `1.234560e+01`: an exponent has two digits at least.
fn exponent(number: f64, places: usize) -> String {
    let text = format!("{number:.places$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let parts: Vec<&str> =
        whole.as_bytes().rchunks(3).rev().filter_map(|part| std::str::from_utf8(part).ok()).collect();
    format!("{sign}{}{fraction}", parts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str, values: &[&str]) -> String {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        formatted(pattern, &values).unwrap_or_else(|problem| problem)
    }

    #[test]
    fn javas_patterns_are_filled() {
        assert_eq!(of("%s%%", &["123"]), "123%");
        assert_eq!(of("%.4f|%8.2f|%-5s|", &["2.718281828", "3.14159", "ab"]), "2.7183|    3.14|ab   |");
        assert_eq!(of("%03d|%,d|%+d|%x", &["8", "1234567", "5", "255"]), "008|1,234,567|+5|ff");
        assert_eq!(of("%2$s %3$s %1$s", &["a", "b", "c"]), "b c a");
        assert_eq!(of("%,.2f", &["-1234567.891"]), "-1,234,567.89");
        assert_eq!(of("%e", &["12.3456"]), "1.234560e+01");
        assert_eq!(of("%1$tA, %1$tB %1$te, %1$tY at %1$tT", &["2006-07-04"]), "Tuesday, July 4, 2006 at 00:00:00");
        assert_eq!(of("%tH:%tM %TA", &["2006-07-04T09:05:00Z"; 3]), "09:05 TUESDAY");
        assert!(of("%tQ", &["2006-07-04"]).contains("is not known here"));
        assert!(of("%d", &["x"]).contains("does not take"));
        assert!(of("%s %s", &["x"]).contains("no value"));
    }
}
