//! The lake: its tables in the Glue catalogue, and the age of its newest event.

use super::look;
use crate::{
    facts::{Facts, Found, LakeState, Table},
    finding::Finding,
};

/// How old the newest event may be while messages are sent, in milliseconds: an hour for carriers and buffers.
const STALE_MS: i64 = 3600 * 1000;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, found) in &facts.tables {
        let absent = || {
            (
                "this table does not exist, so Athena cannot ask the lake".to_owned(),
                "make it, with the columns, the location and the projection of this version's lake".to_owned(),
            )
        };
        match look("table_exists", name, found, absent) {
            Ok(table) => findings.extend(table_findings(facts, name, table)),
            Err(finding) => findings.push(finding),
        }
    }
    if let Some(lake) = &facts.lake {
        findings.extend(freshness(facts, lake));
    }
    findings
}

fn table_findings(facts: &Facts, name: &str, table: &Table) -> Vec<Finding> {
    let Some(lake) = &facts.lake else { return Vec::new() };
    let kind = name.rsplit('.').next().unwrap_or_default();
    let again =
        "make the table again, with the columns and the location of this version's lake; no data is lost by that";
    let mut findings = Vec::new();
    let missing: Vec<&str> = lake
        .columns
        .iter()
        .filter(|(of, column, _)| of == kind && !table.columns.iter().any(|(name, _)| name == column))
        .map(|(_, column, _)| column.as_str())
        .collect();
    if !missing.is_empty() {
        let says = format!("it lacks columns that the lake has: {}", missing.join(", "));
        findings.push(Finding::failure("table_columns", name, says, again));
    }
    for (_, column, wanted) in lake.columns.iter().filter(|(of, _, _)| of == kind) {
        let has = table.columns.iter().find(|(name, _)| name == column).map(|(_, kind)| kind);
        if let Some(has) = has.filter(|has| !has.replace(' ', "").eq_ignore_ascii_case(wanted)) {
            let says = format!("its column {column} is {has}, and the lake's is {wanted}");
            findings.push(Finding::failure("table_columns", name, says, again));
        }
    }
    let location = table.location.trim_end_matches('/').trim_end_matches(kind).trim_end_matches('/');
    if !table.location.is_empty() && location != lake.url.trim_end_matches('/') {
        let says = format!("it looks into {}, and the lake is {}", table.location, lake.url);
        findings.push(Finding::failure("table_location", name, says, again));
    }
    findings.extend(projection(name, table, lake));
    if findings.is_empty() {
        findings.push(Finding::good("table", name, "has the lake's columns, and its days are in range"));
    }
    findings
}

/// A day out of range gives no rows, and no error.
fn projection(name: &str, table: &Table, lake: &LakeState) -> Option<Finding> {
    let (first, last) = lake.days.as_ref()?;
    let cure = "set projection.dt.range so that it holds all days, for example 2020-01-01,NOW";
    if table.parameters.get("projection.enabled").map(String::as_str) != Some("true") {
        let says = "partition projection is off, so that only partitions that were added by hand are seen";
        return Some(Finding::failure(
            "table_projection",
            name,
            says,
            "set the table's parameter projection.enabled to true",
        ));
    }
    let range = table.parameters.get("projection.dt.range")?;
    let (from, to) = range.split_once(',')?;
    let is_day = |text: &str| text.len() == 10 && text.as_bytes()[4] == b'-';
    let (from, to) = (from.trim(), to.trim());
    if (is_day(from) && first.as_str() < from) || (is_day(to) && last.as_str() > to) {
        let says = format!(
            "the lake has days from {first} to {last}, and Athena sees those of {range}: the others give no rows, silently"
        );
        return Some(Finding::failure("table_projection", name, says, cure));
    }
    None
}

fn freshness(facts: &Facts, lake: &LakeState) -> Vec<Finding> {
    let sent = match &facts.sent_parts {
        Some(Found::Is(sent)) => *sent,
        Some(Found::Unreadable { action, denied, why }) => {
            return vec![super::unchecked("freshness", &lake.url, action, *denied, why)];
        }
        Some(Found::Absent) | None => return Vec::new(),
    };
    let age_ms = lake.newest_event_ms.map(|newest| facts.now_ms - newest);
    let counted = format!("CloudWatch counted {sent} message parts sent in 24 hours");
    let cure = "look at the failures above; if there is none, messages are sent without ConfigurationSetName:\nsmsvoice doctor --send-test";
    match age_ms {
        _ if sent <= 0.0 => {
            let says = "CloudWatch counted no message in 24 hours, so nothing is to arrive";
            let cure = "if messages were sent: the service counts only where its service-linked role AWSServiceRoleForSMSVoice is there";
            vec![Finding::note("freshness", &lake.url, says, cure)]
        }
        None => vec![Finding::failure("freshness", &lake.url, format!("the lake has no event, and {counted}"), cure)],
        Some(age) if age > STALE_MS => {
            let hours = age / STALE_MS;
            vec![Finding::failure(
                "freshness",
                &lake.url,
                format!("its newest event is {hours} hours old, and {counted}"),
                cure,
            )]
        }
        Some(age) => vec![Finding::good(
            "freshness",
            &lake.url,
            format!("its newest event is {} minutes old", age.max(0) / 60_000),
        )],
    }
}
