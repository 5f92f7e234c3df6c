//! `smsvoice lake`: what all writers of a lake have agreed on, and how to change it.

use anyhow::Context;
use smsvoice_lake::{Lake, LakeSettings, PhoneNumbersSetting};

use crate::lake::{LakeArgs, runtime};
use crate::output::FormatArgs;
use crate::settings::SettingsArgs;
use crate::{Exit, World};

/// Show or change what all writers of a lake agree on: privacy and promoted columns
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  smsvoice lake show --lake ./lake\n  smsvoice lake set --lake ./lake --phone-numbers drop"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print the settings
    #[command(after_help = "Example:\n  smsvoice lake show --lake ./lake")]
    Show {
        #[command(flatten)]
        lake: LakeArgs,
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Change settings for rows that are written from now on
    #[command(after_help = "Example:\n  smsvoice lake set --lake ./lake --phone-numbers drop")]
    Set {
        #[command(flatten)]
        lake: LakeArgs,
        #[command(flatten)]
        settings: SettingsArgs,
        #[command(flatten)]
        format: FormatArgs,
    },
}

pub(crate) fn run(args: &Args, world: &World) -> anyhow::Result<Exit> {
    runtime()?.block_on(async {
        match &args.action {
            Action::Show { lake, format } => show(&lake.open(world)?, *format, world).await,
            Action::Set { lake, settings, format } => set(&lake.create(world)?, settings, *format, world).await,
        }
    })
}

async fn show(lake: &Lake, format: FormatArgs, world: &World) -> anyhow::Result<Exit> {
    let settings = lake.settings().await?;
    let settings =
        settings.with_context(|| format!("{} has no settings yet: nothing was written to it", lake.url()))?;
    super::print_document(format, world, &(serde_json::to_string_pretty(&settings)? + "\n"), &settings)?;
    Ok(Exit::Done)
}

async fn set(lake: &Lake, args: &SettingsArgs, format: FormatArgs, world: &World) -> anyhow::Result<Exit> {
    let asked = args.asked().read()?.lake;
    let before = lake.settings().await?;
    let after = asked.over(before.clone().unwrap_or_default());
    if before.as_ref() == Some(&after) {
        super::print_document(format, world, "nothing to change: the lake has these settings\n", &after)?;
        return Ok(Exit::Done);
    }
    lake.set(&after).await?;
    let settings = serde_json::to_string_pretty(&after)?;
    let text = format!("the lake {} now has these settings:\n{settings}\n", lake.url());
    super::print_document(format, world, &text, &after)?;
    for warning in before.iter().flat_map(|before| cannot_be_undone(before, &after)) {
        world.note(&warning);
    }
    Ok(Exit::Done)
}

/// What a change does not do to the rows that are in the lake already.
fn cannot_be_undone(before: &LakeSettings, after: &LakeSettings) -> Vec<String> {
    let mut warnings = Vec::new();
    if before.phone_numbers != after.phone_numbers {
        let rows = match before.phone_numbers {
            PhoneNumbersSetting::Plain => {
                "rows written so far keep their numbers in plain; delete them to be rid of those"
            }
            PhoneNumbersSetting::Hmac => "rows written so far keep their hashes",
            PhoneNumbersSetting::Mask => "the numbers of rows written so far stay masked, and nobody gets them back",
            PhoneNumbersSetting::Drop => "the numbers of rows written so far are gone",
        };
        warnings.push(rows.to_owned());
        warnings.push(
            "the same events read again make other rows beside them; `messages` counts each message once".to_owned(),
        );
    }
    if before.origination != after.origination {
        warnings.push("rows written so far keep the numbers of senders as they are".to_owned());
    }
    if before.context_columns != after.context_columns {
        warnings.push("rows written so far have no value in a new context column; the map `context` has it".to_owned());
    }
    if before.context_keep != after.context_keep {
        warnings.push("rows written so far keep what they have under these context keys".to_owned());
    }
    if before.quarantine_recipient != after.quarantine_recipient {
        warnings.push("payloads that rest in quarantine stay as they are".to_owned());
    }
    warnings.push("a function that is warm goes on with the old settings until it is started anew".to_owned());
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_privacy_says_what_it_cannot_undo() {
        let masked = LakeSettings::default();
        let plain = LakeSettings { phone_numbers: PhoneNumbersSetting::Plain, ..masked.clone() };
        assert!(cannot_be_undone(&masked, &plain)[0].contains("stay masked"));
        assert!(cannot_be_undone(&plain, &masked)[0].contains("in plain"));
    }
}
