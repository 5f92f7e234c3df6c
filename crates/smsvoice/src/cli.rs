//! The arguments, and the help a person reads.

use clap::{Parser, Subcommand};

use crate::commands::{
    adopt, apply, backfill, config, cost, destroy, doctor, emulate, export, generate, lake, man, metrics, plan,
    quarantine, query, replay, report, roles, tail, trace, views, watch,
};

/// Delivery events of AWS End User Messaging (SMS, MMS, voice, RCS) in Parquet, and delivery rates one can trust.
#[derive(Debug, Parser)]
#[command(name = "smsvoice", version = env!("BUILD_VERSION"), arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// Tell nothing but answers and errors: no notes, no progress.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// The file with settings: by default smsvoice.toml here, above, or in ~/.config/smsvoice. Also SMSVOICE_CONFIG.
    #[arg(long, global = true, value_name = "FILE")]
    #[allow(dead_code, reason = "it is read before the others, whose defaults it tells")]
    config: Option<std::path::PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Replay(replay::Args),
    Metrics(metrics::Args),
    Query(query::Args),
    Report(report::Args),
    Watch(Box<watch::Args>),
    Trace(trace::Args),
    Tail(tail::Args),
    Quarantine(quarantine::Args),
    Generate(generate::Args),
    Emulate(emulate::Args),
    Lake(lake::Args),
    Views(views::Args),
    Backfill(Box<backfill::Args>),
    Cost(cost::Args),
    Plan(plan::Args),
    Apply(apply::Args),
    Adopt(adopt::Args),
    Destroy(destroy::Args),
    Export(export::Args),
    Doctor(Box<doctor::Args>),
    Roles(roles::Args),
    /// Print a script that completes commands in a shell
    #[command(
        after_help = "Example:\n  smsvoice completions bash > ~/.local/share/bash-completion/completions/smsvoice"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    Man(man::Args),
    Config(config::Args),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        for mut command in Cli::command().get_subcommands().cloned() {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Example"), "{}", command.get_name());
        }
    }
}
