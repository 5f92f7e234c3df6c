//! Where an account is: a region and an account number.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The regions of AWS and the partition that ARNs of each begin with (botocore 1.44.5, `endpoints.json` and
/// `partitions.json`).
const REGIONS: &[(&str, &[&str])] = &[
    (
        "aws",
        &[
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ],
    ),
    ("aws-us-gov", &["us-gov-east-1", "us-gov-west-1"]),
    ("aws-cn", &["cn-north-1", "cn-northwest-1"]),
    ("aws-eusc", &["eusc-de-east-1"]),
];

/// Where an emulated account is: parts of every ARN.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// `us-east-1`, say.
    pub region: String,
    /// Twelve digits.
    pub account_id: String,
}

/// A region or an account that there cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// No such region.
    #[error("AWS has no region `{0}`; write us-east-1 or eu-west-1, for example")]
    Region(String),
    /// Not an account number.
    #[error("`{0}` is not the number of an account, which has twelve digits, such as 000000000000")]
    AccountId(String),
    /// Neither.
    #[error("`{0}` is not a region and an account number, such as us-east-1/000000000000")]
    Form(String),
}

impl Place {
    /// Refuses a region that AWS does not have, and an account number that is not twelve digits.
    pub fn new(region: &str, account_id: &str) -> Result<Self, PlaceError> {
        if !is_region(region) {
            return Err(PlaceError::Region(region.to_owned()));
        }
        if !is_account_id(account_id) {
            return Err(PlaceError::AccountId(account_id.to_owned()));
        }
        Ok(Self { region: region.to_owned(), account_id: account_id.to_owned() })
    }

    /// The first part of ARNs after `arn:`: `aws` but for a few regions.
    pub(crate) fn partition(&self) -> &'static str {
        let of = REGIONS.iter().find(|(_, regions)| regions.contains(&self.region.as_str()));
        of.map_or("aws", |(partition, _)| partition)
    }
}

/// Whether AWS has this region.
pub(crate) fn is_region(name: &str) -> bool {
    REGIONS.iter().any(|(_, regions)| regions.contains(&name))
}

/// Whether this is an account number: twelve digits.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.region, self.account_id)
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (region, account_id) = text.split_once('/').ok_or_else(|| PlaceError::Form(text.to_owned()))?;
        Self::new(region, account_id)
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, PlaceError};

    #[test]
    fn a_place_has_a_region_of_aws_and_twelve_digits() {
        let place: Place = "us-gov-west-1/111122223333".parse().unwrap();
        assert_eq!((place.partition(), place.to_string().as_str()), ("aws-us-gov", "us-gov-west-1/111122223333"));
        assert_eq!(Place::new("us-east-9", "111122223333"), Err(PlaceError::Region("us-east-9".into())));
        assert_eq!(Place::new("us-east-1", "1111"), Err(PlaceError::AccountId("1111".into())));
        assert_eq!("us-east-1".parse::<Place>(), Err(PlaceError::Form("us-east-1".into())));
    }
}
