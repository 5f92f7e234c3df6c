//! The arguments, and the help a person reads.

use clap::{Parser, Subcommand};

use crate::commands::{
    adopt, apply, cost, destroy, doctor, emulate, export, generate, lake, metrics, plan, quarantine, query, replay,
    roles, tail, trace, views,
};

/// Delivery events of AWS End User Messaging (SMS, MMS, voice, RCS) in Parquet, and delivery rates one can trust.
#[derive(Debug, Parser)]
#[command(name = "smsvoice", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Replay(replay::Args),
    Metrics(metrics::Args),
    Query(query::Args),
    Trace(trace::Args),
    Tail(tail::Args),
    Quarantine(quarantine::Args),
    Generate(generate::Args),
    Emulate(emulate::Args),
    Lake(lake::Args),
    Views(views::Args),
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
