//! Answers that list records: filters, and pages that begin where the one before ended.

use serde::Deserialize;

use crate::refusal::{Invalid, Refusal};

/// One filter: any of the values may match; several filters must all match.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Filter {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

/// The members that every describing operation shares.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Paging {
    filters: Vec<Filter>,
    next_token: Option<String>,
    max_results: Option<usize>,
    owner: Option<Owner>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Owner {
    #[serde(rename = "SELF")]
    Own,
    Shared,
}

/// A page of records and the token of the next one.
pub(crate) struct Page<'a, T> {
    pub(crate) rows: Vec<&'a T>,
    pub(crate) next_token: Option<String>,
}

/// The size of a page if the request names none. AWS documents only that 100 is the largest that can be asked for.
const PAGE: usize = 100;

impl Paging {
    /// Paging of an operation without filters.
    pub(crate) fn of(next_token: Option<String>, max_results: Option<usize>) -> Self {
        Self { next_token, max_results, ..Self::default() }
    }

    /// Refuses a request that both names records and asks for those of an owner.
    pub(crate) fn unnamed_if_owned(&self, named: bool, field: &str) -> Result<(), Refusal> {
        if self.owner.is_some() && named {
            let message = format!("Owner and {field} can't be used at the same time");
            return Err(Refusal::invalid(Invalid::ParametersCannotBeUsedTogether, "Owner", message));
        }
        Ok(())
    }

    /// The page of `rows` (in key order) that was asked for. `facet` gives a record's values under a filter's name.
    pub(crate) fn select<'a, T>(
        &self,
        rows: impl Iterator<Item = (String, &'a T)>,
        facet: impl Fn(&T, &str) -> Vec<String>,
    ) -> Result<Page<'a, T>, Refusal> {
        let after = self.next_token.as_deref().map(key_of).transpose()?;
        let matches = |row: &T| {
            self.filters.iter().all(|f| facet(row, &f.name).iter().any(|has| f.values.iter().any(|v| v == has)))
        };
        let mut rows = rows
            .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after))
            .filter(|(_, row)| self.owner != Some(Owner::Shared) && matches(row));
        let size = self.max_results.unwrap_or(PAGE);
        let page: Vec<_> = rows.by_ref().take(size).collect();
        let more = rows.next().is_some();
        let next_token = page.last().filter(|_| more).map(|(key, _)| token_of(key));
        Ok(Page { rows: page.into_iter().map(|(_, row)| row).collect(), next_token })
    }
}

fn token_of(key: &str) -> String {
    format!("p1{}", hex::encode(key))
}

fn key_of(token: &str) -> Result<String, Refusal> {
    let bytes = token.strip_prefix("p1").and_then(|digits| hex::decode(digits).ok());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
        Refusal::invalid(Invalid::InvalidNextToken, "NextToken", "this token came from no earlier answer")
    })
}

/// Words for a filter over a flag.
pub(crate) fn flag(value: bool) -> Vec<String> {
    vec![value.to_string()]
}

#[cfg(test)]
mod tests {
    use super::{Filter, Paging};

    fn rows() -> Vec<(String, u32)> {
        (0..5).map(|n| (format!("k{n}"), n)).collect()
    }

    fn page(paging: &Paging) -> (Vec<u32>, Option<String>) {
        let rows = rows();
        let page = paging.select(rows.iter().map(|(k, n)| (k.clone(), n)), |n, _| vec![(n % 2).to_string()]).unwrap();
        (page.rows.into_iter().copied().collect(), page.next_token)
    }

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let (first, token) = page(&Paging { max_results: Some(2), ..Paging::default() });
        let (second, token) = page(&Paging { max_results: Some(2), next_token: token, ..Paging::default() });
        let (third, token) = page(&Paging { max_results: Some(2), next_token: token, ..Paging::default() });
        assert_eq!((first, second, third, token), (vec![0, 1], vec![2, 3], vec![4], None));
    }

    #[test]
    fn a_filter_matches_any_of_its_values() {
        let odd = Filter { name: "parity".into(), values: vec!["1".into(), "7".into()] };
        assert_eq!(page(&Paging { filters: vec![odd], ..Paging::default() }).0, [1, 3]);
    }

    #[test]
    fn a_token_from_elsewhere_is_refused() {
        let paging = Paging { next_token: Some("p1zz".into()), ..Paging::default() };
        assert!(paging.select(std::iter::empty::<(String, &u32)>(), |_, _| vec![]).is_err());
    }
}
