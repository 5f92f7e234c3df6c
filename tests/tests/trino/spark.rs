//! PySpark gives the embedded engine's numbers, and the truth's, by the statements that `smsvoice views --engine spark`
//! prints. It needs a Java as well, and a minute: hence it stands here.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use smsvoice_lake::{Lake, schema};
use smsvoice_metrics::{Metric, MetricsRequest, events_once, messages};
use tests::replayed::{generated, views};
use tests::{answers, python, truth};

/// Spark's question, and ours.
fn questions() -> Vec<(String, String)> {
    let as_of = "2026-11-30T00:00:00Z".parse().unwrap(); // after which all generated messages are mature
    let stored: Vec<_> = schema::QUARANTINE_COLUMNS.iter().map(|column| column.name).collect();
    let quarantine = format!("SELECT {}, dt FROM quarantine", stored.join(", "));
    let events = "SELECT channel, dt, count(*) AS n FROM events GROUP BY channel, dt".to_owned();
    let mut all = vec![
        ("SELECT * FROM messages".to_owned(), messages()),
        ("SELECT * FROM events_once".to_owned(), events_once()),
        (quarantine.clone(), quarantine),
        (events.clone(), events),
    ];
    let metric = |metric: &Metric| (format!("SELECT * FROM {metric}"), MetricsRequest::new(*metric, as_of).sql());
    all.extend(Metric::ALL.iter().map(metric));
    let asked: Vec<_> = truth::QUESTIONS.iter().filter(|sql| all.iter().all(|(theirs, _)| theirs != *sql)).collect();
    all.extend(asked.into_iter().map(|sql| ((*sql).to_owned(), (*sql).to_owned())));
    all
}

#[test]
fn pyspark_gives_the_embedded_engines_numbers_by_its_own_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it's a lake");
    let truth = generated(&path, 2_000);
    let url = path.to_str().unwrap();
    let questions = questions();
    let in_spark = |sql: &String| sql.replace("strpos(", "instr(");
    let queries: Vec<_> = questions.iter().map(|(theirs, _)| in_spark(theirs)).collect();
    let asked = json!({"statements": views("spark", url, &[]), "queries": queries}).to_string();
    let told = python::run_with("requirements-spark.txt", "spark_views.py", &[], &asked);
    let told: Vec<Vec<Value>> = serde_json::from_str(&told).unwrap();
    assert_eq!(told.len(), questions.len());

    let lake = Lake::open(url, []).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut by_question = BTreeMap::new();
    for ((question, ours), theirs) in questions.iter().zip(told) {
        let ours = answers::sorted(runtime.block_on(answers::local(&lake, ours)));
        assert!(!ours.is_empty(), "{question}");
        let sorted = answers::sorted(theirs.clone());
        assert_eq!(sorted.len(), ours.len(), "{question}");
        for (theirs, ours) in sorted.iter().zip(&ours) {
            assert_eq!(theirs, ours, "{question}");
        }
        by_question.insert(question.as_str(), theirs);
    }
    truth::assert_told(&truth, |sql| by_question[sql].clone());
}
