//! The `smsvoice` command: arguments in, exit code out. Everything else is in the library beside it.

use std::process::ExitCode;

use clap::Parser;
use smsvoice::{Cli, Exit, UsageError, World};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = smsvoice::run(cli, &World::real()).unwrap_or_else(|error| {
        let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("error: {error:#}\n"));
        if error.is::<UsageError>() { Exit::WronglyUsed } else { Exit::Failed }
    });
    exit.into()
}
