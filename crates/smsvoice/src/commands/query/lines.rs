//! The lines that somebody types at the prompt, with those of before to go back to and names that Tab completes.

use std::io::ErrorKind;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Behavior, CompletionType, Context, Editor, Helper};

use super::prompt::{COMMANDS, TABLES};
use crate::World;

/// How many lines are remembered.
const REMEMBERED: usize = 1_000;

/// What somebody did at the prompt.
pub(super) enum Typed {
    /// A line, or several that were pasted.
    Line(String),
    /// Ctrl-C: nobody wants what was begun.
    Dropped,
    /// Ctrl-D, or the terminal is gone: nobody wants anything more.
    Left,
}

/// Reads lines from the terminal, wherever the answers go.
pub(super) struct Lines {
    editor: Editor<Names, FileHistory>,
    /// Where lines of before are kept, if they are.
    kept: Option<PathBuf>,
}

impl Lines {
    pub(super) fn new(kept: Option<PathBuf>) -> rustyline::Result<Self> {
        let config = rustyline::Config::builder()
            .behavior(Behavior::PreferTerm)
            .completion_type(CompletionType::List)
            .max_history_size(REMEMBERED)?
            .build();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(Names));
        if let Some(path) = &kept {
            // Nobody has asked anything yet, or what is there is no history: there is none, then.
            let _ = editor.load_history(path);
        }
        Ok(Self { editor, kept })
    }

    pub(super) fn next(&mut self, prompt: &str) -> rustyline::Result<Typed> {
        match self.editor.readline(prompt) {
            Ok(line) => Ok(Typed::Line(line)),
            Err(ReadlineError::Interrupted) => Ok(Typed::Dropped),
            Err(ReadlineError::Eof) => Ok(Typed::Left),
            Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::UnexpectedEof => Ok(Typed::Left),
            Err(error) => Err(error),
        }
    }

    /// Keeps a line for this session and those after it; in a file that only its owner reads, since a query can name
    /// telephone numbers.
    pub(super) fn remember(&mut self, line: &str, world: &World) {
        if let Err(error) = self.keep(line) {
            world.note(&format!("the history cannot be kept: {error}"));
        }
    }

    fn keep(&mut self, line: &str) -> rustyline::Result<()> {
        self.editor.add_history_entry(line)?;
        let Some(path) = &self.kept else { return Ok(()) };
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        self.editor.append_history(path)
    }
}

/// The names that Tab completes: of commands where a line begins, of tables anywhere.
struct Names;

impl Helper for Names {}
impl Hinter for Names {
    type Hint = String;
}
impl Highlighter for Names {}
impl Validator for Names {}

impl Completer for Names {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(completions(&line[..at]))
    }
}

/// Where the word that is typed begins, and what it may become.
fn completions(typed: &str) -> (usize, Vec<String>) {
    let begins = typed
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .map_or(0, |at| at + typed[at..].chars().next().map_or(0, char::len_utf8));
    let word = &typed[begins..];
    let names: Vec<&str> = match word {
        "" => Vec::new(),
        _ if begins == 0 && word.starts_with('.') => COMMANDS.to_vec(),
        _ => TABLES.iter().map(|(table, _)| *table).collect(),
    };
    (begins, names.into_iter().filter(|name| name.starts_with(word)).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_completes_commands_where_a_line_begins_and_tables_anywhere() {
        let of = |typed| {
            let (begins, names) = completions(typed);
            (begins, names.join(" "))
        };
        assert_eq!(of(".s"), (0, ".schema".to_owned()));
        assert_eq!(of(".schema ev"), (8, "events events_once".to_owned()));
        assert_eq!(of("SELECT 1 FROM (mes"), (15, "messages".to_owned()));
        assert_eq!(of("SELECT \u{e9}\u{2003}qu"), (12, "quarantine".to_owned()));
        assert_eq!(of("SELECT .t"), (7, String::new()));
        assert_eq!(of(""), (0, String::new()));
    }
}
