//! Messages to a telephone number, where the lake keeps it or a hash of it.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};
use smsvoice_ingest::{Asked, Setting};
use smsvoice_lake::LakeSettings;
use smsvoice_metrics::{Period, QueryEngine};

use crate::engine::EngineArgs;
use crate::usage::UsageError;
use crate::world::World;

/// Whose messages.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct PhoneArgs {
    /// The number of the recipient instead of an id, in any spelling; a lake of hashes needs its key.
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    /// The key of the hashes: a Secrets Manager ARN, file:PATH or env:NAME.
    #[arg(long, value_name = "SOURCE", env = "SMSVOICE_PHONE_KEY", hide_env_values = true)]
    phone_key: Option<String>,
    /// The name of that key's version; v1, or the version of the secret.
    #[arg(long, value_name = "NAME", env = "SMSVOICE_PHONE_KEY_VERSION", hide_env_values = true)]
    phone_key_version: Option<String>,
}

impl PhoneArgs {
    /// What the lake has in the place of the number.
    pub(super) async fn stored(&self, engine: &EngineArgs, world: &World) -> anyhow::Result<String> {
        let missing = "--phone needs --lake as well: its settings say how numbers are stored";
        let lake = engine.lake().ok_or_else(|| UsageError::new(missing))?.open(world)?;
        let Some(LakeSettings { .. }) = lake.settings().await? else {
            anyhow::bail!("the lake {} says nothing about numbers: is it a lake?", lake.url());
        };
        let mut asked = Asked::default();
        asked.set(Setting::PhoneKey, self.phone_key.clone().unwrap_or_default());
        asked.set(Setting::PhoneKeyVersion, self.phone_key_version.clone().unwrap_or_default());
        let vars = world.env.iter().cloned().collect();
        let settings = asked.read()?.settle(&lake, &vars).await?;
        let number = self.phone.as_deref().unwrap_or_default();
        settings.privacy.found_by(number).ok_or_else(|| {
            anyhow::anyhow!(
                "nothing is found by that number: it is none in full, or the lake does not keep numbers apart (it stores \
                them as {:?}); look by the message's id",
                settings.privacy.numbers
            )
        })
    }
}

/// Messages, the newest first.
pub(super) struct Messages {
    pub(super) schema: SchemaRef,
    pub(super) rows: Vec<RecordBatch>,
    pub(super) ids: Vec<String>,
}

/// How many are listed.
const LISTED: usize = 50;

/// Those to a number.
pub(super) async fn messages(engine: &dyn QueryEngine, number: &str, period: Period) -> anyhow::Result<Messages> {
    let rows = engine.query(&smsvoice_metrics::messages_to(number, period, LISTED)).await?;
    let (schema, rows) = (rows.schema(), rows.collect().await?);
    let mut ids = Vec::new();
    for batch in &rows {
        let column = cast(batch.column(0), &DataType::Utf8)?;
        ids.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    Ok(Messages { schema, rows, ids })
}
