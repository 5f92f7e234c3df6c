//! How events are read and stored: the same settings as the function's, by flag or by variable.

use std::collections::BTreeMap;

use clap::CommandFactory;
use smsvoice_ingest::{Asked, Setting, Settings};
use smsvoice_lake::Lake;

use crate::cli::Cli;
use crate::engine::{TRINO_PASSWORD, TRINO_TOKEN};
use crate::world::World;

/// The settings that `replay` and `emulate` share with the Lambda function.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What is stored (by default as the lake has it; a new lake masks numbers)")]
pub(crate) struct SettingsArgs {
    /// How numbers of recipients are stored: plain, hmac, mask or drop.
    #[arg(long, value_name = "HOW", env = "SMSVOICE_PHONE_NUMBERS", hide_env_values = true)]
    phone_numbers: Option<String>,
    /// The key for hmac: a Secrets Manager ARN, file:PATH or env:NAME.
    #[arg(long, value_name = "SOURCE", env = "SMSVOICE_PHONE_KEY", hide_env_values = true)]
    phone_key: Option<String>,
    /// The name of that key's version, stored beside each value; v1, or the version of the secret.
    #[arg(long, value_name = "NAME", env = "SMSVOICE_PHONE_KEY_VERSION", hide_env_values = true)]
    phone_key_version: Option<String>,
    /// How numbers of senders are stored: plain, or same (as those of recipients).
    #[arg(long, value_name = "HOW", env = "SMSVOICE_ORIGINATION", hide_env_values = true)]
    origination: Option<String>,
    /// Context keys that get a column (context_campaign for campaign), separated by commas.
    #[arg(long, value_name = "KEYS", env = "SMSVOICE_CONTEXT_COLUMNS", hide_env_values = true)]
    context_columns: Option<String>,
    /// Context keys whose numbers are no telephone numbers (order, for one), separated by commas: stored as they are.
    #[arg(long, value_name = "KEYS", env = "SMSVOICE_CONTEXT_KEEP", hide_env_values = true)]
    context_keep: Option<String>,
    /// An age public key: what cannot be searched for numbers rests in quarantine encrypted for it.
    #[arg(long, value_name = "KEY", env = "SMSVOICE_QUARANTINE_RECIPIENT", hide_env_values = true)]
    quarantine_recipient: Option<String>,
    /// What no envelope tells: ARN=configuration-set@account, separated by commas.
    #[arg(long, value_name = "ROUTES", env = "SMSVOICE_ROUTES", hide_env_values = true)]
    routes: Option<String>,
}

impl SettingsArgs {
    pub(crate) fn asked(&self) -> Asked {
        let Self {
            phone_numbers,
            phone_key,
            phone_key_version,
            origination,
            context_columns,
            context_keep,
            quarantine_recipient,
            routes,
        } = self.clone();
        let mut asked = Asked::default();
        for (setting, value) in [
            (Setting::PhoneNumbers, phone_numbers),
            (Setting::PhoneKey, phone_key),
            (Setting::PhoneKeyVersion, phone_key_version),
            (Setting::Origination, origination),
            (Setting::ContextColumns, context_columns),
            (Setting::ContextKeep, context_keep),
            (Setting::QuarantineRecipient, quarantine_recipient),
            (Setting::Routes, routes),
        ] {
            asked.set(setting, value.unwrap_or_default());
        }
        asked
    }

    /// Settles with the lake what is stored.
    pub(crate) async fn settle(&self, lake: &Lake, world: &World) -> anyhow::Result<Settings> {
        let vars: BTreeMap<String, String> = world.env.iter().cloned().collect();
        Ok(self.asked().read()?.settle(lake, &vars).await?)
    }
}

/// Variables that the command or the function knows, beside the shared ones.
const OTHERS: [&str; 8] = [
    "SMSVOICE_LAKE",
    "SMSVOICE_TIME_ZONE",
    "SMSVOICE_CONFIG",
    "SMSVOICE_ENGINE",
    "SMSVOICE_LOG",
    "SMSVOICE_NAMESPACE",
    TRINO_PASSWORD,
    TRINO_TOKEN,
];

/// Refuses a `SMSVOICE_` variable that nobody knows: it is misspelt, most likely, and would be ignored in silence.
pub(crate) fn refuse_unknown_variables(world: &World) -> anyhow::Result<()> {
    let command = Cli::command();
    let emulate = command.find_subcommand("emulate").into_iter().flat_map(clap::Command::get_arguments);
    let of_emulator: Vec<&str> = emulate.filter_map(|argument| argument.get_env()?.to_str()).collect();
    let others = || OTHERS.into_iter().chain(Setting::ALL.iter().map(|setting| setting.variable()));
    let known = |name: &str| others().any(|other| other == name) || of_emulator.contains(&name);
    let names = world.env.iter().map(|(name, _)| name.as_str());
    if let Some(unknown) = names.filter(|name| name.starts_with("SMSVOICE_")).find(|name| !known(name)) {
        let all: Vec<&str> = others().chain(of_emulator.iter().copied()).collect();
        anyhow::bail!("the variable {unknown} is no setting of smsvoice; there are {}", all.join(", "));
    }
    Ok(())
}
