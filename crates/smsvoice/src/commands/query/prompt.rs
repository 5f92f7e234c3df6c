//! The prompt: queries one after the other, with a history, until somebody leaves.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use dialoguer::{BasicHistory, History, Input};
use smsvoice_metrics::{QueryEngine, near, type_name};

use crate::output::{Format, FormatArgs};
use crate::{Exit, World};

const HELP: &str = "A query ends with a semicolon, or at an empty line.\n\
    .tables          the tables and views\n\
    .schema [TABLE]  the columns of a table, or of all\n\
    .mode [FORMAT]   how answers are printed: table, records, json or csv\n\
    .quit            leave\n";

const TABLES: [(&str, &str); 4] = [
    ("events", "every event, each copy of it"),
    ("events_once", "each event once, the copy with the most fields"),
    ("messages", "one row a message"),
    ("quarantine", "what could not be read, and why"),
];

const COMMANDS: [&str; 6] = [".tables", ".schema", ".mode", ".help", ".quit", ".exit"];

/// What a line asks for.
enum Told {
    Nothing,
    Leave,
}

/// How many queries are remembered.
const REMEMBERED: usize = 1_000;

/// Asks until somebody leaves.
pub(super) async fn ask(engine: &dyn QueryEngine, format: FormatArgs, world: &World) -> anyhow::Result<Exit> {
    let mut history = Kept::read(history(world));
    world.note("SQL, or .help; .quit leaves");
    let (mut query, mut format_now) = (String::new(), format.format());
    loop {
        let prompt = if query.is_empty() { "smsvoice>" } else { "     ...>" };
        let asked = Input::<String>::new().with_prompt(prompt).allow_empty(true).history_with(&mut history.lines);
        let line = asked.interact_text().context("the prompt cannot go on")?;
        if query.is_empty() && line.trim_start().starts_with('.') {
            if let Told::Leave = command(line.trim(), engine, &mut format_now).await? {
                return Ok(Exit::Done);
            }
            continue;
        }
        let ends = line.trim().is_empty() || line.trim_end().ends_with(';');
        query = query + &line + "\n";
        if !ends {
            continue;
        }
        if !query.trim().is_empty() {
            if let Err(error) = history.keep(query.trim()) {
                world.note(&format!("the history cannot be kept: {error}"));
            }
            answer(engine, &query, format_now, format, world).await?;
        }
        query.clear();
    }
}

/// What was asked before, by this session and those before it; the file has a query a line.
struct Kept {
    lines: BasicHistory,
    path: Option<PathBuf>,
}

impl Kept {
    fn read(path: Option<PathBuf>) -> Self {
        let mut lines = BasicHistory::new().max_entries(REMEMBERED).no_duplicates(true);
        let text = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        text.lines().for_each(|line| lines.write(&line.to_owned()));
        Self { lines, path }
    }

    fn keep(&mut self, query: &str) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true);
        // A query can name telephone numbers.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        writeln!(options.open(path)?, "{}", query.replace('\n', " "))
    }
}

/// Prints an answer, or what is wrong with the question.
async fn answer(
    engine: &dyn QueryEngine,
    query: &str,
    format: Format,
    args: FormatArgs,
    world: &World,
) -> anyhow::Result<()> {
    let width = console::Term::stdout().size_checked().map(|(_, columns)| columns).or(world.width);
    match engine.query(query).await {
        Ok(rows) => {
            if let Err(error) = super::super::print(rows, format, args.look(width)).await {
                world.say("error", &format!("{error:#}"));
            }
        }
        Err(error) => world.say("error", &error.to_string()),
    }
    Ok(())
}

async fn command(line: &str, engine: &dyn QueryEngine, format: &mut Format) -> anyhow::Result<Told> {
    let mut words = line.split_whitespace();
    let (name, argument) = (words.next().unwrap_or_default(), words.next());
    let mut out = io::stdout();
    match name {
        ".quit" | ".exit" => return Ok(Told::Leave),
        ".help" => out.write_all(HELP.as_bytes())?,
        ".tables" => TABLES.iter().try_for_each(|(table, doc)| writeln!(out, "{table:<12} {doc}"))?,
        ".schema" => {
            for (table, _) in TABLES.iter().filter(|(table, _)| argument.is_none_or(|wanted| wanted == *table)) {
                writeln!(out, "{table}")?;
                let columns = engine.query(&format!("SELECT * FROM {table} LIMIT 0")).await?.schema();
                for column in columns.fields() {
                    writeln!(out, "  {:<28} {}", column.name(), type_name(column.data_type()))?;
                }
            }
        }
        ".mode" => match argument.map(|word| <Format as clap::ValueEnum>::from_str(word, true)) {
            Some(Ok(chosen)) => *format = chosen,
            _ => writeln!(out, "there are table, records, json and csv")?,
        },
        other => {
            let near = near::names(other, COMMANDS).first().map(|near| format!("; did you mean {near}?"));
            writeln!(out, "there is no command {other}{}; .help lists them", near.unwrap_or_default())?;
        }
    }
    Ok(Told::Nothing)
}

/// Where the history is kept: in the user's folder for what programs remember.
fn history(world: &World) -> Option<PathBuf> {
    let state = world.var("XDG_STATE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || Some(PathBuf::from(world.var("HOME")?).join(".local/state"));
    state.or_else(home).map(|folder| folder.join("smsvoice/history"))
}
