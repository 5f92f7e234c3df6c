//! What is on the page, from top to bottom.

use super::table::table;
use super::{Controls, escaped};
use crate::chart;
use crate::figure::Figure;
use crate::report::{Block, Report, Section, Tile};
use crate::written;

pub(super) fn body(report: &Report, controls: Option<&Controls>) -> String {
    let sections: String = report.sections.iter().map(section).collect();
    format!(
        "<a class=\"skip\" href=\"#main\">To the figures</a>\n<header class=\"top\">\n<div><h1>Delivery report</h1>\n{}</div>\n{}\
         </header>\n<div class=\"page\">\n{}<main id=\"main\">\n{sections}{}</main>\n</div>\n\
         <footer>Made by <code>smsvoice report</code> on {} (UTC). Nothing on this page is fetched from anywhere.</footer>\n\
         <div id=\"tip\" role=\"status\" hidden></div>\n",
        subject(report),
        controls.map(form).unwrap_or_default(),
        contents(report),
        definitions(report),
        written::instant(report.made_at),
    )
}

fn subject(report: &Report) -> String {
    let mut facts =
        vec![("Lake", report.lake.clone()), ("Messages requested", written::span(report.period) + " (UTC)")];
    if let Some(before) = report.before {
        facts.push(("Compared with", written::span(before)));
    }
    if !report.filters.is_empty() {
        facts.push(("Only", report.filters.join(" · ")));
    }
    facts.push(("As of", written::instant(report.made_at) + " (UTC)"));
    let facts = facts.iter().map(|(name, fact)| format!("<div><dt>{name}</dt><dd>{}</dd></div>", escaped(fact)));
    format!("<dl class=\"facts\">{}</dl>\n", facts.collect::<String>())
}

fn form(controls: &Controls) -> String {
    let Controls { since, until, filters, by, refresh: _ } = controls;
    let field = |name: &str, label: &str, kind: &str, value: &str, example: &str| {
        format!(
            "<label>{label}<input type=\"{kind}\" name=\"{name}\" value=\"{}\" placeholder=\"{example}\"></label>\n",
            escaped(value)
        )
    };
    format!(
        "<form method=\"get\" action=\"/\" class=\"controls\">\n{}{}{}{}<button>Show</button>\n</form>\n",
        field("since", "From", "date", since, ""),
        field("until", "Up to, not at", "date", until, ""),
        field("where", "Only", "text", filters, "country=DE channel=text"),
        field("by", "By", "text", by, "context.campaign"),
    )
}

fn contents(report: &Report) -> String {
    let entry = |id: &str, title: &str| format!("<li><a href=\"#{id}\">{}</a></li>", escaped(title));
    let entries: String = report.sections.iter().map(|section| entry(section.id, section.title)).collect();
    format!("<nav aria-label=\"Sections\"><ul>{entries}{}</ul></nav>\n", entry("definitions", "Definitions"))
}

fn section(section: &Section) -> String {
    let blocks: String = section.blocks.iter().map(block).collect();
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{}</h2>\n<p class=\"lead\">{}</p>\n{blocks}</section>\n",
        escaped(section.title),
        escaped(&section.lead),
        id = section.id,
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Note(note) => format!("<p class=\"note\">{}</p>\n", escaped(note)),
        Block::Tiles(tiles) => format!("<dl class=\"tiles\">{}</dl>\n", tiles.iter().map(tile).collect::<String>()),
        Block::Figure(figure) => self::figure(figure),
    }
}

fn tile(tile: &Tile) -> String {
    let trend = tile.trend.as_ref().map(|trend| {
        let class = match trend.better {
            Some(true) => "better",
            Some(false) => "worse",
            None => "same",
        };
        format!(
            "<dd class=\"trend {class}\">{}<span class=\"out\"> than in the period before</span></dd>",
            escaped(&trend.text)
        )
    });
    format!(
        "<div class=\"tile\"><dt><a class=\"term\" href=\"#{}\">{}</a></dt><dd class=\"big\">{}</dd><dd class=\"beside\">{}</dd>{}</div>",
        anchor(tile.term),
        escaped(&tile.label),
        escaped(&tile.value),
        escaped(&tile.beside),
        trend.unwrap_or_default()
    )
}

fn figure(figure: &Figure) -> String {
    let drawing = chart::drawn(figure);
    let (id, title, rows) = (escaped(&figure.id), escaped(&figure.title), figure.table.rows.len());
    let table = table(figure);
    let table = if drawing.is_empty() {
        table
    } else {
        format!(
            "<details><summary>Table of {rows} {}</summary>{table}</details>\n",
            if rows == 1 { "row" } else { "rows" }
        )
    };
    format!(
        "<figure id=\"fig-{id}\" aria-labelledby=\"fig-{id}-c\">\n<figcaption><h3 id=\"fig-{id}-c\">{title}</h3><p>{}</p></figcaption>\n{drawing}{table}</figure>\n",
        escaped(&figure.summary)
    )
}

/// The id of a term among the definitions.
pub(super) fn anchor(term: &str) -> String {
    let letters = term.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    format!("def-{}", letters.collect::<String>())
}

fn definitions(report: &Report) -> String {
    let entries = report.definitions.iter().map(|definition| {
        let (id, term, text) = (anchor(&definition.term), escaped(&definition.term), escaped(&definition.text));
        format!("<div id=\"{id}\"><dt>{term}</dt><dd>{text}</dd></div>\n")
    });
    format!(
        "<section id=\"definitions\" aria-labelledby=\"definitions-h\">\n<h2 id=\"definitions-h\">Definitions</h2>\n\
         <p class=\"lead\">What each figure is made of.</p>\n<dl class=\"definitions\">{}</dl>\n</section>\n",
        entries.collect::<String>()
    )
}
