//! Values as Athena writes them: all of them texts, maps and arrays without quotes, bytes in hexadecimal.

use serde_json::{Value, json};

/// A value of Trino's JSON, or of `smsvoice --format json`, of a type that Trino names.
pub(super) fn written(value: &Value, kind: &str) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) if kind.starts_with("timestamp") => text.replace('T', " ").replace('Z', ""),
        Value::String(text) if kind == "varbinary" => {
            let bytes = base64_simd::STANDARD.decode_to_vec(text).unwrap_or_else(|_| text.clone().into_bytes());
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
        }
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let pair = |(key, value): (&String, &Value)| format!("{key}={}", inner(value));
            format!("{{{}}}", members.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(inner).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    };
    Some(text)
}

fn inner(value: &Value) -> String {
    written(value, "varchar").unwrap_or_else(|| "null".to_owned())
}

/// A column of the metadata: the types of maps and arrays are not told, digits of decimals are.
pub(super) fn column(name: &str, kind: &str) -> Value {
    let (word, rest) = kind.split_once('(').unwrap_or((kind, ""));
    let mut digits = rest.split([',', ')']).filter_map(|digits| digits.trim().parse::<u64>().ok());
    let (precision, scale) = if word == "decimal" { (digits.next(), digits.next()) } else { (Some(0), Some(0)) };
    let word = if kind.ends_with("with time zone") { format!("{word} with time zone") } else { word.to_owned() };
    json!({"CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": name, "Label": name, "Type": word,
        "Precision": precision, "Scale": scale, "Nullable": "UNKNOWN", "CaseSensitive": word == "varchar"})
}
