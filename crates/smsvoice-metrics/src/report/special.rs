//! What some messages have and others have not: calls, RCS, protect configurations, feedback.

use smsvoice_report::{Block, Figure, Section};

use super::Asked;
use super::answer::Answer;
use crate::dimension::Dimension;
use crate::error::EngineError;
use crate::metric::Metric;

const RCS: &str = include_str!("../../sql/report/rcs.sql");
const PROTECT: &str = include_str!("../../sql/report/protect.sql");

pub(crate) async fn voice(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let names = [
        "calls",
        "answered",
        "busy",
        "no_answer",
        "failed",
        "unknown",
        "pending",
        "answer_rate",
        "busy_rate",
        "no_answer_rate",
        "mean_duration_seconds",
        "p50_duration_seconds",
        "p95_duration_seconds",
        "billed_minutes",
        "total_usd",
    ];
    let by = |period| asked.source.metric(Metric::Voice, &[Dimension::Country], period);
    let lead = "Answered is a call that was completed, which an answering machine does, too.";
    let all = asked.source.metric(Metric::Voice, &[], asked.now).await?;
    let figures = [
        figure("voice", "All calls", all.table(&names)),
        by_country("voice-by-country", &names, &by(asked.now).await?, "calls"),
    ];
    Ok(section("voice", "Voice", lead, &all, "No call was made in this period.", figures))
}

pub(crate) async fn rcs(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let names = ["messages", "delivered", "read_messages", "read_rate", "fell_back", "fallback_rate"];
    let all = asked.source.broken_down(RCS, &[], asked.now).await?;
    let countries = asked.source.broken_down(RCS, &[Dimension::Country], asked.now).await?;
    let lead = "Messages that were sent by RCS, whatever carried them in the end.";
    let figures = [
        figure("rcs", "All RCS messages", all.table(&names)),
        by_country("rcs-by-country", &names, &countries, "messages"),
    ];
    Ok(section("rcs", "RCS", lead, &all, "No message was sent by RCS in this period.", figures))
}

pub(crate) async fn protect(asked: &Asked<'_>) -> Result<Section, EngineError> {
    let names = ["messages", "protect_blocked", "protect_blocked_share", "recommended_to_block", "recommended_share"];
    let all = asked.source.broken_down(PROTECT, &[], asked.now).await?;
    let countries = asked.source.broken_down(PROTECT, &[Dimension::Country], asked.now).await?;
    let lead =
        "Messages that a protect configuration judged. A rule that only monitors recommends, and sends nevertheless.";
    let figures = [
        figure("protect", "All messages that were judged", all.table(&names)),
        by_country("protect-by-country", &names, &countries, "protect_blocked"),
    ];
    Ok(section("protect", "Protect", lead, &all, "No event of this period tells of a protect configuration.", figures))
}

/// AWS takes feedback (PutMessageFeedback) and tells of it in metrics of CloudWatch alone.
pub(crate) fn feedback() -> Section {
    let note = "Message feedback (whether a passcode was used, say) reaches AWS by PutMessageFeedback and shows in CloudWatch's metrics; no event tells of it, so no lake of events has it. Conversion is therefore not shown, rather than guessed.";
    Section { id: "feedback", title: "Conversion", lead: String::new(), blocks: vec![Block::Note(note.into())] }
}

fn section(
    id: &'static str,
    title: &'static str,
    lead: &str,
    all: &Answer,
    otherwise: &str,
    figures: [Figure; 2],
) -> Section {
    let blocks = if all.is_empty() {
        vec![Block::Note(otherwise.to_owned())]
    } else {
        figures.map(|figure| Block::Figure(Box::new(figure))).into()
    };
    Section { id, title, lead: lead.to_owned(), blocks }
}

fn figure(id: &str, title: &str, table: smsvoice_report::Table) -> Figure {
    Figure { id: id.into(), title: title.into(), summary: String::new(), drawing: None, table }
}

fn by_country(id: &str, names: &[&str], answer: &Answer, first: &str) -> Figure {
    let names = [&["country"][..], names].concat();
    figure(id, "By country", answer.table_of(&names, answer.by(first)))
}
