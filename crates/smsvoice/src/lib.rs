#![doc = include_str!("../README.md")]

mod cli;
mod commands;
mod lake;
pub mod output;
mod settings;
mod world;

use std::process::ExitCode;

pub use cli::Cli;
pub use world::World;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Not done.
    Failed,
    /// Done, but something is in quarantine.
    Quarantined,
    /// Looked, and found something that is broken.
    Broken,
}

impl From<Exit> for ExitCode {
    /// 0 done, 1 failed, 3 done with something quarantined, or something broken was found. 2 is a wrong use of the command, which clap answers.
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Quarantined | Exit::Broken => 3,
        })
    }
}

/// Runs one command.
pub fn run(cli: Cli, world: &World) -> anyhow::Result<Exit> {
    use cli::Command;
    settings::refuse_unknown_variables(world)?;
    match cli.command {
        Command::Replay(args) => commands::replay::run(&args, world),
        Command::Metrics(args) => commands::metrics::run(&args, world),
        Command::Query(args) => commands::query::run(&args, world),
        Command::Trace(args) => commands::trace::run(&args, world),
        Command::Generate(args) => commands::generate::run(&args),
        Command::Emulate(args) => commands::emulate::run(&args, world),
        Command::Lake(args) => commands::lake::run(&args, world),
        Command::Doctor(args) => commands::doctor::run(&args, world),
        Command::Roles(args) => commands::roles::run(&args, world),
        Command::Completions { shell } => Ok(commands::completions(shell)),
    }
}
