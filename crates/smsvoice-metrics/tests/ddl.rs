//! The tables as each engine is told of them.

use smsvoice_metrics::ddl::{DayRange, Engine, TablesOf};

fn quarantine(engine: Engine) -> String {
    let lake = TablesOf::new("s3://bucket/sms/", DayRange::default());
    let statements = engine.statements(&lake);
    let table = statements.into_iter().find(|sql| sql.lines().next().is_some_and(|line| line.contains(" quarantine ")));
    table.expect("there is a table quarantine")
}

#[test]
fn table_is_told_to_athena_in_hives_words() {
    insta::assert_snapshot!(quarantine(Engine::Athena));
}

#[test]
fn table_is_told_to_trino_with_athenas_projection() {
    insta::assert_snapshot!(quarantine(Engine::Trino));
}

#[test]
fn table_is_a_view_of_files_in_duckdb() {
    insta::assert_snapshot!(quarantine(Engine::DuckDb));
}

#[test]
fn table_is_a_view_of_files_in_spark() {
    insta::assert_snapshot!(quarantine(Engine::Spark));
}
