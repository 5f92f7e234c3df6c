//! Rows of `events` as columns in memory, on their way from reading to Parquet.

mod numbers;
mod pairs;
mod push;
mod table;
mod texts;
mod words;

use smsvoice_event::{Event, Usd};
use xxhash_rust::const_xxh3::xxh3_64 as hash_of_name;

pub(crate) use self::numbers::{NO_NUMBER, Numbers};
pub(crate) use self::pairs::Pairs;
use self::push::Pushed;
pub(crate) use self::table::{event_columns, quarantine_columns};
pub(crate) use self::texts::Texts;
pub(crate) use self::words::{NULL, Words};
use crate::identity::{Content, Identity};
use crate::route::Route;

/// How the values of each kind of column are held.
mod held {
    use super::{Numbers, Pairs, Texts, Words};

    pub(super) type Word = Words;
    pub(super) type Text = Texts;
    pub(super) type Json = Texts;
    pub(super) type Map = Pairs;
    pub(super) type Boolean = Numbers;
    pub(super) type Time = Numbers;
    pub(super) type Int = Numbers;
    pub(super) type Long = Numbers;
    pub(super) type Usd = Numbers;
}

/// Appends a value to a column of this kind.
macro_rules! push {
    (Word $column:expr, $value:expr, $event:ident) => {
        push::word($column, $value)
    };
    (Text $column:expr, $value:expr, $event:ident) => {
        push::text($column, $value)
    };
    (Json $column:expr, $value:expr, $event:ident) => {
        push::json($column, $value, $event.extra_json().as_deref())
    };
    (Map $column:expr, $value:expr, $event:ident) => {
        push::map($column, $value)
    };
    (Boolean $column:expr, $value:expr, $event:ident) => {
        push::number::<bool>($column, $value)
    };
    (Time $column:expr, $value:expr, $event:ident) => {
        push::time($column, $value)
    };
    (Int $column:expr, $value:expr, $event:ident) => {
        push::number::<i32>($column, $value)
    };
    (Long $column:expr, $value:expr, $event:ident) => {
        push::number::<i64>($column, $value)
    };
    (Usd $column:expr, $value:expr, $event:ident) => {
        push::number::<Usd>($column, $value)
    };
}

/// What a batch holds in memory, and how a row is appended to it, for each line of the table.
macro_rules! declare_columns {
    ($($name:ident: $kind:ident$(($bytes:literal))? $(+ $property:ident)* =
        $(event.$field:ident)? $(derived.$method:ident)? $(route.$hop:ident)?, $doc:literal;)*) => {
        /// Rows of `events`, by column.
        pub(crate) struct Columns {
            /// Who each row is: its event id, and what tells it from its duplicates.
            pub(crate) identities: Vec<Identity>,
            $($name: held::$kind,)*
            /// One column for each promoted context key.
            promoted: Vec<Words>,
        }

        impl Columns {
            /// Columns with room for so many rows, and as many of promoted context keys.
            pub(crate) fn with_capacity(rows: usize, promoted: usize) -> Self {
                Self {
                    identities: Vec::with_capacity(rows),
                    $($name: <held::$kind>::with_capacity(rows $(, $bytes)?),)*
                    promoted: (0..promoted).map(|_| Words::with_capacity(rows)).collect(),
                }
            }

            /// Appends a row; returns by how many bytes the columns' texts have grown.
            pub(crate) fn push(&mut self, event: &Event<'_>, route: &Route<'_>, promoted: &[String]) -> usize {
                // Without `..`: a field that no column takes is an error here.
                let Event { $($($field,)?)* } = event;
                let Route { $($($hop,)?)* } = route;
                let mut content = Content::default();
                let mut bytes = 0;
                $(
                    // A line has one of these three; none or two of them do not compile.
                    let pushed: Pushed =
                        $({
                            const { assert!(is_named_after(stringify!($name), stringify!($field))) };
                            let pushed = push!($kind &mut self.$name, $field, event);
                            content.add(const { hash_of_name(stringify!($name).as_bytes()) }, pushed.hash, pushed.fields);
                            pushed
                        })?
                        $({
                            const { assert!(is_named_after(stringify!($name), stringify!($method))) };
                            push!($kind &mut self.$name, &event.$method(), event)
                        })?
                        $({
                            const { assert!(is_named_after(stringify!($name), stringify!($hop))) };
                            push!($kind &mut self.$name, $hop, event)
                        })?;
                    bytes += pushed.bytes;
                )*
                self.push_promoted(event, promoted);
                self.identities.push(content.of(event.id()));
                bytes
            }

            /// All columns, in the order of the schema; those of promoted context keys are the last ones.
            pub(crate) fn columns(&self) -> impl Iterator<Item = ColumnRef<'_>> {
                [$(ColumnRef::from(&self.$name),)*].into_iter().chain(self.promoted.iter().map(ColumnRef::Words))
            }
        }
    };
}
event_columns!(declare_columns);

impl Columns {
    fn push_promoted(&mut self, event: &Event<'_>, keys: &[String]) {
        for (key, column) in keys.iter().zip(&mut self.promoted) {
            let value = event.context.iter().find(|(name, _)| name == key).map(|(_, value)| &**value);
            column.push(value);
        }
    }
}

/// A column of any kind.
#[derive(Clone, Copy)]
pub(crate) enum ColumnRef<'c> {
    Words(&'c Words),
    Texts(&'c Texts),
    Numbers(&'c Numbers),
    Pairs(&'c Pairs),
}

macro_rules! refer_to {
    ($($sort:ident)*) => { $(
        impl<'c> From<&'c $sort> for ColumnRef<'c> {
            fn from(column: &'c $sort) -> Self {
                Self::$sort(column)
            }
        }
    )* };
}
refer_to!(Words Texts Numbers Pairs);

/// Whether a column has the name of the field it holds, followed by the unit if the field's type tells it: two columns
/// whose fields are mixed up do not compile.
const fn is_named_after(column: &str, field: &str) -> bool {
    let (column, field) = (column.as_bytes(), field.as_bytes());
    let mut at = 0;
    while at < field.len() {
        if at >= column.len() || column[at] != field[at] {
            return false;
        }
        at += 1;
    }
    matches!(column.split_at(at).1, b"" | b"_usd")
}
