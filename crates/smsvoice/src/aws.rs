//! How commands reach AWS, or an emulator in its place.

use std::time::Duration;

use anyhow::Context;
use smsvoice_provision::connect::{REGION_OF_EMULATOR, is_local, with_region};
use smsvoice_provision::patience::Patience;
use smsvoice_provision::{Connection, SdkConfig};

use crate::world::World;

/// Where AWS is, and who asks.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "AWS (else by the standard AWS_* variables and the profile)")]
pub(crate) struct AwsArgs {
    /// Where the services are, http://127.0.0.1:7070 for `smsvoice emulate`. Also AWS_ENDPOINT_URL and `AWS_ENDPOINT_URL_<SERVICE>`.
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// The region. Also AWS_REGION.
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// The profile of ~/.aws/config. Also AWS_PROFILE.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

impl AwsArgs {
    pub(crate) fn connection(&self) -> Connection {
        let Self { endpoint_url, region, profile } = self.clone();
        Connection { endpoint_url, region, profile }
    }

    /// What clients are made from; its region may be missing yet.
    pub(crate) async fn sdk_config(&self, world: &World) -> SdkConfig {
        self.connection().sdk_config(|name| world.var(name).map(str::to_owned)).await
    }

    /// The same with a region: the one it has, or this one, or that of emulators for an emulator.
    pub(crate) fn in_region(
        &self,
        config: SdkConfig,
        region: Option<&str>,
        world: &World,
    ) -> anyhow::Result<SdkConfig> {
        if config.region().is_some() {
            return Ok(config);
        }
        let region = region.or_else(|| self.is_local(world).then_some(REGION_OF_EMULATOR));
        Ok(with_region(config, region.context("no region is known; give --region, or set AWS_REGION")?))
    }

    /// Whether calls go to this machine.
    pub(crate) fn is_local(&self, world: &World) -> bool {
        is_local(&self.connection(), |name| world.var(name).map(str::to_owned))
    }
}

/// How fast, and how long.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PatienceArgs {
    /// Seconds from one changing call to the next; AWS allows one a second.
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    pace: f64,
    /// Seconds for which one call is repeated while AWS throttles it, is out of order, or does not know a fresh role yet.
    #[arg(long, value_name = "SECONDS", default_value_t = 180.0, value_parser = seconds)]
    patience: f64,
}

impl PatienceArgs {
    pub(crate) fn patience(&self) -> Patience {
        let [pace, limit] = [self.pace, self.patience].map(Duration::from_secs_f64);
        Patience { pace, limit, ..Patience::default() }
    }
}

/// From 0 to a day.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=86_400.0).contains(&seconds) { Ok(seconds) } else { Err("from 0 to 86400".to_owned()) }
}
