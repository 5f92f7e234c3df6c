//! `smsvoice export`: the same desired state for CloudFormation or Terraform.

use std::io::{self, Write};
use std::path::PathBuf;

use smsvoice_provision::export::{self, export};

use crate::aws::AwsArgs;
use crate::lake::runtime;
use crate::provision::{open, read};
use crate::{Exit, World};

/// Write the same configuration sets for CloudFormation or Terraform, so that existing ones move there
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  smsvoice export infra/event-destinations.toml --format terraform > destinations.tf\n  \
        smsvoice export infra/event-destinations.toml --format cloudformation > template.json\n  \
        smsvoice export infra/event-destinations.toml --format import > resources.json\n  \
        aws cloudformation create-change-set --change-set-type IMPORT --stack-name sms --change-set-name import \\\n    \
        --template-body file://template.json --resources-to-import file://resources.json"
)]
pub(crate) struct Args {
    /// The desired state (TOML).
    file: PathBuf,
    /// What to write.
    #[arg(long, value_enum)]
    format: Format,
    #[command(flatten)]
    aws: AwsArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// A template with an AWS::SMSVOICE::ConfigurationSet for each set.
    Cloudformation,
    /// Resources of Terraform's AWS provider with import blocks.
    Terraform,
    /// CloudFormation's list of resources to import, for that template.
    Import,
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        let opened = open(&args.file, &read(&args.file)?, &args.aws, world).await?;
        let format = match args.format {
            Format::Cloudformation => export::Format::Cloudformation,
            Format::Terraform => export::Format::Terraform,
            Format::Import => export::Format::Import,
        };
        let written = export(&opened.desired.world, format);
        io::stdout().write_all(written.text.as_bytes())?;
        written.notes.iter().for_each(|note| world.note(note));
        Ok(Exit::Done)
    })
}
