//! `smsvoice man`: the manual, a page a command.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;

use crate::{Cli, Exit};

/// Print the manual page, or write those of all commands into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  smsvoice man | man -l -\n  smsvoice man --out ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// The folder for smsvoice.1, smsvoice-replay.1 and the others; it is made if it does not exist.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if let Some(folder) = &args.out {
        let unwritable = || format!("the manual cannot be written to {}", folder.display());
        std::fs::create_dir_all(folder).with_context(unwritable)?;
        clap_mangen::generate_to(Cli::command(), folder).with_context(unwritable)?;
    } else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        super::unless_gone(io::stdout().write_all(&page).map_err(Into::into))?;
    }
    Ok(Exit::Done)
}
