#![doc = include_str!("../README.md")]

mod aws;
mod cli;
mod commands;
mod complaint;
mod config;
mod cost;
mod engine;
mod interrupt;
mod lake;
mod moment;
pub mod output;
mod period;
mod provision;
mod settings;
mod usage;
mod words;
mod world;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

pub use cli::Cli;
pub use config::Config;
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
    /// Ended by an interrupt (Ctrl-C) before everything was done.
    Interrupted,
}

impl From<Exit> for ExitCode {
    /// 0 done, 1 failed, 2 wrongly used (as clap answers it), 3 done with something quarantined, changes pending, or
    /// something found broken; 130 interrupted, as shells tell it.
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::WronglyUsed => 2,
            Exit::Quarantined | Exit::Pending | Exit::Broken => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// Reads the arguments, with the settings of `smsvoice.toml` as their defaults, and runs the command.
///
/// A file that cannot be read is told once it would count: help and the version need none.
pub fn run_with(arguments: Vec<OsString>, world: World) -> Exit {
    let var = |name: &str| world.var(name).map(str::to_owned);
    let of_variable = || var("SMSVOICE_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    let named = config::named(&arguments).or_else(of_variable);
    let loaded = Config::load(&config::Places { named, folder: config::here(), var: &var });
    let config = loaded.as_ref().cloned().unwrap_or_default();
    let matches = config.defaults(Cli::command()).try_get_matches_from(arguments);
    let cli = matches.and_then(|matches| Cli::from_arg_matches(&matches));
    match (cli, loaded) {
        (Err(error), Err(unread)) if error.use_stderr() => complaint::complain(&unread, &world),
        (Err(error), _) => {
            // As clap does it: help goes to stdout, what is wrong to stderr.
            let _ = error.print();
            if error.use_stderr() { Exit::WronglyUsed } else { Exit::Done }
        }
        (Ok(_), Err(unread)) => complaint::complain(&unread, &world),
        (Ok(cli), Ok(config)) => run(cli, &World { config, ..world }),
    }
}

/// Runs one command, and tells why it failed, if it did.
pub fn run(cli: Cli, world: &World) -> Exit {
    let world = &World { quiet: cli.quiet, watched: world.watched && !cli.quiet, ..world.clone() };
    answer(cli, world).unwrap_or_else(|error| complaint::complain(&error, world))
}

fn answer(cli: Cli, world: &World) -> anyhow::Result<Exit> {
    use cli::Command;
    settings::refuse_unknown_variables(world)?;
    let done = match cli.command {
        Command::Replay(args) => commands::replay::run(&args, world),
        Command::Metrics(args) => commands::metrics::run(&args, world),
        Command::Query(args) => commands::query::run(&args, world),
        Command::Watch(args) => commands::watch::run(&args, world),
        Command::Report(args) => commands::report::run(&args, world),
        Command::Trace(args) => commands::trace::run(&args, world),
        Command::Tail(args) => commands::tail::run(&args, world),
        Command::Quarantine(args) => commands::quarantine::run(&args, world),
        Command::Generate(args) => commands::generate::run(&args, world),
        Command::Emulate(args) => commands::emulate::run(&args, world),
        Command::Lake(args) => commands::lake::run(&args, world),
        Command::Views(args) => commands::views::run(&args, world),
        Command::Backfill(args) => commands::backfill::run(&args, world),
        Command::Cost(args) => commands::cost::run(&args, world),
        Command::Plan(args) => commands::plan::run(&args, world),
        Command::Apply(args) => commands::apply::run(&args, world),
        Command::Adopt(args) => commands::adopt::run(&args, world),
        Command::Destroy(args) => commands::destroy::run(&args, world),
        Command::Export(args) => commands::export::run(&args, world),
        Command::Doctor(args) => commands::doctor::run(&args, world),
        Command::Roles(args) => commands::roles::run(&args, world),
        Command::Completions { shell } => commands::completions(shell),
        Command::Man(args) => commands::man::run(&args),
        Command::Config(args) => commands::config::run(&args, world),
    };
    done.or_else(|error| provision::draw_faults(error, world))
}
