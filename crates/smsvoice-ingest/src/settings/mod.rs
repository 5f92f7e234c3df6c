//! How events are read, and what of them is stored: one set of settings for the function, `replay` and the emulator.
//!
//! They come from `SMSVOICE_*` variables or from flags of the same names ([`Asked`]), are read into types ([`Wanted`]), and
//! are then settled with the lake, which has the last word on privacy and promoted columns ([`Settings`]).

mod asked;
mod key;
mod routes;

use std::collections::BTreeMap;

use smsvoice_lake::{Lake, LakeError, LakeSettings, OriginationSetting, PhoneNumbersSetting};
use thiserror::Error;

pub use self::asked::{Asked, Setting, SettingError, Wanted};
pub use self::key::{KeyError, KeySource};
pub use self::routes::RouteDefaults;
use crate::privacy::{PhoneKey, PhoneNumbers, Privacy, Recipient};

/// How events are read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What becomes of telephone numbers.
    pub privacy: Privacy,
    /// What is known of the queue, stream or topic with an ARN, and told by no envelope.
    pub routes: BTreeMap<String, RouteDefaults>,
    /// Context keys that get a column of their own, `context_<key>`, beside the column `context`.
    pub context_columns: Vec<String>,
}

impl Settings {
    /// Numbers as they were sent, and nothing else special.
    pub fn plain() -> Self {
        Self { privacy: Privacy::plain(), ..Self::default() }
    }
}

/// Why nothing can be written with these settings.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The lake holds something else, or cannot be asked.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The lake stores hashes, and no key is named.
    #[error("the lake stores phone numbers as hmac; name the key with {setting}: {expected}", setting = Setting::PhoneKey.both(), expected = Setting::PhoneKey.expected())]
    NoKey,
    /// A key is named, and the lake stores no hashes.
    #[error(
        "{setting} names a key, but the lake stores phone numbers as {held}; a key is for hmac. Leave it out, or ask for \
         {asked} hmac with a lake that has nothing in it yet, or for {asked} mask if the key is for the prefixes of masked \
         numbers",
        setting = Setting::PhoneKey.both(),
        asked = Setting::PhoneNumbers.both()
    )]
    KeyWithoutHmac {
        /// How the lake stores numbers.
        held: PhoneNumbersSetting,
    },
    /// What the lake's settings name as recipient is no public key.
    #[error(
        "the lake's settings name a quarantine_recipient that is no age public key (age1…); `smsvoice lake set {flag} KEY` \
         puts it right",
        flag = Setting::QuarantineRecipient.flag()
    )]
    NoRecipient,
    /// The key cannot be had.
    #[error("the key for phone numbers cannot be used")]
    Key(#[from] KeyError),
}

impl Wanted {
    /// Settles with the lake what is done, and fetches the key if one is needed. `vars` are the environment's variables.
    pub async fn settle(self, lake: &Lake, vars: &BTreeMap<String, String>) -> Result<Settings, SettingsError> {
        let Self { lake: asked, phone_key, phone_key_version, routes } = self;
        // A key says that hashes are wanted, unless the lake is known to hold something else.
        let asks_for_mask = asked.phone_numbers == Some(PhoneNumbersSetting::Mask);
        let held = lake.agree(&asked).await?;
        let LakeSettings { layout: _, phone_numbers, origination, context_columns, context_keep, quarantine_recipient } =
            held;
        let mut prefix_key = None;
        let numbers = match (phone_numbers, phone_key) {
            (PhoneNumbersSetting::Hmac, None) => return Err(SettingsError::NoKey),
            (PhoneNumbersSetting::Hmac, Some(source)) => {
                PhoneNumbers::Hmac(source.load(phone_key_version, vars).await?)
            }
            (PhoneNumbersSetting::Mask, Some(source)) if asks_for_mask => {
                prefix_key = Some(source.load(phone_key_version, vars).await?);
                PhoneNumbers::Mask
            }
            (held, Some(_)) => return Err(SettingsError::KeyWithoutHmac { held }),
            (PhoneNumbersSetting::Plain, None) => PhoneNumbers::Plain,
            (PhoneNumbersSetting::Mask, None) => PhoneNumbers::Mask,
            (PhoneNumbersSetting::Drop, None) => PhoneNumbers::Drop,
        };
        let recipient = quarantine_recipient.map(|key| Recipient::of(&key).ok_or(SettingsError::NoRecipient));
        let privacy = Privacy {
            numbers,
            origination_too: origination == OriginationSetting::Same,
            context_keep,
            quarantine_recipient: recipient.transpose()?,
            prefix_key,
        };
        Ok(Settings { privacy, routes, context_columns })
    }
}

impl KeySource {
    async fn load(self, version: Option<String>, vars: &BTreeMap<String, String>) -> Result<PhoneKey, KeyError> {
        let (key, of_secret) = self.read(vars).await?;
        let version = version.or(of_secret).unwrap_or_else(|| "v1".to_owned());
        Ok(PhoneKey::new(version, &key))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;
    use object_store::path::Path;

    use super::*;

    fn lake() -> Lake {
        Lake::in_store(Arc::new(InMemory::new()), Path::from("lake"), "memory:///lake")
    }

    async fn settle(lake: &Lake, asked: &[(Setting, &str)]) -> Result<Settings, String> {
        let mut given = Asked::default();
        for (setting, value) in asked {
            given.set(*setting, (*value).to_owned());
        }
        let vars = BTreeMap::from([("KEY".to_owned(), "0123456789abcdef".to_owned())]);
        let wanted = given.read().map_err(|error| error.to_string())?;
        wanted.settle(lake, &vars).await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn the_first_writer_decides_and_the_others_go_along_or_are_refused() {
        let lake = lake();
        assert!(matches!(settle(&lake, &[]).await.unwrap().privacy.numbers, PhoneNumbers::Mask), "the default");
        settle(&lake, &[(Setting::PhoneNumbers, "mask")]).await.unwrap();
        let refused = settle(&lake, &[(Setting::PhoneNumbers, "plain")]).await.unwrap_err();
        insta::assert_snapshot!(refused, @"the lake memory:///lake keeps phone numbers as mask, and this writer asks for plain. Leave the setting out to go on as the lake does, or change the lake with `smsvoice lake set --lake memory:///lake --phone-numbers plain`, which says what it cannot undo");
        assert!(settle(&lake, &[(Setting::Origination, "same")]).await.unwrap_err().contains("--origination same"));
        assert!(settle(&lake, &[(Setting::ContextColumns, "campaign")]).await.unwrap_err().contains("columns: none"));
    }

    #[tokio::test]
    async fn a_key_goes_with_hmac_or_with_mask_if_that_is_asked_for_too() {
        let hmac = (Setting::PhoneNumbers, "hmac");
        let hashed = lake();
        assert!(settle(&hashed, &[hmac]).await.unwrap_err().contains("SMSVOICE_PHONE_KEY"));
        let settings = settle(&hashed, &[hmac, (Setting::PhoneKey, "env:KEY")]).await.unwrap();
        assert!(matches!(settings.privacy.numbers, PhoneNumbers::Hmac(_)));
        let masked = lake();
        assert!(settle(&masked, &[(Setting::PhoneKey, "env:KEY")]).await.unwrap_err().contains("a key is for hmac"));
        let both = [(Setting::PhoneNumbers, "mask"), (Setting::PhoneKey, "env:KEY")];
        let settings = settle(&masked, &both).await.unwrap();
        assert!(matches!(settings.privacy.numbers, PhoneNumbers::Mask) && settings.privacy.prefix_key.is_some());
        let dropped = [(Setting::PhoneNumbers, "drop"), (Setting::PhoneKey, "env:KEY")];
        assert!(settle(&lake(), &dropped).await.unwrap_err().contains("a key is for hmac"));
    }

    #[tokio::test]
    async fn promoted_columns_and_origination_are_the_lakes() {
        let lake = lake();
        settle(&lake, &[(Setting::ContextColumns, "campaign, team"), (Setting::Origination, "same")]).await.unwrap();
        let later = settle(&lake, &[]).await.unwrap();
        assert_eq!(later.context_columns, ["campaign", "team"]);
        assert!(later.privacy.origination_too);
    }
}
