//! `reduce(array, state, (state, element) -> …, state -> …)`: one value from all elements, one after the other. Trino's meaning.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, UInt32Array};
use arrow::compute::{cast, kernels::zip::zip, take, take_arrays};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaArgument, LambdaParametersProgress, ValueOrLambda, Volatility,
};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Reduce {
    signature: HigherOrderSignature,
}

impl Reduce {
    pub(super) fn new() -> Self {
        use ValueOrLambda::{Lambda, Value};
        let arguments = vec![Value(()), Value(()), Lambda(()), Lambda(())];
        Self { signature: HigherOrderSignature::exact(arguments, Volatility::Immutable) }
    }
}

impl HigherOrderUDFImpl for Reduce {
    fn name(&self) -> &'static str {
        "reduce"
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        if let [list @ DataType::List(_), state] = given {
            Ok(vec![list.clone(), state.clone()])
        } else {
            plan_err!("reduce takes an array, a first state, and two lambdas")
        }
    }

    fn lambda_parameters(
        &self,
        _: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let [ValueOrLambda::Value(list), ValueOrLambda::Value(state), ..] = fields else {
            return plan_err!("reduce takes an array, a first state, and two lambdas");
        };
        let DataType::List(element) = list.data_type() else { return plan_err!("reduce takes an array") };
        let state = Arc::new(Field::new("state", state.data_type().clone(), true));
        Ok(LambdaParametersProgress::Complete(vec![vec![Arc::clone(&state), Arc::clone(element)], vec![state]]))
    }

    fn return_field_from_args(&self, arguments: HigherOrderReturnFieldArgs) -> Result<FieldRef> {
        let [_, ValueOrLambda::Value(state), ValueOrLambda::Lambda(next), ValueOrLambda::Lambda(done)] =
            arguments.arg_fields
        else {
            return plan_err!("reduce takes an array, a first state, and two lambdas");
        };
        let (first, after) = (state.data_type(), next.data_type());
        if first != after && !(first.is_integer() && after.is_integer()) {
            return plan_err!("reduce begins with a {first} and goes on with a {after}: cast the first state to that");
        }
        Ok(Arc::new(Field::new("", done.data_type().clone(), true)))
    }

    fn invoke_with_args(&self, arguments: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let [
            ValueOrLambda::Value(list),
            ValueOrLambda::Value(state),
            ValueOrLambda::Lambda(next),
            ValueOrLambda::Lambda(done),
        ] = &arguments.args[..]
        else {
            return plan_err!("reduce takes an array, a first state, and two lambdas");
        };
        let rows = arguments.number_rows;
        let (list, mut state) = (list.to_array(rows)?, state.to_array(rows)?);
        let list = list.as_list::<i32>();
        let most = (0..list.len()).map(|row| list.value_length(row)).max().unwrap_or(0);
        for place in 0..most {
            state = step(list, place, &state, next)?;
        }
        let ended = done.evaluate(&[&|| Ok(Arc::clone(&state))], |captured| Ok(captured.to_vec()))?.into_array(rows)?;
        // Of no array there is nothing.
        let there: BooleanArray = (0..list.len()).map(|row| Some(list.is_valid(row))).collect();
        let nothing = arrow::array::new_null_array(ended.data_type(), rows);
        Ok(ColumnarValue::Array(zip(&there, &ended, &nothing)?))
    }
}

/// The states after the elements at this place, of the rows that have one there.
fn step(list: &ListArray, place: i32, state: &ArrayRef, next: &LambdaArgument) -> Result<ArrayRef> {
    let has = |row: &usize| list.is_valid(*row) && list.value_length(*row) > place;
    let chosen: Vec<usize> = (0..list.len()).filter(has).collect();
    let rows: UInt32Array = chosen.iter().map(|row| Some(*row as u32)).collect();
    let items: UInt32Array = chosen.iter().map(|row| Some((list.value_offsets()[*row] + place) as u32)).collect();
    let (states, elements) = (take(state, &rows, None)?, take(list.values(), &items, None)?);
    let after = next
        .evaluate(&[&|| Ok(Arc::clone(&states)), &|| Ok(Arc::clone(&elements))], |captured| {
            Ok(take_arrays(captured, &rows, None)?)
        })?
        .into_array(chosen.len())?;
    let after = cast(&after, state.data_type())?;
    // Back to their rows: of the others the state stays.
    let mut place_of = vec![None; list.len()];
    for (at, row) in chosen.iter().enumerate() {
        place_of[*row] = Some(at as u32);
    }
    let changed: BooleanArray = place_of.iter().map(|at| Some(at.is_some())).collect();
    let spread = take(&after, &UInt32Array::from(place_of), None)?;
    Ok(zip(&changed, &spread, state)?)
}
