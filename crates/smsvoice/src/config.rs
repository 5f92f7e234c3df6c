//! The file `smsvoice.toml`: settings that need not be repeated with each command. Flags count before variables, and variables
//! before the file.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use smsvoice_metrics::TimeZone;
use toml::Spanned;

/// The file's name.
pub(crate) const NAME: &str = "smsvoice.toml";

/// The settings of a file: what each is called there, the flag that it stands for, and the variable that counts before it.
const SETTINGS: [Setting; 11] = [
    Setting::new("lake", "lake", "SMSVOICE_LAKE"),
    Setting::new("engine", "engine", "SMSVOICE_ENGINE"),
    Setting::new("time_zone", "time_zone", "SMSVOICE_TIME_ZONE"),
    Setting::new("privacy.phone_numbers", "phone_numbers", "SMSVOICE_PHONE_NUMBERS"),
    Setting::new("privacy.phone_key", "phone_key", "SMSVOICE_PHONE_KEY"),
    Setting::new("privacy.phone_key_version", "phone_key_version", "SMSVOICE_PHONE_KEY_VERSION"),
    Setting::new("privacy.origination", "origination", "SMSVOICE_ORIGINATION"),
    Setting::new("privacy.context_columns", "context_columns", "SMSVOICE_CONTEXT_COLUMNS"),
    Setting::new("privacy.context_keep", "context_keep", "SMSVOICE_CONTEXT_KEEP"),
    Setting::new("aws.region", "region", "AWS_REGION"),
    Setting::new("aws.profile", "profile", "AWS_PROFILE"),
];

/// One of the settings.
#[derive(Clone, Copy, Debug)]
struct Setting {
    key: &'static str,
    flag: &'static str,
    variable: &'static str,
}

impl Setting {
    const fn new(key: &'static str, flag: &'static str, variable: &'static str) -> Self {
        Self { key, flag, variable }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    lake: Option<Spanned<String>>,
    engine: Option<Spanned<String>>,
    time_zone: Option<Spanned<String>>,
    #[serde(default)]
    privacy: Privacy,
    #[serde(default)]
    aws: Aws,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Privacy {
    phone_numbers: Option<Spanned<String>>,
    phone_key: Option<Spanned<String>>,
    phone_key_version: Option<Spanned<String>>,
    origination: Option<Spanned<String>>,
    context_columns: Option<Spanned<Vec<String>>>,
    context_keep: Option<Spanned<Vec<String>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Aws {
    region: Option<Spanned<String>>,
    profile: Option<Spanned<String>>,
}

/// What a file sets.
#[derive(Clone, Debug, Default)]
pub struct Config {
    path: Option<PathBuf>,
    values: Vec<Value>,
}

/// A setting with its value and the line it stands on.
#[derive(Clone, Debug)]
struct Value {
    key: &'static str,
    text: String,
    line: usize,
}

/// A setting as it holds, for `smsvoice config`.
#[derive(Debug, Serialize)]
pub(crate) struct Held {
    pub(crate) setting: &'static str,
    pub(crate) value: Option<String>,
    pub(crate) from: String,
}

/// Where to look for the file.
pub(crate) struct Places<'a> {
    /// `--config`, or `SMSVOICE_CONFIG`.
    pub(crate) named: Option<PathBuf>,
    /// The folder from which it is looked for upward.
    pub(crate) folder: Option<PathBuf>,
    /// The variables.
    pub(crate) var: &'a dyn Fn(&str) -> Option<String>,
}

impl Places<'_> {
    /// The file that counts: the one that is named, the nearest upward, or that of the user.
    fn find(&self) -> Option<PathBuf> {
        if let Some(named) = &self.named {
            return Some(named.clone());
        }
        let upward = self.folder.iter().flat_map(|folder| folder.ancestors()).map(|folder| folder.join(NAME));
        let home = (self.var)("HOME").map(|home| PathBuf::from(home).join(".config"));
        let user = (self.var)("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from).or(home);
        upward.chain(user.map(|folder| folder.join("smsvoice").join(NAME))).find(|path| path.is_file())
    }
}

impl Config {
    /// Reads the file that counts, if there is one.
    pub(crate) fn load(places: &Places<'_>) -> anyhow::Result<Self> {
        let Some(path) = places.find() else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let values =
            read(&text).map_err(|Fault { line, problem }| anyhow::anyhow!("{}:{line}: {problem}", path.display()))?;
        Ok(Self { path: Some(path), values })
    }

    /// Makes what the file sets the default of the flags, of all commands but the emulator: its events are no real ones.
    pub(crate) fn defaults(&self, command: clap::Command) -> clap::Command {
        let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        let command = names
            .into_iter()
            .filter(|name| name != "emulate")
            .fold(command, |command, name| command.mut_subcommand(name, |command| self.defaults(command)));
        self.values.iter().fold(command, |command, Value { key, text, .. }| {
            let flag = SETTINGS.iter().find(|setting| setting.key == *key).map_or("", |setting| setting.flag);
            let has = command.get_arguments().any(|argument| argument.get_id() == flag);
            let value = text.clone();
            if has {
                command.mut_arg(flag, |argument| argument.default_value(leaked(value)).required(false))
            } else {
                command
            }
        })
    }

    /// What holds, and where from.
    pub(crate) fn held(&self, var: &dyn Fn(&str) -> Option<String>) -> Vec<Held> {
        SETTINGS
            .iter()
            .map(|setting| {
                let variable = var(setting.variable).filter(|value| !value.is_empty());
                let of_file = self.values.iter().find(|value| value.key == setting.key);
                let (value, from) = match (variable, of_file, &self.path) {
                    (Some(value), ..) => (Some(value), format!("the variable {}", setting.variable)),
                    (None, Some(of_file), Some(path)) => {
                        (Some(of_file.text.clone()), format!("{}:{}", path.display(), of_file.line))
                    }
                    _ => (None, "nowhere".to_owned()),
                };
                Held { setting: setting.key, value, from }
            })
            .collect()
    }
}

/// Clap takes defaults that live as long as the program; there are a dozen of them.
fn leaked(value: String) -> &'static str {
    Box::leak(value.into_boxed_str())
}

/// What is wrong, and on which line.
#[derive(Debug)]
struct Fault {
    line: usize,
    problem: String,
}

fn read(text: &str) -> Result<Vec<Value>, Fault> {
    let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let file: File = toml::from_str(text).map_err(|error| Fault {
        line: error.span().map_or(1, |span| line_of(span.start)),
        problem: error.message().to_owned(),
    })?;
    let File { lake, engine, time_zone, privacy, aws } = file;
    let Privacy { phone_numbers, phone_key, phone_key_version, origination, context_columns, context_keep } = privacy;
    let listed =
        |list: Option<Spanned<Vec<String>>>| list.map(|list| Spanned::new(list.span(), list.into_inner().join(",")));
    let texts = [
        lake,
        engine,
        time_zone,
        phone_numbers,
        phone_key,
        phone_key_version,
        origination,
        listed(context_columns),
        listed(context_keep),
        aws.region,
        aws.profile,
    ];
    let mut values = Vec::new();
    for (setting, text) in SETTINGS.iter().zip(texts) {
        let Some(text) = text else { continue };
        let line = line_of(text.span().start);
        let value = text.into_inner();
        check(setting.key, &value).map_err(|error| Fault { line, problem: format!("{}: {error}", setting.key) })?;
        values.push(Value { key: setting.key, text: value, line });
    }
    Ok(values)
}

/// Whether the value is one; what only a lake can tell is left to it.
fn check(key: &str, value: &str) -> anyhow::Result<()> {
    let words: &[&str] = match key {
        "time_zone" if value != "local" => return Ok(value.parse::<TimeZone>().map(drop)?),
        "engine" => &["local", "athena", "trino"],
        "privacy.phone_numbers" => &["plain", "hmac", "mask", "drop"],
        "privacy.origination" => &["plain", "same"],
        _ => return Ok(()),
    };
    if !words.contains(&value) {
        bail!("{value:?} is none of {}", words.join(", "));
    }
    Ok(())
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}", path.display()),
            None => write!(f, "there is no {NAME} here, above, or in the user's configuration"),
        }
    }
}

/// The folder a command runs in.
pub(crate) fn here() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// The file that the arguments name, before clap has read them: it tells the defaults that clap needs.
pub(crate) fn named(arguments: &[std::ffi::OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter().take_while(|argument| *argument != "--");
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            return arguments.next().map(PathBuf::from);
        }
        if let Some(path) = argument.to_str().and_then(|argument| argument.strip_prefix("--config=")) {
            return Some(Path::new(path).to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_with_their_lines() {
        let values = read("# mine\nlake = \"./lake\"\n\n[privacy]\ncontext_keep = [\"order\", \"shop\"]\n").unwrap();
        let told: Vec<_> = values.iter().map(|value| (value.key, value.text.as_str(), value.line)).collect();
        assert_eq!(told, [("lake", "./lake", 2), ("privacy.context_keep", "order,shop", 5)]);
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        for (text, line, word) in [
            ("\nlak = 1\n", 2, "lak"),
            ("lake = ./x\n", 1, ""),
            ("lake = 'x'\ntime_zone = 'America/Torronto'", 2, "America/Toronto"),
            ("[privacy]\nphone_numbers = 'masc'", 2, "mask"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.line == line && fault.problem.contains(word), "{text}: {fault:?}");
        }
    }

    #[test]
    fn the_file_is_found_as_it_is_named_or_upward_or_in_the_users_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (deep, user) = (folder.path().join("a/b"), folder.path().join("config"));
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::create_dir_all(user.join("smsvoice")).unwrap();
        std::fs::write(user.join("smsvoice").join(NAME), "").unwrap();
        let var = |name: &str| (name == "XDG_CONFIG_HOME").then(|| user.display().to_string());
        let found = |named: Option<&str>| {
            Places { named: named.map(PathBuf::from), folder: Some(deep.clone()), var: &var }.find().unwrap()
        };
        assert_eq!(found(None), user.join("smsvoice").join(NAME));
        std::fs::write(folder.path().join("a").join(NAME), "").unwrap();
        assert_eq!(found(None), folder.path().join("a").join(NAME));
        assert_eq!(found(Some("mine.toml")), Path::new("mine.toml"));
    }
}
