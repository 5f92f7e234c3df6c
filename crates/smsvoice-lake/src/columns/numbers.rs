//! A column of numbers, times or booleans.

use smsvoice_event::Usd;

/// Numbers, one a row. None of them comes near [`NO_NUMBER`]: times have four-digit years, and money has 18 digits.
pub(crate) struct Numbers {
    pub(crate) values: Vec<i64>,
    pub(crate) nulls: usize,
}

/// Stands where a row has no number.
pub(crate) const NO_NUMBER: i64 = i64::MIN;

impl Numbers {
    /// A column with room for so many rows.
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self { values: Vec::with_capacity(rows), nulls: 0 }
    }

    /// Appends a number.
    #[inline]
    pub(super) fn push(&mut self, number: Option<i64>) {
        self.nulls += usize::from(number.is_none());
        self.values.push(number.unwrap_or(NO_NUMBER));
    }
}

/// A value that a column holds as a number.
pub(super) trait AsNumber: Copy {
    /// As it stands in Parquet: money in millionths of a US dollar, times in milliseconds since 1970, false as 0 and true as 1.
    fn number(self) -> i64;
}

impl AsNumber for bool {
    fn number(self) -> i64 {
        self.into()
    }
}

impl AsNumber for i32 {
    fn number(self) -> i64 {
        self.into()
    }
}

impl AsNumber for i64 {
    fn number(self) -> i64 {
        self
    }
}

impl AsNumber for Usd {
    fn number(self) -> i64 {
        self.micros()
    }
}
