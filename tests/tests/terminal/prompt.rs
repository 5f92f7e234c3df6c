//! The prompt of `query`.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::{at_terminal, lake, see, typed, wait};

#[test]
fn a_prompt_answers_questions_remembers_them_and_outlives_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    lake(folder.path());
    let steps = json!([
        wait("smsvoice>"),
        typed(".tables\r"),
        wait("quarantine   what could not be read, and why\nsmsvoice>"),
        see("tables"),
        typed(".schema quarantine\r"),
        wait("payload_text                 varchar\nsmsvoice>"),
        typed(".schema nothing\r"),
        wait("there is no table nothing; .tables lists them"),
        typed(".tabels\r"),
        wait("there is no command .tabels; did you mean .tables?"),
        typed("SELECT count(*) AS n\r"),
        wait("     ...>"),
        typed("FROM events;\r"),
        wait("538"),
        typed("SELEC 1;\r"),
        wait("the query is not valid"),
        typed(".mode json\r"),
        wait(".mode json\nsmsvoice>"),
        typed("\u{1b}[A\u{1b}[A\u{1b}[A"),
        wait("smsvoice> SELECT count(*) AS n FROM events;"),
        typed("\r"),
        wait("[{\"n\":538}]\nsmsvoice>"),
        see("json"),
        typed("SELECT 40 + 2"),
        typed("\u{1b}[H"),
        wait("smsvoice> SELECT 40 + 2"),
        typed("\u{b}SELECT 7 AS seven;\r"),
        wait("[{\"seven\":7}]\nsmsvoice>"),
        typed("\u{4}"),
    ]);
    let seen = at_terminal(folder.path(), &["query", "--lake", "lake"], &steps);
    assert_eq!(seen.code, Some(0), "{}", seen.last);
    insta::assert_snapshot!("prompt_tables", seen.screen("tables"));

    let again = json!([
        wait("smsvoice>"),
        typed("\u{1b}[A"),
        wait("SELECT 7 AS seven;"),
        typed("\r"),
        wait("7\nsmsvoice>"),
        typed(".quit\r")
    ]);
    let seen = at_terminal(folder.path(), &["query", "--lake", "lake"], &again);
    assert_eq!(seen.code, Some(0), "the history outlives a session: {}", seen.last);
    let history = folder.path().join(".local/state/smsvoice/history");
    let mode = std::fs::metadata(&history).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "a query can name telephone numbers");
    let history = std::fs::read_to_string(history).unwrap();
    assert_eq!(
        history.lines().find(|line| line.starts_with("SELECT")),
        Some("SELECT count(*) AS n FROM events;"),
        "a query is a line of it"
    );
}

#[test]
fn ctrl_c_drops_what_was_begun_ends_what_runs_and_never_the_prompt() {
    let folder = tempfile::tempdir().unwrap();
    lake(folder.path());
    let endless =
        "SELECT count(*) FROM generate_series(1, 10000000) AS a CROSS JOIN generate_series(1, 10000000) AS b;\r";
    let steps = json!([
        wait("smsvoice>"),
        typed("SELECT nonsense\r"),
        wait("     ...>"),
        typed("more of it"),
        wait("     ...> more of it"),
        typed("\u{3}"),
        wait("     ...> more of it\nsmsvoice>"),
        typed("SELECT 1 AS one;\r"),
        wait("1\nsmsvoice>"),
        typed(endless),
        json!({"sleep": 1.0}),
        typed("\u{3}"),
        wait("interrupted; the query was ended\nsmsvoice>"),
        typed("SELECT 2 AS two;\r"),
        wait("2\nsmsvoice>"),
        see("after"),
        typed("\u{4}"),
    ]);
    let seen = at_terminal(folder.path(), &["query", "--lake", "lake"], &steps);
    assert_eq!(seen.code, Some(0), "{}", seen.last);
}

#[test]
fn a_line_longer_than_the_screen_goes_on_below_and_can_be_changed_at_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    lake(folder.path());
    let long = format!("SELECT '{}' AS a, 5 AS five", "x".repeat(100));
    let steps = json!([
        wait("smsvoice>"),
        typed(".mode csv\r"),
        wait(".mode csv\nsmsvoice>"), // what is typed before the prompt is there is shown by the terminal itself
        typed(&long),
        wait("AS five"),
        see("typed"),
        typed("\u{1b}[H\u{b}\u{19}"), // to its beginning; cut to its end; put back
        wait("AS five"),
        typed(";\r"),
        wait(",5\nsmsvoice>"),
        typed("\u{4}"),
    ]);
    let seen = at_terminal(folder.path(), &["query", "--lake", "lake"], &steps);
    let lines: Vec<&str> = seen.screen("typed").lines().collect();
    let prompts = lines.iter().filter(|line| line.starts_with("smsvoice>")).count();
    assert_eq!((prompts, lines.len()), (2, 4), "{}", seen.screen("typed"));
    assert_eq!(seen.code, Some(0), "{}", seen.last);
}
