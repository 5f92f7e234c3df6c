//! What a phone number or a pool does with messages that come back: two-way channel, opt-outs, protection from
//! deletion.

use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, opt_out::DEFAULT_LIST},
    refusal::{Clash, Invalid, Refusal, Resource},
};

/// The settings phone numbers and pools share.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TwoWaySettings {
    pub(crate) two_way_enabled: bool,
    pub(crate) two_way_channel_arn: Option<String>,
    pub(crate) two_way_channel_role: Option<String>,
    pub(crate) self_managed_opt_outs_enabled: bool,
    pub(crate) opt_out_list_name: String,
    pub(crate) deletion_protection_enabled: bool,
}

impl Default for TwoWaySettings {
    fn default() -> Self {
        Self {
            two_way_enabled: false,
            two_way_channel_arn: None,
            two_way_channel_role: None,
            self_managed_opt_outs_enabled: false,
            opt_out_list_name: DEFAULT_LIST.to_owned(),
            deletion_protection_enabled: false,
        }
    }
}

/// What an update changes; nothing where it says nothing.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct TwoWayUpdate {
    two_way_enabled: Option<bool>,
    two_way_channel_arn: Option<String>,
    two_way_channel_role: Option<String>,
    self_managed_opt_outs_enabled: Option<bool>,
    opt_out_list_name: Option<String>,
    deletion_protection_enabled: Option<bool>,
}

impl TwoWaySettings {
    /// These settings after `update`.
    pub(crate) fn updated(&self, account: &Account, update: TwoWayUpdate) -> Result<Self, Refusal> {
        let list =
            update.opt_out_list_name.map(|given| account.opt_out_list(&given).map(|list| list.name().to_owned()));
        let old = self.clone();
        let new = Self {
            two_way_enabled: update.two_way_enabled.unwrap_or(old.two_way_enabled),
            two_way_channel_arn: update.two_way_channel_arn.or(old.two_way_channel_arn),
            two_way_channel_role: update.two_way_channel_role.or(old.two_way_channel_role),
            self_managed_opt_outs_enabled: update
                .self_managed_opt_outs_enabled
                .unwrap_or(old.self_managed_opt_outs_enabled),
            opt_out_list_name: list.transpose()?.unwrap_or(old.opt_out_list_name),
            deletion_protection_enabled: update.deletion_protection_enabled.unwrap_or(old.deletion_protection_enabled),
        };
        if new.two_way_enabled && new.two_way_channel_arn.is_none() {
            let message = "two-way messages need a channel to go to";
            return Err(Refusal::invalid(Invalid::TwoWayChannelNotPresent, "TwoWayChannelArn", message));
        }
        Ok(new)
    }

    /// Refuses to delete what is protected.
    pub(crate) fn require_deletable(&self, resource: Resource, id: &str) -> Result<(), Refusal> {
        if self.deletion_protection_enabled {
            return Err(Refusal::clash(
                Clash::DeletionProtectionEnabled,
                resource,
                id,
                "deletion protection is enabled",
            ));
        }
        Ok(())
    }

    /// Refuses a phone number into a pool whose settings differ.
    pub(crate) fn require_like(&self, pool: &Self, number_id: &str) -> Result<(), Refusal> {
        let two_way = |s: &Self| (s.two_way_enabled, s.two_way_channel_arn.clone());
        let (reason, what) = if self.opt_out_list_name != pool.opt_out_list_name {
            (Clash::OptOutListMismatch, "opt-out list")
        } else if self.self_managed_opt_outs_enabled != pool.self_managed_opt_outs_enabled {
            (Clash::SelfManagedOptOutsMismatch, "handling of opt-outs")
        } else if two_way(self) != two_way(pool) {
            (Clash::TwoWayConfigMismatch, "two-way configuration")
        } else {
            return Ok(());
        };
        let message = format!("the phone number's {what} differs from the pool's");
        Err(Refusal::clash(reason, Resource::PhoneNumber, number_id, message))
    }
}
