//! What is recorded about values so that readers can pass over them: the smallest, the largest, and how many are null.

use parquet::basic::Type;
use parquet::file::metadata::ColumnIndexBuilder;
use parquet::file::statistics::{Statistics, ValueStatistics};

use crate::encode::open_page::FinishedPage;

/// The smallest and the largest value of a page or of a column chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bounds {
    /// They are not recorded.
    Unknown,
    /// There are only nulls.
    OnlyNulls,
    Numbers(i64, i64),
    Words(Vec<u8>, Vec<u8>),
}

impl Bounds {
    /// The bounds of both together.
    fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::OnlyNulls, other) => other.clone(),
            (this, Self::OnlyNulls) => this,
            (Self::Numbers(a, b), Self::Numbers(c, d)) => Self::Numbers(a.min(*c), b.max(*d)),
            (Self::Words(a, b), Self::Words(c, d)) => Self::Words(a.min(c.clone()), b.max(d.clone())),
            _ => Self::Unknown,
        }
    }
}

/// The statistics of a column chunk as a whole.
pub(super) struct ChunkStatistics {
    physical: Type,
    nulls: usize,
    /// Values and nulls.
    pub(super) values: usize,
    bounds: Bounds,
}

impl ChunkStatistics {
    pub(super) fn new(physical: Type) -> Self {
        Self { physical, nulls: 0, values: 0, bounds: Bounds::OnlyNulls }
    }

    /// Takes the next page into account, and records it in the index of pages.
    pub(super) fn add(&mut self, page: &FinishedPage, index: &mut ColumnIndexBuilder) {
        self.nulls += page.nulls;
        self.values += page.values;
        self.bounds = std::mem::replace(&mut self.bounds, Bounds::OnlyNulls).and(&page.bounds);
        let only_nulls = page.bounds == Bounds::OnlyNulls;
        match self.bytes(&page.bounds) {
            Some((smallest, largest)) => index.append(only_nulls, smallest, largest, page.nulls as i64),
            None => index.to_invalid(),
        }
    }

    /// Bounds as the index of pages has them: in plain encoding.
    fn bytes(&self, bounds: &Bounds) -> Option<(Vec<u8>, Vec<u8>)> {
        let number = |value: i64| match self.physical {
            Type::BOOLEAN => vec![value as u8],
            Type::INT32 => (value as i32).to_le_bytes().to_vec(),
            _ => value.to_le_bytes().to_vec(),
        };
        match bounds {
            Bounds::Unknown => None,
            Bounds::OnlyNulls => Some(Default::default()),
            Bounds::Numbers(smallest, largest) => Some((number(*smallest), number(*largest))),
            Bounds::Words(smallest, largest) => Some((smallest.clone(), largest.clone())),
        }
    }

    /// The statistics as the file's footer has them.
    pub(super) fn finish(&self) -> Statistics {
        let nulls = Some(self.nulls as u64);
        let numbers = match self.bounds {
            Bounds::Numbers(smallest, largest) => Some((smallest, largest)),
            _ => None,
        };
        let (min, max) = numbers.unzip();
        match self.physical {
            Type::BOOLEAN => Statistics::boolean(min.map(|v| v != 0), max.map(|v| v != 0), None, nulls, false),
            Type::INT32 => {
                let of = ValueStatistics::new(min.map(|v| v as i32), max.map(|v| v as i32), None, nulls, false);
                Statistics::Int32(of.with_backwards_compatible_min_max(true))
            }
            Type::INT64 => {
                let of = ValueStatistics::new(min, max, None, nulls, false);
                Statistics::Int64(of.with_backwards_compatible_min_max(true))
            }
            _ => {
                let (min, max) = match &self.bounds {
                    Bounds::Words(min, max) => (Some(min.clone().into()), Some(max.clone().into())),
                    _ => (None, None),
                };
                Statistics::byte_array(min, max, None, nulls, false)
            }
        }
    }
}
