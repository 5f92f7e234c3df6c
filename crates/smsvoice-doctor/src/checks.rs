//! The checks: facts in, findings out, in the order of the way that an event takes.

mod catalogue;
mod functions;
mod identity;
mod logs;
mod queues;
mod roles;
mod sets;
mod streams;
mod topics;

use crate::{
    facts::{Facts, Found},
    finding::{Finding, Mark, Report},
};

/// The service as roles and policies name it.
pub(crate) const SERVICE: &str = "sms-voice.amazonaws.com";

/// Runs every check.
pub fn examine(facts: &Facts) -> Report {
    let checks: [fn(&Facts) -> Vec<Finding>; 9] = [
        identity::check,
        sets::check,
        roles::check,
        streams::check,
        logs::check,
        topics::check,
        queues::check,
        functions::check,
        catalogue::check,
    ];
    Report { findings: checks.iter().flat_map(|check| check(facts)).collect() }
}

/// What a thing is that was looked for; or the finding that it is not there, or could not be looked at.
fn look<'t, T>(
    check: &'static str,
    place: &str,
    found: &'t Found<T>,
    absent: impl FnOnce() -> (String, String),
) -> Result<&'t T, Finding> {
    match found {
        Found::Is(thing) => Ok(thing),
        Found::Absent => {
            let (says, cure) = absent();
            Err(Finding::failure(check, place, says, cure))
        }
        Found::Unreadable { action, denied, why } => Err(unchecked(check, place, action, *denied, why)),
    }
}

/// The finding that something could not be looked at.
fn unchecked(check: &'static str, place: &str, action: &str, denied: bool, why: &str) -> Finding {
    let (says, cure) = if denied {
        (
            format!("could not be checked: you may not {action}"),
            format!(
                "allow it to yourself; `smsvoice roles FILE` prints the operator's whole policy:\n{}",
                allow(action)
            ),
        )
    } else {
        (
            format!("could not be checked: {action} gave no answer ({why})"),
            "ask again; if it stays so, look at the endpoint and the region".to_owned(),
        )
    };
    Finding { check, mark: Mark::Unchecked, place: place.to_owned(), says, cure: Some(cure) }
}

fn allow(action: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#)
}

/// A finding for each reason, or that all is well.
fn or_good(check: &'static str, place: &str, wrong: Vec<Finding>, well: &str) -> Vec<Finding> {
    if wrong.is_empty() { vec![Finding::good(check, place, well)] } else { wrong }
}

/// The last part of an ARN.
fn name_of(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or(arn)
}

/// The account that an ARN names.
fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

#[cfg(test)]
mod tests;
