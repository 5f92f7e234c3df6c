//! What a command sees of the world, so that tests can give it another.

use std::io::IsTerminal;

use chrono::{DateTime, Utc};

/// The clock, the environment and the terminal.
#[derive(Clone, Debug)]
pub struct World {
    /// Now.
    pub now: DateTime<Utc>,
    /// The environment's variables.
    pub env: Vec<(String, String)>,
    /// Whether somebody watches: then long work shows its progress on stderr.
    pub watched: bool,
    /// Whether somebody can be asked: stdin is a terminal.
    pub answers: bool,
    /// Whether answers are seen at once: stdout is a terminal.
    pub seen: bool,
    /// The terminal's width in characters, if stdout is one and tells.
    pub width: Option<u16>,
}

impl World {
    /// The real one.
    pub fn real() -> Self {
        let env =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let width = console::Term::stdout().size_checked().map(|(_, columns)| columns);
        Self {
            now: Utc::now(),
            env: env.collect(),
            watched: std::io::stderr().is_terminal(),
            answers: std::io::stdin().is_terminal(),
            seen: std::io::stdout().is_terminal(),
            width,
        }
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
