//! Which rows of an answer are wanted, and in which order.

use std::str::FromStr;

use crate::dimension::Dimension;
use crate::metric::Metric;
use crate::template::{identifier, join};

/// Which rows of an answer are wanted, and in which order: all of them, by what they are broken down by, by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhichRows {
    /// By which columns they are sorted; behind these by what they are broken down by.
    pub sort: Vec<Sort>,
    /// How many at most: the first ones, and where no order is asked for, those of most messages.
    pub top: Option<u64>,
    /// Only those that are made of so many messages at least.
    pub min_messages: u64,
}

/// A column to sort by: `delivery_rate` from the lowest on, `-messages` or `messages:desc` from the highest on. Rows without
/// a value come last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    column: String,
    descending: bool,
}

/// A column to sort by that the answer does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{metric} has no column {column:?} to sort by{near}; there are {columns}")]
pub struct SortError {
    metric: Metric,
    column: String,
    near: String,
    columns: String,
}

impl FromStr for Sort {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (column, descending) = match (text.strip_prefix('-'), text.rsplit_once(':')) {
            (Some(column), _) | (None, Some((column, "desc"))) => (column, true),
            (None, Some((column, "asc"))) => (column, false),
            (None, _) => (text, false),
        };
        Ok(Self { column: column.to_owned(), descending })
    }
}

impl WhichRows {
    /// Whether the answer has the columns that it is to be sorted by. Names of dimensions are taken in any of their forms.
    pub fn check(&self, metric: Metric, by: &[Dimension]) -> Result<(), SortError> {
        let names: Vec<String> =
            by.iter().map(ToString::to_string).chain(metric.columns().iter().map(|name| (*name).to_owned())).collect();
        let unknown = self.sort.iter().find(|sort| !names.contains(&sort.name()));
        unknown.map_or(Ok(()), |sort| {
            Err(SortError {
                metric,
                column: sort.column.clone(),
                near: crate::near::question(&sort.column, names.iter().map(String::as_str)),
                columns: names.join(", "),
            })
        })
    }

    /// The query of these rows, of a query of all of them.
    pub(crate) fn of(&self, metric: Metric, by: &[Dimension], all: String) -> String {
        if *self == Self::default() {
            return all;
        }
        let most = vec![format!("{} DESC", metric.messages())];
        let asked: Vec<String> = self.sort.iter().map(Sort::sql).collect();
        let first = if asked.is_empty() && self.top.is_some() { most } else { asked };
        let keys = by.iter().map(Dimension::column);
        let place = (metric == Metric::Failures).then(|| "place".to_owned());
        let order: Vec<String> = first.into_iter().chain(keys).chain(place).collect();
        let order =
            if order.is_empty() { String::new() } else { format!("\nORDER BY {}", join(&order, ", ", Clone::clone)) };
        let condition = match self.min_messages {
            0 => String::new(),
            least => format!("\nWHERE {} >= {least}", metric.messages()),
        };
        let limit = self.top.map_or_else(String::new, |top| format!("\nLIMIT {top}"));
        format!("SELECT * FROM (\n{all}) AS answer{condition}{order}{limit}")
    }
}

impl Sort {
    /// The column's name: where it is given as that of a dimension's column in the lake, the dimension's.
    fn name(&self) -> String {
        self.column.parse::<Dimension>().map_or_else(|_| self.column.clone(), |dimension| dimension.to_string())
    }

    fn sql(&self) -> String {
        let direction = if self.descending { "DESC" } else { "ASC" };
        format!("{} {direction} NULLS LAST", identifier(&self.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(sort: &[&str], top: Option<u64>, min_messages: u64) -> WhichRows {
        WhichRows { sort: sort.iter().map(|text| text.parse().unwrap()).collect(), top, min_messages }
    }

    #[test]
    fn all_rows_are_the_query_itself() {
        assert_eq!(WhichRows::default().of(Metric::Rates, &[], "SELECT 1".to_owned()), "SELECT 1");
    }

    #[test]
    fn the_first_rows_are_those_of_most_messages_unless_an_order_is_asked_for() {
        let sql = |rows: WhichRows| rows.of(Metric::Latency, &[Dimension::Carrier], "q".to_owned());
        let most = "greatest(accept_messages, delivery_messages)";
        assert!(sql(rows(&[], Some(3), 0)).ends_with(&format!("ORDER BY {most} DESC, \"carrier\"\nLIMIT 3")));
        assert!(sql(rows(&[], None, 30)).ends_with(&format!("WHERE {most} >= 30\nORDER BY \"carrier\"")));
        let sorted = sql(rows(&["-delivery_p50_ms", "carrier_name:asc"], None, 0));
        assert!(
            sorted.ends_with("ORDER BY \"delivery_p50_ms\" DESC NULLS LAST, \"carrier\" ASC NULLS LAST, \"carrier\""),
            "{sorted}"
        );
    }

    #[test]
    fn an_unknown_column_is_told_the_near_ones() {
        let error =
            rows(&["-delivry_rate"], None, 0).check(Metric::Rates, &[Dimension::Country]).unwrap_err().to_string();
        assert!(error.contains("did you mean delivery_rate"), "{error}");
        assert!(rows(&["iso_country_code"], None, 0).check(Metric::Rates, &[Dimension::Country]).is_ok());
    }
}
