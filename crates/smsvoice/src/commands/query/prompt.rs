//! The prompt: queries one after the other, with a history, until somebody leaves.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use console::Term;
use smsvoice_metrics::{QueryEngine, near, type_name};

use super::lines::{Lines, Typed};
use crate::interrupt;
use crate::output::{Format, FormatArgs};
use crate::{Exit, World};

const HELP: &str = "A query ends with a semicolon, or at an empty line.\n\
    .tables          the tables and views\n\
    .schema [TABLE]  the columns of a table, or of all\n\
    .mode [FORMAT]   how answers are printed: table, records, json, ndjson or csv\n\
    .quit            leave, as Ctrl-D does; Ctrl-C drops a query that was begun, or ends one that runs\n";

pub(super) const TABLES: [(&str, &str); 4] = [
    ("events", "every event, each copy of it"),
    ("events_once", "each event once, the copy with the most fields"),
    ("messages", "one row a message"),
    ("quarantine", "what could not be read, and why"),
];

pub(super) const COMMANDS: [&str; 6] = [".tables", ".schema", ".mode", ".help", ".quit", ".exit"];

/// What a line asks for.
enum Told {
    Nothing,
    Leave,
}

/// Asks until somebody leaves.
pub(super) async fn ask(engine: &dyn QueryEngine, format: FormatArgs, world: &World) -> anyhow::Result<Exit> {
    interrupt::listens(async || {});
    let mut lines = Lines::new(history(world)).context("the prompt cannot begin")?;
    world.note("SQL, or .help; .quit leaves");
    let (mut query, mut format_now) = (String::new(), format.format());
    loop {
        let prompt = if query.is_empty() { "smsvoice> " } else { "     ...> " };
        let line = match lines.next(prompt).context("the prompt cannot go on")? {
            Typed::Line(line) => line,
            Typed::Dropped => {
                query.clear();
                continue;
            }
            Typed::Left => return Ok(Exit::Done),
        };
        if query.is_empty() && line.trim_start().starts_with('.') {
            lines.remember(line.trim(), world);
            match command(line.trim(), engine, &mut format_now).await {
                Ok(Told::Leave) => return Ok(Exit::Done),
                Ok(Told::Nothing) => {}
                Err(error) => world.say("error", &format!("{error:#}")),
            }
            continue;
        }
        let ends = line.trim().is_empty() || line.trim_end().ends_with(';');
        query = query + &line + "\n";
        if !ends {
            continue;
        }
        let asked = query.trim().replace('\n', " ");
        if !asked.is_empty() {
            lines.remember(&asked, world);
            if let Err(error) = answer(engine, &query, format_now, format, world).await {
                world.say("error", &format!("{error:#}"));
            }
        }
        query.clear();
    }
}

/// Prints an answer. An interrupt ends the query, and not the prompt.
async fn answer(
    engine: &dyn QueryEngine,
    query: &str,
    format: Format,
    args: FormatArgs,
    world: &World,
) -> anyhow::Result<()> {
    let width = Term::stdout().size_checked().map(|(_, columns)| columns).or(world.width);
    let answer = async {
        let rows = engine.query(query).await?;
        super::super::print(rows, format, args.look(width)).await
    };
    let answered = interrupt::unless(answer, "interrupted; the query was ended").await;
    if answered.is_err() {
        engine.cancel().await;
    }
    answered
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
            if let Some(unknown) = argument.filter(|wanted| TABLES.iter().all(|(table, _)| table != wanted)) {
                writeln!(out, "there is no table {unknown}; .tables lists them")?;
            }
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
            _ => writeln!(out, "there are table, records, json, ndjson and csv")?,
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
