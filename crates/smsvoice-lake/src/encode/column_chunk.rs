//! A column chunk under construction: what a row group holds of one column.

use std::ops::Range;

use parquet::basic::Type;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescPtr;

use crate::columns::ColumnRef;
use crate::encode::compress::Effort;
use crate::encode::numbers::NumberChunk;
use crate::encode::pages::RowGroupBuffer;
use crate::encode::pairs::PairChunk;
use crate::encode::texts::TextChunk;
use crate::encode::words::WordChunk;
use crate::schema::{Column, Kind, Property};

/// A column chunk of any kind.
pub(super) enum ColumnChunk {
    Words(WordChunk),
    Texts(TextChunk),
    Numbers(NumberChunk),
    Pairs(PairChunk),
}

/// The definition level of a value that is there, in a column that is no map.
const PRESENT: u8 = 1;

impl ColumnChunk {
    /// A chunk of this column.
    pub(super) fn new(column: &Column) -> Self {
        let effort = if column.has(Property::Compact) { Effort::More } else { Effort::Little };
        let numbers = |physical: Type| {
            // A boolean is one bit: no dictionary has shorter keys.
            let repeats = physical != Type::BOOLEAN && !column.has(Property::HardlyRepeats);
            Self::Numbers(NumberChunk::new(physical, repeats, effort))
        };
        match column.kind {
            Kind::Word => Self::Words(WordChunk::new(column.has(Property::Ranged), PRESENT)),
            Kind::Text | Kind::Json | Kind::Binary => {
                Self::Texts(TextChunk::new(PRESENT, column.has(Property::BloomFilter), effort))
            }
            Kind::Boolean => numbers(Type::BOOLEAN),
            Kind::Int => numbers(Type::INT32),
            Kind::Time | Kind::Long | Kind::Usd => numbers(Type::INT64),
            Kind::Map => Self::Pairs(PairChunk::new()),
        }
    }

    /// A chunk of a promoted context key's column.
    pub(super) fn promoted() -> Self {
        Self::Words(WordChunk::new(false, PRESENT))
    }

    /// Says which batch is taken next.
    pub(super) fn begin_batch(&mut self, column: ColumnRef<'_>) {
        match (self, column) {
            (Self::Words(chunk), ColumnRef::Words(words)) => chunk.begin_batch(words),
            (Self::Pairs(chunk), ColumnRef::Pairs(pairs)) => chunk.begin_batch(pairs),
            _ => {}
        }
    }

    /// Takes these rows of the batch; so many rows are expected in the whole chunk.
    pub(super) fn append(&mut self, column: ColumnRef<'_>, runs: &[Range<usize>], expected: usize) -> Result<()> {
        let runs = runs.iter().cloned();
        match (&mut *self, column) {
            (Self::Words(chunk), ColumnRef::Words(words)) => {
                runs.into_iter().try_for_each(|run| chunk.append(words, run))
            }
            (Self::Texts(chunk), ColumnRef::Texts(texts)) => {
                runs.into_iter().for_each(|run| chunk.append(texts, run));
                if chunk.is_full() { chunk.end_page(expected) } else { Ok(()) }
            }
            (Self::Numbers(chunk), ColumnRef::Numbers(numbers)) => {
                runs.into_iter().for_each(|run| chunk.append(numbers, run));
                Ok(())
            }
            (Self::Pairs(chunk), ColumnRef::Pairs(pairs)) => {
                runs.into_iter().try_for_each(|run| chunk.append(pairs, run))
            }
            _ => Err(ParquetError::General("a batch holds a column in another way than its kind says".to_owned())),
        }
    }

    /// Gives the memory of the page that is being filled back.
    pub(super) fn shrink(&mut self) {
        match self {
            Self::Words(chunk) => chunk.pages.shrink(),
            Self::Texts(chunk) => chunk.pages.shrink(),
            Self::Numbers(chunk) => chunk.pages.shrink(),
            Self::Pairs(chunk) => chunk.shrink(),
        }
    }

    /// Ends the page that is being filled; so many rows are expected in the whole chunk.
    pub(super) fn end_page(&mut self, expected: usize) -> Result<()> {
        match self {
            Self::Words(chunk) => chunk.end_page(),
            Self::Texts(chunk) => chunk.end_page(expected),
            Self::Numbers(chunk) => chunk.end_page(),
            Self::Pairs(chunk) => chunk.end_page(),
        }
    }

    /// Writes the chunk, which is empty then. It belongs to the first of these columns of the Parquet schema; a map to the
    /// first two.
    pub(super) fn close(
        &mut self,
        columns: &[ColumnDescPtr],
        buffer: &mut RowGroupBuffer,
        closed: &mut Vec<ColumnCloseResult>,
    ) -> Result<()> {
        match self {
            Self::Words(chunk) => closed.push(chunk.close(&columns[0], buffer)?),
            Self::Texts(chunk) => closed.push(chunk.close(&columns[0], buffer)?),
            Self::Numbers(chunk) => closed.push(chunk.close(&columns[0], buffer)?),
            Self::Pairs(chunk) => closed.extend(chunk.close(columns, buffer)?),
        }
        Ok(())
    }
}
