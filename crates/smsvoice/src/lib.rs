#![doc = include_str!("../README.md")]

mod aws;
mod cli;
mod commands;
mod cost;
mod engine;
mod lake;
pub mod output;
mod provision;
mod settings;
mod usage;
mod world;

use std::process::ExitCode;

pub use cli::Cli;
pub use usage::UsageError;
pub use world::World;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Not done.
    Failed,
    /// The command was not meant so.
    WronglyUsed,
    /// Done, but something is in quarantine, or was left out.
    Quarantined,
    /// Looked, and found that changes are to be made.
    Pending,
    /// Looked, and found something that is broken.
    Broken,
}

impl From<Exit> for ExitCode {
    /// 0 done, 1 failed, 2 wrongly used (as clap answers it), 3 done with something quarantined, changes pending, or
    /// something found broken.
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::WronglyUsed => 2,
            Exit::Quarantined | Exit::Pending | Exit::Broken => 3,
        })
    }
}

/// Runs one command.
pub fn run(cli: Cli, world: &World) -> anyhow::Result<Exit> {
    use cli::Command;
    settings::refuse_unknown_variables(world)?;
    let done = match cli.command {
        Command::Replay(args) => commands::replay::run(&args, world),
        Command::Metrics(args) => commands::metrics::run(&args, world),
        Command::Query(args) => commands::query::run(&args, world),
        Command::Trace(args) => commands::trace::run(&args, world),
        Command::Tail(args) => commands::tail::run(&args, world),
        Command::Quarantine(args) => commands::quarantine::run(&args, world),
        Command::Generate(args) => commands::generate::run(&args),
        Command::Emulate(args) => commands::emulate::run(&args, world),
        Command::Lake(args) => commands::lake::run(&args, world),
        Command::Views(args) => commands::views::run(&args, world),
        Command::Cost(args) => commands::cost::run(&args, world),
        Command::Plan(args) => commands::plan::run(&args, world),
        Command::Apply(args) => commands::apply::run(&args, world),
        Command::Adopt(args) => commands::adopt::run(&args, world),
        Command::Destroy(args) => commands::destroy::run(&args, world),
        Command::Export(args) => commands::export::run(&args, world),
        Command::Doctor(args) => commands::doctor::run(&args, world),
        Command::Roles(args) => commands::roles::run(&args, world),
        Command::Completions { shell } => Ok(commands::completions(shell)),
    };
    done.or_else(|error| provision::draw_faults(error, world))
}
