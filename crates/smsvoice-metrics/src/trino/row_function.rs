//! Functions that are told what to do with one row: their arguments are brought to few types, and null in any of them gives
//! null.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, BooleanBuilder, Date32Builder, Int64Builder, ListBuilder, MapBuilder,
    StringBuilder, TimestampMillisecondBuilder,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Field, Float64Type, Int64Type, TimeUnit, TimestampMillisecondType};
use chrono::{DateTime, FixedOffset, NaiveDate};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// The types that arguments are brought to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Text,
    Int,
    Double,
    Bytes,
    /// A timestamp, with or without zone, or a date.
    Time,
    /// Anything, as text.
    Any,
}

/// The types of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    Text,
    Int,
    Bool,
    Bytes,
    /// In UTC.
    Time,
    Date,
    /// What the last argument is: a timestamp, with its zone, or a date.
    LikeTheLast,
    Texts,
    TextMap,
}

/// An answer, in milliseconds and days where it is a time.
pub(super) enum Answer {
    Null,
    Text(String),
    Int(i64),
    Bool(bool),
    Bytes(Vec<u8>),
    Time(i64),
    Date(NaiveDate),
    Texts(Vec<Option<String>>),
    TextMap(Vec<(String, String)>),
}

/// What a row is answered with; else what is wrong with it.
pub(super) type Answered = std::result::Result<Answer, String>;

/// A function.
#[derive(Clone, Debug)]
pub(super) struct RowFunction {
    pub(super) name: &'static str,
    /// The arguments; a call can leave those out that stand behind the first `least`.
    pub(super) takes: &'static [Takes],
    pub(super) least: usize,
    pub(super) gives: Gives,
    pub(super) run: fn(&Row<'_>) -> Answered,
    /// Whether what is wrong with a row gives null: what `try` makes of it.
    pub(super) lenient: bool,
    pub(super) signature: Signature,
    /// Its name, or that of its lenient twin.
    pub(super) called: String,
}

/// The name of the twin that gives null where the function fails.
pub(super) fn lenient_name(name: &str) -> String {
    format!("try_{name}")
}

impl RowFunction {
    pub(super) fn new(
        name: &'static str,
        takes: &'static [Takes],
        least: usize,
        gives: Gives,
        run: fn(&Row<'_>) -> Answered,
    ) -> Self {
        let signature = Signature::user_defined(Volatility::Immutable);
        Self { name, takes, least, gives, run, lenient: false, signature, called: name.to_owned() }
    }

    pub(super) fn lenient(&self) -> Self {
        Self { lenient: true, called: lenient_name(self.name), ..self.clone() }
    }
}

impl PartialEq for RowFunction {
    fn eq(&self, other: &Self) -> bool {
        self.called == other.called
    }
}

impl Eq for RowFunction {}

impl Hash for RowFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.called.hash(state);
    }
}

impl Takes {
    fn of(self, given: &DataType) -> Option<DataType> {
        use DataType as T;
        match (self, given) {
            (Self::Text, T::Utf8 | T::LargeUtf8 | T::Utf8View | T::Null) | (Self::Any, _) => Some(T::Utf8),
            (Self::Int, _) if given.is_integer() || given.is_null() => Some(T::Int64),
            (Self::Double, _) if given.is_numeric() || given.is_null() => Some(T::Float64),
            (Self::Bytes, T::Binary | T::LargeBinary | T::BinaryView | T::Null) => Some(T::Binary),
            (Self::Time, T::Timestamp(_, zone)) => Some(T::Timestamp(TimeUnit::Millisecond, zone.clone())),
            (Self::Time, T::Date32 | T::Date64) => Some(T::Date32),
            (Self::Time, T::Null) => Some(T::Timestamp(TimeUnit::Millisecond, None)),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Int => "a whole number",
            Self::Double => "a number",
            Self::Bytes => "bytes",
            Self::Time => "a timestamp or a date",
            Self::Any => "anything",
        }
    }
}

impl ScalarUDFImpl for RowFunction {
    fn name(&self) -> &str {
        &self.called
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let wanted = || {
            let named: Vec<&str> = self.takes.iter().map(|takes| takes.name()).collect();
            let optional =
                if self.least < self.takes.len() { format!("; {} will do", self.least) } else { String::new() };
            format!("{} takes {}{optional}", self.name, named.join(", "))
        };
        if given.len() < self.least || given.len() > self.takes.len() {
            return plan_err!("{}; {} arguments are given", wanted(), given.len());
        }
        let types: Option<Vec<_>> = given.iter().zip(self.takes).map(|(given, takes)| takes.of(given)).collect();
        types.map_or_else(|| plan_err!("{}", wanted()), Ok)
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(match self.gives {
            Gives::Text => DataType::Utf8,
            Gives::Int => DataType::Int64,
            Gives::Bool => DataType::Boolean,
            Gives::Bytes => DataType::Binary,
            Gives::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Gives::Date => DataType::Date32,
            Gives::LikeTheLast => arguments[arguments.len() - 1].clone(),
            Gives::Texts => DataType::new_list(DataType::Utf8, true),
            Gives::TextMap => {
                let entry = vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Utf8, true)];
                DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entry.into()), false)), false)
            }
        })
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let rows = if arrays.is_empty() { arguments.number_rows } else { arrays[0].len() };
        let mut answers = Vec::with_capacity(rows);
        for row in 0..rows {
            if arrays.iter().any(|array| array.is_null(row)) {
                answers.push(Answer::Null);
                continue;
            }
            match (self.run)(&Row { arrays: &arrays, row }) {
                Ok(answer) => answers.push(answer),
                Err(_) if self.lenient => answers.push(Answer::Null),
                Err(problem) => return exec_err!("{}: {problem}", self.name),
            }
        }
        Ok(ColumnarValue::Array(array_of(answers, arguments.return_field.data_type())?))
    }
}

/// One row's arguments. None of them is null.
pub(super) struct Row<'a> {
    arrays: &'a [ArrayRef],
    row: usize,
}

impl<'a> Row<'a> {
    /// How many arguments there are.
    pub(super) fn len(&self) -> usize {
        self.arrays.len()
    }

    pub(super) fn text(&self, at: usize) -> &'a str {
        self.arrays[at].as_string::<i32>().value(self.row)
    }

    pub(super) fn int(&self, at: usize) -> i64 {
        self.arrays[at].as_primitive::<Int64Type>().value(self.row)
    }

    /// A whole number, if it is given.
    pub(super) fn int_or(&self, at: usize, default: i64) -> i64 {
        if at < self.len() { self.int(at) } else { default }
    }

    pub(super) fn double(&self, at: usize) -> f64 {
        self.arrays[at].as_primitive::<Float64Type>().value(self.row)
    }

    pub(super) fn bytes(&self, at: usize) -> &'a [u8] {
        self.arrays[at].as_binary::<i32>().value(self.row)
    }

    /// What the clocks of its zone show; of a date, its midnight.
    pub(super) fn time(&self, at: usize) -> DateTime<FixedOffset> {
        let array = &self.arrays[at];
        let utc = |at: i64| DateTime::from_timestamp_millis(at).unwrap_or_default();
        match array.data_type() {
            DataType::Date32 => {
                utc(i64::from(array.as_primitive::<Date32Type>().value(self.row)) * 86_400_000).fixed_offset()
            }
            DataType::Timestamp(_, Some(zone)) => {
                let at = utc(array.as_primitive::<TimestampMillisecondType>().value(self.row));
                super::time_zone::shown(at, zone)
            }
            _ => utc(array.as_primitive::<TimestampMillisecondType>().value(self.row)).fixed_offset(),
        }
    }

    /// The type of an argument.
    pub(super) fn type_of(&self, at: usize) -> &'a DataType {
        self.arrays[at].data_type()
    }
}

/// The answers as an array of this type. A function gives what it says it gives.
fn array_of(answers: Vec<Answer>, to: &DataType) -> Result<ArrayRef> {
    macro_rules! built {
        ($builder:expr, $variant:ident) => {{
            let mut builder = $builder;
            for answer in answers {
                match answer {
                    Answer::$variant(value) => builder.append_value(value),
                    _ => builder.append_null(),
                }
            }
            Arc::new(builder.finish()) as ArrayRef
        }};
    }
    Ok(match to {
        DataType::Utf8 => built!(StringBuilder::new(), Text),
        DataType::Int64 => built!(Int64Builder::new(), Int),
        DataType::Boolean => built!(BooleanBuilder::new(), Bool),
        DataType::Binary => built!(BinaryBuilder::new(), Bytes),
        DataType::Timestamp(..) => cast(&built!(TimestampMillisecondBuilder::new().with_timezone("UTC"), Time), to)?,
        DataType::Date32 => {
            let mut builder = Date32Builder::new();
            for answer in answers {
                builder.append_option(match answer {
                    Answer::Date(date) => Some(Date32Type::from_naive_date(date)),
                    _ => None,
                });
            }
            Arc::new(builder.finish())
        }
        DataType::List(_) => {
            let mut builder = ListBuilder::new(StringBuilder::new());
            for answer in answers {
                let texts = if let Answer::Texts(texts) = answer { Some(texts) } else { None };
                builder.append_option(texts);
            }
            Arc::new(builder.finish())
        }
        _ => {
            let mut builder = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
            for answer in answers {
                let pairs = if let Answer::TextMap(pairs) = answer { Some(pairs) } else { None };
                for (key, value) in pairs.iter().flatten() {
                    builder.keys().append_value(key);
                    builder.values().append_value(value);
                }
                builder.append(pairs.is_some())?;
            }
            Arc::new(builder.finish())
        }
    })
}
