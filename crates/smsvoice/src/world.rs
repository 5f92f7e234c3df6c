//! What a command sees of the world, so that tests can give it another.

use std::io::{IsTerminal, Write};

use chrono::{DateTime, Utc};

use crate::config::Config;

/// The clock, the environment and the terminal.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)] // each is a fact about one stream
pub struct World {
    /// Now.
    pub now: DateTime<Utc>,
    /// The environment's variables.
    pub env: Vec<(String, String)>,
    /// What `smsvoice.toml` sets.
    pub config: Config,
    /// Whether somebody watches: then long work shows its progress on stderr.
    pub watched: bool,
    /// Whether somebody can be asked: stdin is a terminal.
    pub answers: bool,
    /// Whether nothing is told but answers and errors: `--quiet`.
    pub quiet: bool,
    /// Whether answers are seen at once: stdout is a terminal.
    pub seen: bool,
    /// The zone of the machine's clock, by its name in IANA's database, if it says.
    pub time_zone: Option<String>,
    /// The width in characters that answers are laid out for: that of `COLUMNS`, or of the terminal, if stdout is one.
    pub width: Option<u16>,
}

impl World {
    /// The real one.
    pub fn real() -> Self {
        let env =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let asked =
            std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
        let width = asked.or_else(|| console::Term::stdout().size_checked().map(|(_, columns)| columns));
        Self {
            now: Utc::now(),
            env: env.collect(),
            config: Config::default(),
            watched: std::io::stderr().is_terminal(),
            answers: std::io::stdin().is_terminal(),
            quiet: false,
            seen: std::io::stdout().is_terminal(),
            time_zone: iana_time_zone::get_timezone().ok(),
            width,
        }
    }

    /// Tells something beside the answer, unless nothing but the answer is wanted.
    pub(crate) fn note(&self, note: &str) {
        if !self.quiet {
            self.say("note", note);
        }
    }

    /// A line on stderr, after a word that says of what kind it is.
    pub(crate) fn say(&self, word: &str, line: &str) {
        // Nobody can be told that stderr is gone.
        let _ = writeln!(std::io::stderr(), "{}: {line}", self.styled(word));
    }

    /// The word as clap writes it: an error is bold and red where colours are seen.
    fn styled(&self, word: &str) -> String {
        let style = if word == "error" { console::Style::new().red().bold() } else { console::Style::new().bold() };
        style.force_styling(self.watched && self.colours()).apply_to(word).to_string()
    }

    /// Whether colours are allowed: `NO_COLOR` does not forbid them.
    pub fn colours(&self) -> bool {
        self.var("NO_COLOR").is_none_or(str::is_empty)
    }

    /// The value of an environment variable.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
