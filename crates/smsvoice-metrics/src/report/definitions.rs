//! The definitions that a report's figures name, read from the one place that has them: this crate's README.

use std::collections::BTreeSet;

use smsvoice_report::{Block, Definition, Report};

const README: &str = include_str!("../../README.md");

/// Those of the terms that a report names, in the order of the README.
pub(crate) fn of(report: &Report) -> Vec<Definition> {
    let columns = report.figures().flat_map(|(_, figure)| figure.table.columns.iter().filter_map(|column| column.term));
    let blocks = report.sections.iter().flat_map(|section| &section.blocks);
    let tiles = blocks.filter_map(|block| if let Block::Tiles(tiles) = block { Some(tiles) } else { None }).flatten();
    let named: BTreeSet<&str> = columns.chain(tiles.map(|tile| tile.term)).collect();
    all().into_iter().filter(|definition| named.contains(definition.term.as_str())).collect()
}

/// All terms of the README's tables of two columns.
pub(crate) fn all() -> Vec<Definition> {
    let mut definitions: Vec<Definition> = Vec::new();
    for line in README.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [terms, text] = cells[..] else { continue };
        if !line.starts_with('|') || text.is_empty() || text.starts_with("---") {
            continue;
        }
        for term in terms.split(", ") {
            let term = term.trim_matches(['*', '`']).to_owned();
            if definitions.iter().all(|known| known.term != term) {
                definitions.push(Definition { term, text: text.replace(['*', '`'], "") });
            }
        }
    }
    definitions
}
