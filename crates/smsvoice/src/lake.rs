//! The lake a command works on.

use anyhow::Context;
use smsvoice_lake::Lake;
use smsvoice_metrics::{LocalEngine, QueryEngine};

use crate::world::World;

/// Where the lake is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct LakeArgs {
    /// The lake: a path, file:///… or s3://bucket/prefix. S3 takes the standard AWS_* variables.
    #[arg(long, value_name = "URL", env = "SMSVOICE_LAKE", hide_env_values = true)]
    pub(crate) lake: String,
}

/// What becomes of files of the lake that are damaged.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct DamagedArgs {
    /// Leave files out that are damaged, and name each of them, instead of stopping at the first.
    #[arg(long)]
    skip_unreadable: bool,
}

impl LakeArgs {
    /// Opens it for writing.
    pub(crate) fn create(&self, world: &World) -> anyhow::Result<Lake> {
        let lake = Lake::create(&self.lake, world.env.iter().cloned()).context("the lake cannot be opened")?;
        anyhow::ensure!(!lake.is_in_memory(), "a lake in memory is gone when this command ends; name a folder");
        Ok(lake)
    }

    /// Opens it for reading.
    pub(crate) fn open(&self, world: &World) -> anyhow::Result<Lake> {
        Ok(Lake::open(&self.lake, world.env.iter().cloned())?)
    }

    /// Opens it for questions; an empty one is most likely a misspelt URL, so that is said.
    pub(crate) async fn engine(&self, world: &World, damaged: &DamagedArgs) -> anyhow::Result<LocalEngine> {
        self.engine_for(false, world, damaged).await
    }

    /// The same; or one that seeks few rows, and may miss those of damaged files.
    pub(crate) async fn engine_for(
        &self,
        seeking: bool,
        world: &World,
        damaged: &DamagedArgs,
    ) -> anyhow::Result<LocalEngine> {
        let lake = self.open(world)?;
        let engine = if damaged.skip_unreadable {
            LocalEngine::skipping_unreadable(&lake).await?
        } else if seeking {
            LocalEngine::seeking(&lake).await?
        } else {
            LocalEngine::new(&lake).await?
        };
        let left_out = engine.left_out();
        for file in &left_out {
            world.note(&format!("left out: {file}"));
        }
        if !left_out.is_empty() {
            world.note(&format!("{} files of the lake are not in this answer", left_out.len()));
        }
        anyhow::ensure!(
            !engine.is_empty().await?,
            "there is nothing at {url}: is that the lake? `smsvoice replay … --lake {url}` fills it",
            url = self.lake
        );
        Ok(engine)
    }
}

/// A runtime for one command.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    #[cfg(unix)]
    runtime.block_on(async { outlive_limits() });
    Ok(runtime)
}

/// A file that is longer than this user may write is an error that is told; by default it ends the process without a word.
#[cfg(unix)]
fn outlive_limits() {
    use tokio::signal::unix::{SignalKind, signal};

    /// `SIGXFSZ`, on Linux and macOS alike.
    const TOO_LONG: i32 = 25;
    // Where it cannot be caught, it is as before. Nobody waits for it: that it is caught is enough.
    drop(signal(SignalKind::from_raw(TOO_LONG)));
}
