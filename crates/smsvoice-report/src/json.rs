//! A report as JSON: for programs, and within the page for its own sorting and downloads.

use serde_json::{Map, Value, json};

use crate::figure::Figure;
use crate::report::{Block, Report, Section, Span};
use crate::table::Cell;

impl Report {
    /// One object. Amounts are strings with all their digits, shares numbers from 0 to 1, times ISO 8601 in UTC.
    pub fn json(&self) -> String {
        let report = json!({
            "lake": self.lake,
            "made_at": self.made_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "period": span(self.period),
            "before": self.before.map(span),
            "filters": self.filters,
            "sections": self.sections.iter().map(section).collect::<Vec<_>>(),
            "definitions": self.definitions.iter().map(|d| (d.term.clone(), d.text.clone().into())).collect::<Map<_, Value>>(),
        });
        report.to_string() + "\n"
    }
}

fn span(Span { since, until }: Span) -> Value {
    let written = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    json!({ "since": written(since), "until": written(until) })
}

fn section(section: &Section) -> Value {
    let mut figures = Map::new();
    let (mut tiles, mut notes) = (Vec::new(), Vec::new());
    for block in &section.blocks {
        match block {
            Block::Figure(figure) => drop(figures.insert(figure.id.clone(), self::figure(figure))),
            Block::Tiles(all) => tiles.extend(all.iter().map(|tile| {
                let change = tile.trend.as_ref().map(|trend| &trend.text);
                json!({ "label": tile.label, "value": tile.value, "beside": tile.beside, "change": change })
            })),
            Block::Note(note) => notes.push(note.as_str()),
        }
    }
    json!({ "id": section.id, "title": section.title, "lead": section.lead, "tiles": tiles, "figures": figures, "notes": notes })
}

fn figure(figure: &Figure) -> Value {
    let columns = figure.table.columns.iter();
    let columns =
        columns.map(|column| json!({ "name": column.name, "unit": column.unit.as_str(), "term": column.term }));
    let rows = figure.table.rows.iter().map(|row| {
        let named = figure.table.columns.iter().zip(row);
        named.map(|(column, cell)| (column.name.clone(), value(cell))).collect::<Map<_, _>>()
    });
    json!({
        "title": figure.title,
        "summary": figure.summary,
        "columns": columns.collect::<Vec<_>>(),
        "rows": rows.collect::<Vec<_>>(),
    })
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Missing => Value::Null,
        Cell::Whole(whole) => (*whole).into(),
        Cell::Real(real) => (*real).into(),
        Cell::Text(_) | Cell::Exact(_) | Cell::Day(_) | Cell::Hour(_) => cell.plain().into(),
    }
}
