//! Workbooks that `--out FILE.xlsx` writes, as openpyxl reads them: the rows of the same answer as JSON, with their types.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tests::programs::program;
use tests::python;
use tests::replayed::generated;

fn smsvoice(arguments: &[&str]) -> Output {
    Command::new(program("smsvoice")).args(arguments).output().unwrap()
}

/// What openpyxl sees of a question's workbook, and the rows of its JSON.
fn asked(folder: &Path, question: &[&str]) -> (Value, Vec<Value>) {
    let out = folder.join("answer.xlsx");
    let written = smsvoice(&[question, &["--out", out.to_str().unwrap()]].concat());
    assert!(written.status.success(), "{written:?}");
    let seen = python::run_with("requirements-command.txt", "workbook.py", &[out.as_os_str()], "");
    let json = smsvoice(&[question, &["--json"]].concat());
    (serde_json::from_str(&seen).unwrap(), serde_json::from_slice(&json.stdout).unwrap())
}

/// Whether a cell says what JSON says.
fn is_same(cell: &Value, json: &Value) -> bool {
    let (kind, value) = (cell["type"].as_str().unwrap(), &cell["value"]);
    match json {
        Value::Null => value.is_null(),
        Value::Bool(_) => kind == "b" && value == json,
        Value::Number(number) if kind == "s" => value == &Value::from(number.to_string()),
        Value::Number(number) => {
            kind == "n"
                && (value.as_f64().unwrap() - number.as_f64().unwrap()).abs() <= 1e-12 * number.as_f64().unwrap().abs()
        }
        // A moment, without its zone; a day; digits; else the text.
        Value::String(text) => match kind {
            "d" => text.trim_end_matches('Z') == value || value == &format!("{text}T00:00:00.000"),
            "n" => (text.is_empty() && value.is_null()) || value.as_f64() == text.parse().ok(),
            _ => kind == "s" && value == json,
        },
        deep => kind == "s" && serde_json::from_str::<Value>(value.as_str().unwrap()).unwrap() == *deep,
    }
}

fn assert_same(seen: &Value, rows: &[Value]) {
    let head: Vec<&str> = seen["head"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(seen["rows"].as_array().map(Vec::len), Some(rows.len()));
    for (cells, row) in seen["rows"].as_array().unwrap().iter().zip(rows) {
        assert_eq!(row.as_object().unwrap().len(), head.len());
        for (name, cell) in head.iter().zip(cells.as_array().unwrap()) {
            assert!(is_same(cell, &row[*name]), "{name}: {cell} is not {}", row[*name]);
        }
    }
}

/// The cell of this column, in the first row.
fn cell<'a>(seen: &'a Value, name: &str) -> &'a Value {
    let at = seen["head"].as_array().unwrap().iter().position(|one| one == name).unwrap();
    &seen["rows"][0][at]
}

#[test]
fn a_workbook_has_the_rows_of_the_json_with_their_types() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    generated(&lake, 400);
    let lake = lake.to_str().unwrap();
    let sql = "SELECT * FROM messages ORDER BY message_id";
    let (seen, rows) = asked(folder.path(), &["query", "--lake", lake, sql]);
    assert_same(&seen, &rows);
    assert_eq!((&seen["bold"], &seen["frozen"]), (&Value::from(true), &Value::from("A2")));
    assert!(seen["filters"].as_str().unwrap().starts_with("A1:") && seen["filters"].as_str().unwrap().ends_with("401"));
    let widths = seen["widths"].as_object().unwrap();
    assert!(widths.values().all(|width| (8.0..=62.0).contains(&width.as_f64().unwrap())), "{widths:?}");
    assert_eq!(cell(&seen, "requested_at")["type"], "d");
    assert_eq!(cell(&seen, "requested_at")["format"], "yyyy-mm-dd hh:mm:ss.000");
    assert_eq!(
        (&cell(&seen, "price_usd")["type"], &cell(&seen, "price_usd")["format"]),
        (&"n".into(), &"0.00####".into())
    );
    assert_eq!(cell(&seen, "mcc")["type"], "s", "a code is no number");

    let by = ["--by", "country,day", "--as-of", "2026-11-20"];
    for metric in ["rates", "cost"] {
        let (seen, rows) = asked(folder.path(), &[&["metrics", "--lake", lake, "--metric", metric], &by[..]].concat());
        assert_same(&seen, &rows);
        if metric == "rates" {
            assert_eq!(cell(&seen, "delivery_rate")["format"], "0.0%");
            assert_eq!(cell(&seen, "day")["format"], "yyyy-mm-dd");
        }
    }
    let (seen, rows) = asked(folder.path(), &["query", "--lake", lake, "SELECT * FROM messages LIMIT 0"]);
    assert_same(&seen, &rows);
}

#[test]
fn no_text_of_a_workbook_is_a_formula_and_no_number_is_rounded() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    generated(&lake, 300);
    let sql = "SELECT '=HYPERLINK(\"http://127.0.0.1\")' AS equals, '+1' AS plus, '-1+1' AS minus, '@SUM(A1)' AS at, \
        '  < & > ' AS marks, 'two' || chr(10) || 'lines' AS lines, 9007199254740993 AS long, -5 AS negative, \
        CAST('12345678901234.567890' AS DECIMAL(38,6)) AS digits, CAST('-0.000001' AS DECIMAL(18,6)) AS small, \
        CAST(NULL AS BIGINT) AS none, true AS truth, CAST('1890-01-01' AS DATE) AS early, CAST('2026-11-22' AS DATE) AS day, \
        CAST('NaN' AS DOUBLE) AS nan, ARRAY[1, 2] AS list, 0.1 AS tenth";
    let (seen, rows) = asked(folder.path(), &["query", "--lake", lake.to_str().unwrap(), sql]);
    assert_same(&seen, &rows);
    for name in ["equals", "plus", "minus", "at"] {
        assert_eq!((&cell(&seen, name)["type"], &cell(&seen, name)["quoted"]), (&"s".into(), &true.into()), "{name}");
    }
    assert_eq!(cell(&seen, "long")["type"], "s");
    assert_eq!(cell(&seen, "long")["value"], "9007199254740993");
    assert_eq!(cell(&seen, "digits")["value"], "12345678901234.567890");
    assert_eq!(cell(&seen, "negative")["type"], "n");
    assert_eq!(cell(&seen, "early")["value"], "1890-01-01");
}

#[test]
fn what_a_workbook_has_no_room_for_is_told_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    generated(&lake, 300);
    let answers = tempfile::tempdir().unwrap();
    let out = answers.path().join("answer.xlsx");
    let ask = |sql: &str| {
        let question = ["query", "--lake", lake.to_str().unwrap(), sql, "--out", out.to_str().unwrap()];
        let output = smsvoice(&question);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = ask("SELECT rpad('a', 40000, 'a') AS payload");
    assert_eq!(code, Some(1));
    assert!(said.contains("row 1 has 40000 characters in payload"), "{said}");
    assert!(said.contains("answer.xlsx cannot be written"), "{said}");
    assert_eq!(answers.path().read_dir().unwrap().count(), 0);
}
