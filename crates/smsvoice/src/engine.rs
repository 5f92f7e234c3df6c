//! Who answers a question about a lake: the embedded engine, Athena or Trino.

use anyhow::Context;
use smsvoice_engines::{
    AthenaEngine, AthenaSettings, KeepsDefinitions, PRICE_AS_OF, Pace, Secret, TrinoEngine, TrinoSettings,
    USD_A_TERABYTE,
};
use smsvoice_metrics::ddl::TablesOf;
use smsvoice_metrics::{QueryEngine, Spent};

use crate::aws::AwsArgs;
use crate::interrupt;
use crate::lake::{DamagedArgs, LakeArgs};
use crate::usage::UsageError;
use crate::world::World;

/// Who answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum EngineName {
    /// This program, over the files of the lake.
    #[default]
    Local,
    /// Amazon Athena, over the tables that the template or `smsvoice views` made.
    Athena,
    /// A Trino of your own.
    Trino,
}

/// Who answers, and over what.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EngineArgs {
    /// Who answers; the SQL and the answer are the same.
    #[arg(long, value_enum, default_value_t, env = "SMSVOICE_ENGINE", hide_env_values = true)]
    engine: EngineName,
    /// The lake: a path, file:///… or s3://bucket/prefix. S3 takes the standard AWS_* variables. Athena and Trino know it.
    #[arg(long, value_name = "URL", env = "SMSVOICE_LAKE", hide_env_values = true)]
    lake: Option<String>,
    #[command(flatten)]
    damaged: DamagedArgs,
    #[command(flatten)]
    elsewhere: ElsewhereArgs,
}

/// How Athena or Trino are reached.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Athena and Trino")]
pub(crate) struct ElsewhereArgs {
    /// The database of the tables (Trino calls it a schema); smsvoice by default.
    #[arg(long, value_name = "NAME", visible_alias = "schema")]
    database: Option<String>,
    /// The catalog of the database; AwsDataCatalog in Athena and hive in Trino by default.
    #[arg(long, value_name = "NAME")]
    catalog: Option<String>,
    /// Athena's workgroup: its limits and prepared statements hold; primary by default.
    #[arg(long, value_name = "NAME")]
    workgroup: Option<String>,
    /// Where Athena puts results if the workgroup does not say: s3://bucket/prefix/.
    #[arg(long, value_name = "URL")]
    output_location: Option<String>,
    /// Let Athena give an answer again that is not older than so many minutes; that costs nothing.
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(i32).range(0..=10_080))]
    reuse_results: Option<i32>,
    /// Trino's address: `https://trino.example.com`.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Who asks Trino; $USER by default. SMSVOICE_TRINO_PASSWORD or SMSVOICE_TRINO_TOKEN proves it.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    #[command(flatten)]
    aws: AwsArgs,
}

impl EngineArgs {
    /// The lake, for what only its own files tell.
    pub(crate) fn lake(&self) -> Option<LakeArgs> {
        self.lake.clone().map(|lake| LakeArgs { lake })
    }

    /// For messages: the lake, or who was asked.
    pub(crate) fn lake_name(&self) -> &str {
        self.lake.as_deref().unwrap_or("URL")
    }

    /// What is asked about, as an answer names it: the URL of the lake, or the tables elsewhere.
    pub(crate) fn subject(&self) -> String {
        match (self.engine, &self.lake) {
            (EngineName::Local, lake) => lake.clone().unwrap_or_default(),
            (EngineName::Athena, _) => format!("the tables of {} in Athena", self.elsewhere.database()),
            (EngineName::Trino, _) => format!("the tables of {} in Trino", self.elsewhere.database()),
        }
    }

    /// Whether this program answers, so that asking costs nothing but its time.
    pub(crate) fn is_local(&self) -> bool {
        self.engine == EngineName::Local
    }

    /// How AWS is reached.
    pub(crate) fn aws(&self) -> &AwsArgs {
        &self.elsewhere.aws
    }

    /// Opens an engine, asks it by `question`, and tells what that has cost. An interrupt ends what runs elsewhere.
    pub(crate) async fn ask<T>(
        &self,
        world: &World,
        question: impl AsyncFnOnce(&dyn QueryEngine) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        self.ask_for(false, world, question).await
    }

    /// The same of an engine that seeks few rows, and may miss those of damaged files.
    pub(crate) async fn seek<T>(
        &self,
        world: &World,
        question: impl AsyncFnOnce(&dyn QueryEngine) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        self.ask_for(true, world, question).await
    }

    /// The same of an engine that is asked again and again: an interrupt is whoever asks' own.
    pub(crate) async fn talk<T>(
        &self,
        world: &World,
        talk: impl AsyncFnOnce(&dyn QueryEngine) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let engine = self.open(false, world).await?;
        let talked = talk(&*engine).await;
        tell_spent(&*engine, world);
        talked
    }

    async fn ask_for<T>(
        &self,
        seeking: bool,
        world: &World,
        question: impl AsyncFnOnce(&dyn QueryEngine) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let durable = match self.engine {
            EngineName::Local => ASKED_HERE,
            EngineName::Athena | EngineName::Trino => ASKED_ELSEWHERE,
        };
        let opened = interrupt::unless_ends(self.open(seeking, world), durable, world).await;
        let engine = opened?;
        let answer = interrupt::unless_ends(question(&*engine), durable, world).await;
        engine.cancel().await;
        tell_spent(&*engine, world);
        answer
    }

    /// The engine itself, for who asks it more than once. What runs elsewhere has to be cancelled when nobody waits for it.
    pub(crate) async fn open(&self, seeking: bool, world: &World) -> anyhow::Result<Box<dyn QueryEngine>> {
        Ok(match self.engine {
            EngineName::Local => {
                let lake =
                    self.lake().ok_or_else(|| UsageError::new("--lake is missing: which lake is asked about?"))?;
                Box::new(lake.engine_for(seeking, world, &self.damaged).await?)
            }
            EngineName::Athena => Box::new(self.elsewhere.athena(world).await?),
            EngineName::Trino => Box::new(self.elsewhere.trino(world)?),
        })
    }
}

/// What is said when a question to the embedded engine is interrupted.
const ASKED_HERE: &str = "interrupted; nothing was written, and the same command asks again";

/// The same of one to Athena or Trino.
const ASKED_ELSEWHERE: &str =
    "interrupted; the query was cancelled, nothing was written, and the same command asks again";

/// Tells what was spent elsewhere.
pub(crate) fn tell_spent(engine: &dyn QueryEngine, world: &World) {
    if let Some(spent) = engine.spent() {
        world.note(&told(spent));
    }
}

/// What was spent, in a sentence.
fn told(spent: Spent) -> String {
    let Spent { queries, bytes_scanned, usd } = spent;
    let many = if queries == 1 { "query" } else { "queries" };
    let scanned = format!("{} scanned in {queries} {many}", bytes(bytes_scanned));
    match usd {
        Some(usd) => format!(
            "{scanned}, which costs US${usd:.6} (list price of {PRICE_AS_OF}: US${USD_A_TERABYTE} a TB, and 10 MB a query at least)"
        ),
        None => scanned,
    }
}

fn bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] = [("TB", 1 << 40), ("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)];
    let unit = UNITS.into_iter().find(|(_, unit)| bytes >= *unit);
    unit.map_or_else(|| format!("{bytes} bytes"), |(name, unit)| format!("{:.2} {name}", bytes as f64 / unit as f64))
}

impl ElsewhereArgs {
    /// Whoever keeps definitions, by this name.
    pub(crate) async fn keeper(&self, name: EngineName, world: &World) -> anyhow::Result<Box<dyn KeepsDefinitions>> {
        Ok(match name {
            EngineName::Athena => Box::new(self.athena(world).await?),
            EngineName::Trino => Box::new(self.trino(world)?),
            EngineName::Local => anyhow::bail!("the embedded engine knows the tables by itself"),
        })
    }

    /// The database of the tables.
    pub(crate) fn database(&self) -> String {
        self.database.clone().unwrap_or_else(|| TablesOf::DATABASE.to_owned())
    }

    async fn athena(&self, world: &World) -> anyhow::Result<AthenaEngine> {
        let config = self.aws.in_region(self.aws.sdk_config(world).await, None, world)?;
        let or = |given: &Option<String>, default: &str| given.clone().unwrap_or_else(|| default.to_owned());
        let settings = AthenaSettings {
            workgroup: or(&self.workgroup, "primary"),
            catalog: or(&self.catalog, "AwsDataCatalog"),
            database: self.database(),
            output_location: self.output_location.clone(),
            reuse_minutes: self.reuse_results,
        };
        Ok(AthenaEngine::new(&config, settings, Pace::default()))
    }

    fn trino(&self, world: &World) -> anyhow::Result<TrinoEngine> {
        let server = self.server.as_ref();
        let server =
            server.ok_or_else(|| UsageError::new("--server is missing: where is Trino? https://trino.example.com"))?;
        let server = server.parse().with_context(|| format!("--server {server:?} is no URL"))?;
        let set = |name: &str| world.var(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let secret = set(TRINO_TOKEN).map(Secret::Token).or_else(|| set(TRINO_PASSWORD).map(Secret::Password));
        let user = self.user.clone().or_else(|| set("USER")).unwrap_or_else(|| "smsvoice".to_owned());
        let catalog = self.catalog.clone().unwrap_or_else(|| "hive".to_owned());
        Ok(TrinoEngine::new(TrinoSettings { server, catalog, schema: self.database(), user, secret }, Pace::default())?)
    }
}

/// The variable with the password for Trino.
pub(crate) const TRINO_PASSWORD: &str = "SMSVOICE_TRINO_PASSWORD";

/// The variable with the token for Trino.
pub(crate) const TRINO_TOKEN: &str = "SMSVOICE_TRINO_TOKEN";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_is_told_with_the_price_and_its_date() {
        let spent = Spent { queries: 2, bytes_scanned: 3 << 29, usd: Some(0.007_324) };
        assert_eq!(
            told(spent),
            "1.50 GB scanned in 2 queries, which costs US$0.007324 (list price of 2026-11-26: US$5 a TB, and 10 MB a query at least)"
        );
        assert_eq!(told(Spent { queries: 1, bytes_scanned: 12, usd: None }), "12 bytes scanned in 1 query");
    }
}
