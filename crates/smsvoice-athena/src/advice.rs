//! Why Athena did not answer, and what to do about it.

use aws_sdk_athena::types::QueryExecutionState;

use crate::asking::AthenaSettings;
use crate::error::AthenaError;

/// What to do about words in the reason that Athena gives for a query's end, by the first that is there.
const REASONS: [(&[&str], &str); 7] = [
    (
        &["TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "does not exist", "Database does not exist"],
        "`smsvoice views --engine athena --apply` creates the tables and views; --database and --catalog name where",
    ),
    (
        &["COLUMN_NOT_FOUND"],
        "if the tables are those of an older version, `smsvoice views --engine athena --apply` says so",
    ),
    (
        &["Bytes scanned limit", "bytes scanned limit"],
        "ask for a shorter period, with --since and --until, or raise the limit of the workgroup",
    ),
    (
        &["AccessDenied", "Access Denied", "not authorized", "Insufficient permissions"],
        "whoever asks needs to read the lake's bucket and key and Glue's database, and to write where results are put",
    ),
    (&["SlowDown", "reduce your request rate"], "S3 is busy; ask again in a minute"),
    (&["exhausted resources", "EXCEEDED_", "Query timeout"], "ask for a shorter period, with --since and --until"),
    (&["output location", "output bucket"], "name a bucket for results with --output-location s3://bucket/prefix/"),
];

fn advice(said: &str) -> Option<&'static str> {
    let there = |words: &[&str]| words.iter().any(|word| said.contains(word));
    REASONS.into_iter().find(|(words, _)| there(words)).map(|(_, advice)| advice)
}

/// For a query that ended without an answer.
pub(crate) fn of_ended(state: &QueryExecutionState, reason: &str, id: &str) -> AthenaError {
    let reason = sentence(reason);
    match state {
        QueryExecutionState::Cancelled => AthenaError::new(
            format!("was told to cancel the query {id}: {reason}"),
            advice(&reason).or(Some("ask again")),
        ),
        _ => AthenaError::new(format!("failed at the query {id}: {reason}"), advice(&reason)),
    }
}

/// For a call that was refused.
pub(crate) fn of_call(code: &str, message: &str, settings: &AthenaSettings) -> AthenaError {
    let message = sentence(message);
    let advice = match code {
        "TooManyRequestsException" | "ThrottlingException" => {
            Some("the account's calls or queries are at their limit; ask again in a minute, or have the quota raised")
        }
        "InvalidRequestException" if message.contains("WorkGroup") => Some("--workgroup names another one"),
        "UnrecognizedClientException" | "InvalidSignatureException" | "ExpiredTokenException" => {
            Some("look at the credentials: AWS_PROFILE, or AWS_ACCESS_KEY_ID and its siblings")
        }
        "AccessDeniedException" => {
            Some("whoever asks needs athena:StartQueryExecution and its siblings on the workgroup")
        }
        _ => advice(&message),
    };
    let colon = if message.is_empty() { "" } else { ": " };
    let workgroup = &settings.workgroup;
    AthenaError::new(format!("refuses ({code}) in the workgroup {workgroup}{colon}{message}"), advice)
}

/// The text in one line, without a point at its end.
fn sentence(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_is_one_line_with_what_to_do() {
        let said = "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.sms.events' does not exist.\nThis query ran…";
        let error = of_ended(&QueryExecutionState::Failed, said, "q-1").to_string();
        assert!(error.starts_with("Athena failed at the query q-1: TABLE_NOT_FOUND: line 1:15: "), "{error}");
        assert!(error.contains("exist. This query ran…; `smsvoice views --engine athena --apply` creates"), "{error}");
    }

    #[test]
    fn scan_limit_leads_to_a_shorter_period() {
        let error = of_ended(&QueryExecutionState::Cancelled, "Bytes scanned limit was exceeded", "q").to_string();
        assert!(error.contains("--since"), "{error}");
    }
}
