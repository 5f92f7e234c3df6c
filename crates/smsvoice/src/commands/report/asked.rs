//! `smsvoice report --show-sql`: the questions that a report asks, so that they can be read, and asked of another engine.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use smsvoice_metrics::{EngineError, Gathered, Kept, QueryEngine, Rows, Spent};

/// An engine that notes what it is asked.
pub(super) struct Noting<'a> {
    engine: &'a dyn QueryEngine,
    asked: Mutex<Vec<String>>,
}

impl<'a> Noting<'a> {
    pub(super) fn new(engine: &'a dyn QueryEngine) -> Self {
        Self { engine, asked: Mutex::default() }
    }

    /// Every statement, in the order they were asked in, each once.
    pub(super) fn asked(&self) -> String {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().map(|sql| format!("{};\n", sql.trim_end())).collect()
    }

    fn note(&self, sql: String) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.contains(&sql) {
            asked.push(sql);
        }
    }
}

#[async_trait]
impl QueryEngine for Noting<'_> {
    async fn query(&self, sql: &str) -> Result<Rows, EngineError> {
        self.note(sql.to_owned());
        self.engine.query(sql).await
    }

    async fn execute(&self, sql: &str) -> Result<(), EngineError> {
        self.engine.execute(sql).await
    }

    fn left_out(&self) -> Vec<String> {
        self.engine.left_out()
    }

    fn spent(&self) -> Option<Spent> {
        self.engine.spent()
    }

    async fn keep(&self, queries: &[Gathered], rows: Option<&str>) -> Result<Option<Kept>, EngineError> {
        let kept = self.engine.keep(queries, rows).await?;
        if kept.is_some() {
            for Gathered { table, sql } in queries {
                self.note(format!("CREATE TABLE {table} AS\n{sql}"));
            }
        }
        Ok(kept)
    }

    async fn cancel(&self) {
        self.engine.cancel().await;
    }

    async fn days(&self) -> Result<Option<(String, String)>, EngineError> {
        self.engine.days().await
    }
}
