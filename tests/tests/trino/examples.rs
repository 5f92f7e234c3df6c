//! The examples of Trino's functions by which the embedded engine is tested, put to this Trino: one list, asked of both.

use base64_simd::STANDARD;
use serde_json::Value;
use tests::trino_client::Trino;
use tokio::runtime::Runtime;

use crate::server::Served;

/// `expression => what it gives`, a line each.
const EXAMPLES: &str = include_str!("../../../crates/smsvoice-metrics/tests/trino_examples.txt");

/// What Trino gives otherwise, and why the embedded engine does not.
const EXCEPTIONS: [(&str, &str); 1] = [
    // The same instant. All times of a lake are shown in UTC, and a column of Arrow has one zone for all its rows.
    ("from_iso8601_timestamp('2020-05-11T11:15:05.055+01:00')", "2020-05-11T11:15:05.055+01:00"),
];

/// Expressions of one query: planning takes longer than computing.
const AT_ONCE: usize = 25;

/// Of such types a value is asked for as text: the protocol tells the zone by its name.
const ZONED: &str = "with time zone";

#[test]
fn trino_gives_what_the_examples_say() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path());
    let trino =
        Trino { url: served.url.clone(), catalog: "system".to_owned(), schema: "information_schema".to_owned() };
    let runtime = Runtime::new().unwrap();
    let examples: Vec<(&str, &str)> = EXAMPLES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(" => ").unwrap_or_else(|| panic!("{line}")))
        .collect();
    assert!(examples.len() > 400, "{}", examples.len());
    let mut wrong = Vec::new();
    for examples in examples.chunks(AT_ONCE) {
        let expressions: Vec<&str> = examples.iter().map(|(expression, _)| *expression).collect();
        for ((expression, expected), given) in examples.iter().zip(runtime.block_on(given(&trino, &expressions))) {
            let exception = EXCEPTIONS.iter().find(|(excepted, _)| excepted == expression);
            let expected = exception.map_or(*expected, |(_, gives)| gives);
            if !same(&given, expected) {
                wrong.push(format!("{expression}\n  gives {given}\n  not   {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), examples.len(), wrong.join("\n"));
}

/// What each expression gives. One that fails spoils the query, so that all of them are asked again, each by itself.
async fn given(trino: &Trino, expressions: &[&str]) -> Vec<String> {
    if let Ok(values) = together(trino, expressions).await {
        return values;
    }
    let mut all = Vec::new();
    for expression in expressions {
        all.push(together(trino, &[expression]).await.map_or_else(|error| error, |mut values| values.remove(0)));
    }
    all
}

async fn together(trino: &Trino, expressions: &[&str]) -> Result<Vec<String>, String> {
    let value = |expression: &str| {
        if expression.starts_with("SELECT") { format!("({expression})") } else { expression.to_owned() }
    };
    let select = |values: Vec<String>| format!("SELECT {}", values.join(", "));
    let values: Vec<String> = expressions.iter().map(|expression| value(expression)).collect();
    let (columns, rows, _) = trino.run(&select(values.clone()), None).await?;
    let told = columns.iter().zip(&rows[0]).map(|((_, kind), value)| shown(value, kind));
    let mut told: Vec<String> = told.collect();
    for (at, _) in columns.iter().enumerate().filter(|(_, (_, kind))| kind.ends_with(ZONED)) {
        let (_, rows, _) = trino.run(&format!("SELECT to_iso8601({})", values[at]), None).await?;
        told[at] = without_zeros(&shown(&rows[0][0], "varchar"));
    }
    Ok(told)
}

/// A value as the embedded engine's answers are shown in the examples.
fn shown(value: &Value, kind: &str) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Array(items) => {
            let kind = kind.strip_prefix("array(").and_then(|rest| rest.strip_suffix(')')).unwrap_or("row");
            format!("[{}]", items.iter().map(|item| shown(item, kind)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(entries) => {
            let kind = kind.split_once(", ").map_or(kind, |(_, value)| value.strip_suffix(')').unwrap_or(value));
            let entry = |(key, value): (&String, &Value)| format!("{key}: {}", shown(value, kind));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) if kind == "varbinary" => {
            let bytes = STANDARD.decode_to_vec(text).unwrap();
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }
        Value::String(text) if kind.starts_with("timestamp") => without_zeros(&text.replace(' ', "T")),
        Value::String(text) if text == "Infinity" && kind == "double" => "inf".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// An instant without a fraction that says nothing.
fn without_zeros(text: &str) -> String {
    text.replace(".000000000", "").replace(".000", "")
}

/// Whether both texts are of one value. The entries of a map have no order. A time without zone in Trino is one in UTC here.
fn same(given: &str, expected: &str) -> bool {
    let entries = |text: &str| {
        let inner = text.strip_prefix('{')?.strip_suffix('}')?;
        let mut entries: Vec<_> = inner.split(", ").map(str::to_owned).collect();
        entries.sort();
        Some(entries)
    };
    let is_time = || given.len() >= "2020-05-11T11:15:05".len() && given.as_bytes()[10] == b'T';
    given == expected
        || is_time() && expected.strip_suffix('Z') == Some(given)
        || entries(given).is_some() && entries(given) == entries(expected)
}
