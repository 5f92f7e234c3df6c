//! What a writer is told, as text: each setting from its variable or its flag, checked before the first event.

use std::collections::BTreeMap;

use smsvoice_lake::{AskedOfLake, OriginationSetting, PhoneNumbersSetting, valid_context_columns, valid_context_keep};
use thiserror::Error;

use super::key::KeySource;
use super::routes::{self, RouteDefaults};
use crate::privacy::Recipient;

macro_rules! settings {
    ($($(#[$doc:meta])* $setting:ident = $variable:literal $flag:literal, $expected:literal;)*) => {
        /// Something that a writer can be told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Setting { $($(#[$doc])* $setting,)* }

        impl Setting {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$setting,)*];

            /// The environment variable.
            pub const fn variable(self) -> &'static str {
                match self { $(Self::$setting => $variable,)* }
            }

            /// The flag of the command.
            pub const fn flag(self) -> &'static str {
                match self { $(Self::$setting => $flag,)* }
            }

            /// What it takes.
            pub const fn expected(self) -> &'static str {
                match self { $(Self::$setting => $expected,)* }
            }
        }
    };
}

settings! {
    /// How the numbers of recipients are stored.
    PhoneNumbers = "SMSVOICE_PHONE_NUMBERS" "--phone-numbers", "plain, hmac, mask or drop";
    /// Where the key for `hmac` is.
    PhoneKey = "SMSVOICE_PHONE_KEY" "--phone-key",
        "a Secrets Manager ARN (arn:aws:secretsmanager:…), file:PATH or env:NAME";
    /// The name of the key's version; of a secret, by default, the version that AWS gave it.
    PhoneKeyVersion = "SMSVOICE_PHONE_KEY_VERSION" "--phone-key-version", "a name of up to 64 letters, digits, dots, hyphens and underscores";
    /// How the numbers of senders are stored.
    Origination = "SMSVOICE_ORIGINATION" "--origination", "plain, or same (as the numbers of recipients)";
    /// Context keys that get a column of their own.
    ContextColumns = "SMSVOICE_CONTEXT_COLUMNS" "--context-columns",
        "up to 20 context keys without blanks, separated by commas, whose columns have different names";
    /// Context keys, and fields without a column, whose numbers are no telephone numbers.
    ContextKeep = "SMSVOICE_CONTEXT_KEEP" "--context-keep",
        "up to 100 context keys, separated by commas, whose numbers are not telephone numbers";
    /// Whom payloads in quarantine that cannot be searched for numbers are encrypted for.
    QuarantineRecipient = "SMSVOICE_QUARANTINE_RECIPIENT" "--quarantine-recipient",
        "an age public key (age1…), as `age-keygen` prints it";
    /// Configuration set and account by the ARN of the queue, stream or topic.
    Routes = "SMSVOICE_ROUTES" "--routes",
        "ARN=configuration-set, ARN=configuration-set@account or ARN=@account, separated by commas";
}

impl Setting {
    /// Variable and flag, for messages.
    pub fn both(self) -> String {
        format!("{} ({})", self.variable(), self.flag())
    }
}

/// A setting that cannot be meant. Its value is not repeated where it could be a key.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("{setting} is {value}; expected {expected}", setting = .setting.both(), expected = .setting.expected())]
pub struct SettingError {
    /// The setting.
    pub setting: Setting,
    /// Its value, or what stands for it.
    pub value: String,
}

/// The settings as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked(BTreeMap<Setting, String>);

impl Asked {
    /// From environment variables.
    pub fn from_vars(vars: &BTreeMap<String, String>) -> Self {
        let mut asked = Self::default();
        for setting in Setting::ALL {
            if let Some(value) = vars.get(setting.variable()) {
                asked.set(*setting, value.clone());
            }
        }
        asked
    }

    /// Gives one setting; an empty one counts as not given.
    pub fn set(&mut self, setting: Setting, value: String) {
        if value.is_empty() {
            self.0.remove(&setting);
        } else {
            self.0.insert(setting, value);
        }
    }

    /// Reads each setting into its type.
    pub fn read(&self) -> Result<Wanted, SettingError> {
        let lake = AskedOfLake {
            phone_numbers: self.one(Setting::PhoneNumbers, PhoneNumbersSetting::from_word)?,
            origination: self.one(Setting::Origination, OriginationSetting::from_word)?,
            context_columns: self.one(Setting::ContextColumns, context_columns)?,
            context_keep: self.one(Setting::ContextKeep, context_keep)?,
            quarantine_recipient: self.one(Setting::QuarantineRecipient, recipient)?,
        };
        Ok(Wanted {
            lake,
            phone_key: self.one(Setting::PhoneKey, KeySource::of)?,
            phone_key_version: self.one(Setting::PhoneKeyVersion, version)?,
            routes: self.one(Setting::Routes, routes::read)?.unwrap_or_default(),
        })
    }

    fn one<T>(&self, setting: Setting, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, SettingError> {
        let Some(value) = self.0.get(&setting) else { return Ok(None) };
        // Somebody who misread the documentation may have put the key itself there, or the private one.
        let told = match setting {
            Setting::PhoneKey => "not the name of a place".to_owned(),
            Setting::QuarantineRecipient => "not a public key".to_owned(),
            _ => format!("{value:?}"),
        };
        read(value).map(Some).ok_or(SettingError { setting, value: told })
    }
}

/// The settings that a writer asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What the lake has the last word on.
    pub lake: AskedOfLake,
    /// Where the key for hashes is.
    pub phone_key: Option<KeySource>,
    /// The name of its version.
    pub phone_key_version: Option<String>,
    /// What no envelope tells.
    pub routes: BTreeMap<String, RouteDefaults>,
}

fn context_columns(value: &str) -> Option<Vec<String>> {
    let keys: Vec<String> = value.split(',').map(|key| key.trim().to_owned()).collect();
    valid_context_columns(&keys).is_ok().then_some(keys)
}

fn context_keep(value: &str) -> Option<Vec<String>> {
    let keys: Vec<String> = value.split(',').map(|key| key.trim().to_owned()).collect();
    valid_context_keep(&keys).is_ok().then_some(keys)
}

fn recipient(value: &str) -> Option<String> {
    Recipient::of(value).map(|_| value.to_owned())
}

/// The version stands before a colon in every value that is stored, in JSON as well.
fn version(value: &str) -> Option<String> {
    let valid = value.len() <= 64 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    valid.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the example in the documentation of age.
    const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    fn read(setting: Setting, value: &str) -> Result<Wanted, SettingError> {
        let mut asked = Asked::default();
        asked.set(setting, value.to_owned());
        asked.read()
    }

    #[test]
    fn every_error_names_variable_flag_and_what_is_accepted() {
        let mut errors = String::new();
        for (setting, value) in [
            (Setting::PhoneNumbers, "hash"),
            (Setting::PhoneKey, "my-secret-key-itself"),
            (Setting::PhoneKeyVersion, "v:1"),
            (Setting::Origination, "yes"),
            (Setting::ContextColumns, "a,,b"),
            (Setting::ContextKeep, "order,"),
            (Setting::QuarantineRecipient, "AGE-SECRET-KEY-1X"),
            (Setting::Routes, "queue=set"),
            (Setting::Routes, "arn:aws:sqs:us-east-1:1:q=set@12"),
        ] {
            errors += &format!("{}\n", read(setting, value).unwrap_err());
        }
        assert!(!errors.contains("my-secret-key-itself") && !errors.contains("AGE-SECRET"));
        insta::assert_snapshot!(errors);
    }

    #[test]
    fn each_setting_is_read_from_its_variable() {
        let arn = "arn:aws:sqs:us-east-1:111122223333:otp";
        let vars = [
            ("SMSVOICE_PHONE_NUMBERS", "hmac"),
            ("SMSVOICE_PHONE_KEY", "file:/key"),
            ("SMSVOICE_PHONE_KEY_VERSION", "2026"),
            ("SMSVOICE_ORIGINATION", "same"),
            ("SMSVOICE_CONTEXT_COLUMNS", "campaign, team"),
            ("SMSVOICE_CONTEXT_KEEP", "order"),
            ("SMSVOICE_QUARANTINE_RECIPIENT", RECIPIENT),
            ("SMSVOICE_ROUTES", &format!("{arn}=otp@444455556666")),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let wanted = Asked::from_vars(&vars).read().unwrap();
        assert_eq!(wanted.lake.phone_numbers, Some(PhoneNumbersSetting::Hmac));
        assert_eq!(wanted.lake.origination, Some(OriginationSetting::Same));
        assert_eq!(wanted.lake.context_columns.unwrap(), ["campaign", "team"]);
        assert_eq!(wanted.lake.context_keep.unwrap(), ["order"]);
        assert_eq!(wanted.lake.quarantine_recipient.as_deref(), Some(RECIPIENT));
        assert_eq!(wanted.phone_key, Some(KeySource::File("/key".into())));
        assert_eq!(wanted.phone_key_version.as_deref(), Some("2026"));
        assert_eq!(wanted.routes[arn].configuration_set.as_deref(), Some("otp"));
    }

    #[test]
    fn an_empty_value_asks_for_nothing() {
        assert_eq!(read(Setting::PhoneNumbers, "").unwrap(), Wanted::default());
    }
}
