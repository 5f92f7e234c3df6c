//! Rows of `quarantine` as columns in memory.

use super::{ColumnRef, held, push, quarantine_columns};
use crate::writer::Quarantined;

/// What is held in memory, and how a row is appended to it, for each line of the table.
macro_rules! declare_columns {
    ($($name:ident: $kind:ident$(($bytes:literal))? $(+ $property:ident)* =
        $(row.$field:ident)? $(derived.$method:ident)?, $doc:literal;)*) => {
        /// Rows of `quarantine`, by column.
        pub(crate) struct QuarantineColumns {
            $($name: held::$kind,)*
        }

        impl QuarantineColumns {
            /// These rows.
            pub(crate) fn of(rows: &[Quarantined]) -> Self {
                let mut columns = Self { $($name: <held::$kind>::with_capacity(rows.len() $(, $bytes)?),)* };
                for row in rows {
                    columns.push(row);
                }
                columns
            }

            fn push(&mut self, row: &Quarantined) {
                // Without `..`: a field that no column takes is an error here.
                let Quarantined { $($($field,)?)* } = row;
                $(
                    $({
                        const { assert!(super::is_named_after(stringify!($name), stringify!($field))) };
                        push!($kind &mut self.$name, $field, row);
                    })?
                    $({
                        const { assert!(super::is_named_after(stringify!($name), stringify!($method))) };
                        push!($kind &mut self.$name, &row.$method(), row);
                    })?
                )*
            }

            /// All columns, in the order of the schema.
            pub(crate) fn columns(&self) -> Vec<ColumnRef<'_>> {
                vec![$(ColumnRef::from(&self.$name),)*]
            }
        }
    };
}
quarantine_columns!(declare_columns);
