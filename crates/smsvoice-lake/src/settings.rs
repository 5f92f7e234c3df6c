//! What all writers of a lake have to agree on, kept in the lake itself: `<lake>/_lake.json`.

use std::fmt;

use object_store::PutMode;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::error::{Doing, LakeError, StoreFailure};
use crate::file::Table;
use crate::lake::Lake;
use crate::schema::context_column;

/// The version of the layout that this code reads and writes: folders, columns, names of files.
pub const LAYOUT: u32 = 2;

/// The object with the settings. Athena, Trino, Spark and Hive pass over names that begin with `_`.
pub const SETTINGS_FILE: &str = "_lake.json";

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in settings.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What the word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How the telephone numbers of recipients are stored.
    PhoneNumbersSetting {
        /// As they were sent.
        Plain = "plain",
        /// As a keyed hash: equal numbers stay equal, and without the key nobody gets them back.
        Hmac = "hmac",
        /// Country code and last two digits: `+1********56`.
        Mask = "mask",
        /// Not at all.
        Drop = "drop",
    }
}

words! {
    /// How origination identities that are telephone numbers are stored. They belong to the sender.
    OriginationSetting {
        /// As they were sent.
        Plain = "plain",
        /// Like the numbers of recipients.
        Same = "same",
    }
}

/// What all writers of a lake have to agree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeSettings {
    /// The version of the layout, [`LAYOUT`].
    pub layout: u32,
    /// How the numbers of recipients are stored.
    pub phone_numbers: PhoneNumbersSetting,
    /// How the numbers of senders are stored.
    pub origination: OriginationSetting,
    /// Context keys that have a column of their own, `context_<key>`.
    pub context_columns: Vec<String>,
    /// Context keys, and fields without a column, whose numbers are no telephone numbers: they are stored as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context_keep: Vec<String>,
    /// The age public key that payloads in quarantine are encrypted for which cannot be searched for numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine_recipient: Option<String>,
}

impl Default for LakeSettings {
    /// What the first writer chooses if it is told nothing: numbers of recipients masked, those of senders as they are.
    fn default() -> Self {
        Self {
            layout: LAYOUT,
            phone_numbers: PhoneNumbersSetting::Mask,
            origination: OriginationSetting::Plain,
            context_columns: Vec::new(),
            context_keep: Vec::new(),
            quarantine_recipient: None,
        }
    }
}

/// What a writer asks of a lake; where it asks for nothing, the lake decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedOfLake {
    /// See [`LakeSettings::phone_numbers`].
    pub phone_numbers: Option<PhoneNumbersSetting>,
    /// See [`LakeSettings::origination`].
    pub origination: Option<OriginationSetting>,
    /// See [`LakeSettings::context_columns`].
    pub context_columns: Option<Vec<String>>,
    /// See [`LakeSettings::context_keep`].
    pub context_keep: Option<Vec<String>>,
    /// See [`LakeSettings::quarantine_recipient`].
    pub quarantine_recipient: Option<String>,
}

impl AskedOfLake {
    /// The settings with what is asked for in place of what they were.
    pub fn over(&self, settings: LakeSettings) -> LakeSettings {
        let Self { phone_numbers, origination, context_columns, context_keep, quarantine_recipient } = self.clone();
        LakeSettings {
            layout: settings.layout,
            phone_numbers: phone_numbers.unwrap_or(settings.phone_numbers),
            origination: origination.unwrap_or(settings.origination),
            context_columns: context_columns.unwrap_or(settings.context_columns),
            context_keep: context_keep.unwrap_or(settings.context_keep),
            quarantine_recipient: quarantine_recipient.or(settings.quarantine_recipient),
        }
    }

    /// Refuses a writer that asks for something else than the lake holds.
    fn check(&self, url: &str, held: &LakeSettings) -> Result<(), LakeError> {
        let LakeSettings { layout: _, phone_numbers, origination, context_columns, context_keep, quarantine_recipient } =
            held;
        let other = |held: String, asked: String, flag| {
            Err(LakeError::OtherSettings { url: url.to_owned(), held, asked, flag })
        };
        if let Some(asked) = self.phone_numbers.filter(|asked| asked != phone_numbers) {
            return other(format!("phone numbers as {phone_numbers}"), asked.to_string(), "--phone-numbers");
        }
        if let Some(asked) = self.origination.filter(|asked| asked != origination) {
            return other(format!("origination numbers as {origination}"), asked.to_string(), "--origination");
        }
        let columns = |keys: &[String]| if keys.is_empty() { "none".to_owned() } else { keys.join(",") };
        if let Some(asked) = self.context_columns.as_ref().filter(|asked| *asked != context_columns) {
            let held = format!("these context keys as columns: {}", columns(context_columns));
            return other(held, columns(asked), "--context-columns");
        }
        if let Some(asked) = self.context_keep.as_ref().filter(|asked| *asked != context_keep) {
            let held = format!("numbers as they are under these context keys: {}", columns(context_keep));
            return other(held, columns(asked), "--context-keep");
        }
        if let Some(asked) =
            self.quarantine_recipient.as_ref().filter(|asked| Some(*asked) != quarantine_recipient.as_ref())
        {
            let held = quarantine_recipient.as_deref().unwrap_or("nobody");
            let held = format!("what cannot be searched in quarantine encrypted for {held}");
            return other(held, asked.clone(), "--quarantine-recipient");
        }
        Ok(())
    }
}

impl Lake {
    /// The settings of the lake; none if nothing has been written to it yet.
    pub async fn settings(&self) -> Result<Option<LakeSettings>, LakeError> {
        let path = self.settings_path();
        match self.get(&path).await {
            Ok(bytes) => self.read_settings(&bytes).map(Some),
            Err(error) if error.store_failure() == Some(StoreFailure::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The settings for a writer that asks for these. Of an empty lake they become its own; of two that come first at
    /// once, one decides, and the other is refused or goes along.
    ///
    /// Fails if the lake holds others, or files that are not this program's.
    pub async fn agree(&self, asked: &AskedOfLake) -> Result<LakeSettings, LakeError> {
        for _ in 0..ATTEMPTS {
            if let Some(held) = self.settings().await? {
                asked.check(self.url(), &held)?;
                return Ok(held);
            }
            self.refuse_files_without_settings().await?;
            let first = asked.over(LakeSettings::default());
            if self.put_settings(&first, PutMode::Create).await? {
                return Ok(first);
            }
        }
        // S3 can say that another writer is putting the object, while a read does not show it yet.
        Err(LakeError::NoSettings { url: self.url().to_owned() })
    }

    /// Writes the settings anew, whatever they were. Rows that are in the lake already stay as they are.
    pub async fn set(&self, settings: &LakeSettings) -> Result<(), LakeError> {
        self.put_settings(settings, PutMode::Overwrite).await.map(drop)
    }

    /// Whether they were written; not if they were there already.
    async fn put_settings(&self, settings: &LakeSettings, mode: PutMode) -> Result<bool, LakeError> {
        let path = self.settings_path();
        let mut json = serde_json::to_vec_pretty(settings).map_err(|error| self.invalid_settings(&error))?;
        json.push(b'\n');
        match self.put_object(&path, json.into(), mode).await {
            Ok(()) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(LakeError::store(self.name(&path), Doing::Writing, error)),
        }
    }

    /// Files without settings were written by another program, or before there were settings.
    async fn refuse_files_without_settings(&self) -> Result<(), LakeError> {
        for table in Table::ALL {
            if let Some(file) = self.files(table).await?.first() {
                self.check(table, file).await?;
                return Err(LakeError::NoSettings { url: self.url().to_owned() });
            }
        }
        Ok(())
    }

    fn settings_path(&self) -> Path {
        self.path(SETTINGS_FILE)
    }

    fn read_settings(&self, bytes: &[u8]) -> Result<LakeSettings, LakeError> {
        let settings: LakeSettings = serde_json::from_slice(bytes).map_err(|error| self.invalid_settings(&error))?;
        if settings.layout != LAYOUT {
            let problem = format!("its layout is version {}, and this program knows version {LAYOUT}", settings.layout);
            return Err(self.invalid_settings(&problem));
        }
        valid_context_columns(&settings.context_columns).map_err(|problem| self.invalid_settings(&problem))?;
        valid_context_keep(&settings.context_keep).map_err(|problem| self.invalid_settings(&problem))?;
        Ok(settings)
    }

    fn invalid_settings(&self, problem: &dyn fmt::Display) -> LakeError {
        LakeError::InvalidSettings { object: self.name(&self.settings_path()), problem: problem.to_string() }
    }
}

/// How often the settings are looked for when they are neither there nor can be made.
const ATTEMPTS: usize = 5;

/// Whether these context keys can have columns: up to 20, without blanks, and with column names that differ.
pub fn valid_context_columns(keys: &[String]) -> Result<(), &'static str> {
    let valid = |key: &String| !key.is_empty() && key.len() <= 100 && !key.contains(char::is_whitespace);
    let mut names: Vec<String> = keys.iter().map(|key| context_column(key)).collect();
    names.sort_unstable();
    names.dedup();
    if keys.len() <= 20 && keys.iter().all(valid) && names.len() == keys.len() {
        Ok(())
    } else {
        Err("context columns are up to 20 keys without blanks, whose column names differ")
    }
}

/// Whether these can be keys under which numbers are stored as they are: up to 100, none of them empty.
pub fn valid_context_keep(keys: &[String]) -> Result<(), &'static str> {
    if keys.len() <= 100 && keys.iter().all(|key| (1..=100).contains(&key.len())) {
        Ok(())
    } else {
        Err("context keys whose numbers are kept are up to 100, and none is empty")
    }
}
