//! The `smsvoice` command: arguments in, exit code out. Everything else is in the library beside it.

use std::process::ExitCode;

use smsvoice::World;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    smsvoice::run_with(std::env::args_os().collect(), World::real()).into()
}
