//! The `smsvoice` command: arguments in, exit code out. Everything else is in the library beside it.

use std::process::ExitCode;

use clap::Parser;
use smsvoice::{Cli, World};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    smsvoice::run(Cli::parse(), &World::real()).into()
}
