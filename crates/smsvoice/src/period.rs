//! Which messages count: the flags of commands that measure.

use chrono::{DateTime, Utc};
use smsvoice_metrics::{Filter, Period, TimeZone};

use crate::moment::Moment;
use crate::{UsageError, World};

/// From when to when, what else messages have in common, and in which zone days are counted.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct PeriodArgs {
    /// Messages requested from this moment on: 2026-11-01, 2026-11-01T08:00, 7d, 24h, today, yesterday.
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Messages requested before this moment.
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// Only messages of these values: country=US,GB or country!=US; carrier= for those without one. Of any dimension; can be
    /// given several times, and all of it has to hold. "\," is a comma in a value.
    #[arg(long = "where", value_name = "DIMENSION=VALUE,…")]
    pub(crate) filters: Vec<Filter>,
    /// The zone in which days, hours, weeks and months are counted: America/Toronto, or local. UTC by default.
    #[arg(long, value_name = "ZONE", env = "SMSVOICE_TIME_ZONE", hide_env_values = true)]
    time_zone: Option<String>,
}

impl PeriodArgs {
    /// The zone asked for.
    pub(crate) fn zone(&self, world: &World) -> anyhow::Result<TimeZone> {
        match self.time_zone.as_deref() {
            None | Some("") => Ok(TimeZone::UTC),
            Some("local") => {
                let local = world.time_zone.as_deref();
                let local = local.ok_or_else(|| UsageError::new("this machine does not say its zone; name it"))?;
                Ok(local.parse().map_err(|error| UsageError::new(format!("--time-zone: {error}")))?)
            }
            Some(name) => Ok(name.parse().map_err(|error| UsageError::new(format!("--time-zone: {error}")))?),
        }
    }

    /// The period, as instants.
    pub(crate) fn period(&self, now: DateTime<Utc>, zone: TimeZone) -> anyhow::Result<Period> {
        let at = |moment: Option<Moment>| moment.map(|moment| moment.at(now, zone));
        not_backward(Period { since: at(self.since), until: at(self.until) })
    }
}

/// A period that ends before it begins is not meant.
pub(crate) fn not_backward(period: Period) -> anyhow::Result<Period> {
    if let Period { since: Some(since), until: Some(until) } = period
        && since >= until
    {
        let problem = "--since has to be before --until: the period goes from the one up to, but not at, the other";
        return Err(UsageError::new(problem).into());
    }
    Ok(period)
}
