//! What the numbers of an answer are, told in its schema, so that nobody has to guess it from the names of columns.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};

/// The key under which a column's metadata names its unit.
pub const UNIT: &str = "unit";

/// The unit of a part of a whole: 0 is nothing of it, 1 is all of it.
pub const SHARE: &str = "share";

/// The schema, with the unit [`SHARE`] for the columns of these names.
pub(crate) fn with_units(schema: &SchemaRef, shares: &[&str]) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        if !shares.contains(&field.name().as_str()) {
            return field.clone();
        }
        let mut metadata = field.metadata().clone();
        metadata.insert(UNIT.to_owned(), SHARE.to_owned());
        Arc::new(field.as_ref().clone().with_metadata(metadata))
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}
