//! `smsvoice config`: which settings hold, and where they are from.

use crate::output::FormatArgs;
use crate::{Exit, World};

/// Show which settings of smsvoice.toml and of variables hold, and where each is from
///
/// A file smsvoice.toml is looked for in this folder, in those above it, and in ~/.config/smsvoice; --config or
/// SMSVOICE_CONFIG names another one. Flags count before variables, and variables before the file.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example of a smsvoice.toml:\n  lake = \"s3://bucket/sms\"\n  time_zone = \"America/Toronto\"\n\n  \
    [privacy]\n  phone_numbers = \"hmac\"\n  phone_key = \"env:PEPPER\"\n\n  [aws]\n  profile = \"sms\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    format: FormatArgs,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    let held = world.config.held(&|name| world.var(name).map(str::to_owned));
    let rows = crate::output::document::rows(&held)?;
    let look = args.format.look(world.width);
    super::print_all(rows.schema(), std::slice::from_ref(&rows), args.format.format(), look)?;
    world.note(&format!("the file: {}", world.config));
    Ok(Exit::Done)
}
