//! `smsvoice views --apply`: definitions are made where an engine keeps them, and again without harm.

use smsvoice_metrics::ddl::prepared;

use crate::athena::{athena, done, over_nothing};

const VIEWS: [&str; 4] = ["views", "--lake", "s3://example-lake/sms", "--apply"];

#[test]
fn athena_is_told_of_tables_views_and_prepared_statements_once_and_again() {
    let (_runtime, server) = over_nothing();
    let (code, first, said) = done(&mut athena(&server, &VIEWS));
    assert_eq!(code, Some(0), "{said}");
    for line in ["database smsvoice: created", "table events: created", "view rates: created"] {
        assert!(first.contains(line), "{first}");
    }
    assert_eq!(first.matches("prepared statement ").count(), prepared().len(), "{first}");
    let called = server.called();
    let started = called.iter().filter(|(operation, _)| operation == "StartQueryExecution");
    let started: Vec<_> = started.map(|(_, request)| request.clone()).collect();
    assert!(started[0]["QueryExecutionContext"]["Database"].is_null(), "it is not there yet: {}", started[0]);
    assert!(started[2..].iter().all(|request| request["QueryExecutionContext"]["Database"] == "smsvoice"));

    let (code, again, said) = done(&mut athena(&server, &VIEWS));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(again.matches(": is there already").count(), prepared().len(), "the prepared statements: {again}");
    let called = server.called();
    assert!(!called.iter().any(|(operation, _)| operation == "CreatePreparedStatement"));
}

#[test]
fn engines_that_keep_nothing_are_told_apart() {
    for engine in ["duckdb", "spark", "cloudformation"] {
        let mut command = std::process::Command::new(tests::programs::program("smsvoice"));
        let (code, out, said) = done(command.args(VIEWS).args(["--engine", engine]));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{engine}");
        assert!(said.contains("--apply"), "{said}");
    }
}
