//! How good the data itself is.

use smsvoice_report::{Block, Cell, Column, Figure, Section, Table, Unit};

use super::Asked;
use crate::error::EngineError;

const QUARANTINED: &str = include_str!("../../sql/report/quarantined.sql");

pub(crate) async fn section(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let routes = asked.source.quality().await?;
    let quarantined = asked.source.of_days(QUARANTINED).await?;
    let mut blocks = vec![figure(
        "routes",
        "Events by route",
        "All events of the days that are read, whatever messages the report is about. Copies of an event count once in every figure.",
        routes.table(&[
            "source",
            "rows_kept",
            "events",
            "repeated",
            "late",
            "unknown_types",
            "unknown_fields",
            "newest_event_at",
            "newest_arrival_at",
        ]),
    )];
    blocks.push(if quarantined.is_empty() {
        Block::Note("Nothing is in quarantine of these days: everything that arrived could be read.".into())
    } else {
        let summary = "What arrived and could not be read. It is kept, and can be read again after a fix: smsvoice replay --from-quarantine.";
        let names = ["reason", "stage", "payloads", "first_at", "last_at"];
        figure("quarantine", "In quarantine", summary, quarantined.table(&names))
    });
    let left_out = asked.source.left_out();
    if !left_out.is_empty() {
        let rows = left_out.into_iter().map(|file| vec![Cell::Text(file)]).collect();
        let table = Table { columns: vec![Column::new("file", "File", Unit::Name)], rows };
        blocks.push(figure(
            "skipped-files",
            "Files left out",
            "They are damaged, and in no figure of this report.",
            table,
        ));
    }
    let lead = "What the figures rest on: how events came here, and what is wrong with some.";
    Ok(Section { id: "quality", title: "Data quality", lead: lead.into(), blocks })
}

fn figure(id: &str, title: &str, summary: &str, table: Table) -> Block {
    let (id, title, summary) = (id.to_owned(), title.to_owned(), summary.to_owned());
    Block::Figure(Box::new(Figure { id, title, summary, drawing: None, table }))
}
