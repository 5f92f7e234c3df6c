//! `from_utf8(binary)`: bytes as text; what is no UTF-8 becomes U+FFFD. Trino's meaning.

use std::sync::Arc;

use arrow::array::{Array, AsArray, StringViewBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct FromUtf8 {
    signature: Signature,
}

impl FromUtf8 {
    pub(super) fn new() -> Self {
        let binaries = vec![DataType::Binary, DataType::BinaryView, DataType::LargeBinary];
        Self { signature: Signature::uniform(1, binaries, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for FromUtf8 {
    fn name(&self) -> &'static str {
        "from_utf8"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let [bytes] = &arrays[..] else { return exec_err!("from_utf8 takes one argument") };
        let bytes = cast(bytes, &DataType::BinaryView)?;
        let bytes = bytes.as_binary_view();
        let mut texts = StringViewBuilder::with_capacity(bytes.len());
        for value in bytes {
            texts.append_option(value.map(String::from_utf8_lossy));
        }
        Ok(ColumnarValue::Array(Arc::new(texts.finish())))
    }
}
