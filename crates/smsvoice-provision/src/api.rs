//! The two APIs of the service.

use serde::{Deserialize, Serialize};

/// Which of the service's two APIs a configuration set belongs to. They do not see each other's sets, so that one name
/// can stand for a set of each.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// `pinpoint-sms-voice`, 2018: voice alone.
    V1,
    /// `pinpoint-sms-voice-v2`, 2022.
    #[default]
    V2,
}

impl Api {
    /// `v1` or `v2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    /// How many event destinations a set can have. AWS raises this for nobody (quotas of the SMS guide; v1's reference).
    pub const fn destinations_per_set(self) -> usize {
        match self {
            Self::V1 => 10,
            Self::V2 => 5,
        }
    }
}
