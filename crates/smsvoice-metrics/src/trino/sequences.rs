//! `length(x)` and `reverse(x)`, of texts and of what else is a sequence: DataFusion takes bytes and arrays for their text.
//! Trino's meaning.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, StringArray, UInt32Array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{cast, take};
use arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null)
}

fn is_bytes(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

/// Characters of a text, bytes of bytes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Length {
    signature: Signature,
}

impl Length {
    pub(super) fn new() -> Self {
        Self { signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Length {
    fn name(&self) -> &'static str {
        "length"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        if is_text(&arguments[0]) || is_bytes(&arguments[0]) {
            Ok(DataType::Int64)
        } else {
            plan_err!("length takes a text or bytes; of an array and a map cardinality tells it")
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let of = arguments.args[0].to_array(arguments.number_rows)?;
        let lengths: Int64Array = if is_bytes(of.data_type()) {
            let bytes = cast(&of, &DataType::BinaryView)?;
            bytes.as_binary_view().iter().map(|bytes| bytes.map(|bytes| bytes.len() as i64)).collect()
        } else {
            let texts = cast(&of, &DataType::Utf8View)?;
            texts.as_string_view().iter().map(|text| text.map(|text| text.chars().count() as i64)).collect()
        };
        Ok(ColumnarValue::Array(Arc::new(lengths)))
    }
}

/// The characters of a text, or the elements of an array, from the last to the first.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Reverse {
    signature: Signature,
}

impl Reverse {
    pub(super) fn new() -> Self {
        Self { signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Reverse {
    fn name(&self) -> &'static str {
        "reverse"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match &arguments[0] {
            list @ DataType::List(_) => Ok(list.clone()),
            text if is_text(text) => Ok(DataType::Utf8),
            _ => plan_err!("reverse takes a text or an array"),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let of = arguments.args[0].to_array(arguments.number_rows)?;
        let reversed: ArrayRef = if let DataType::List(_) = of.data_type() {
            Arc::new(reversed(of.as_list())?)
        } else {
            let texts = cast(&of, &DataType::Utf8View)?;
            let turned = |text: &str| text.chars().rev().collect::<String>();
            Arc::new(texts.as_string_view().iter().map(|text| text.map(turned)).collect::<StringArray>())
        };
        Ok(ColumnarValue::Array(reversed))
    }
}

fn reversed(lists: &ListArray) -> Result<ListArray> {
    let offsets = lists.value_offsets();
    let places = offsets.windows(2).flat_map(|ends| (ends[0] as u32..ends[1] as u32).rev());
    let values = take(lists.values(), &UInt32Array::from_iter_values(places), None)?;
    let lengths = offsets.windows(2).map(|ends| (ends[1] - ends[0]) as usize);
    let DataType::List(item) = lists.data_type() else { return plan_err!("reverse takes an array") };
    Ok(ListArray::try_new(item.clone(), OffsetBuffer::from_lengths(lengths), values, lists.nulls().cloned())?)
}
