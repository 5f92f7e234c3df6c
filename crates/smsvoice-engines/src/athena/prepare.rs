//! Athena keeps prepared statements by workgroup, by calls of their own.

use async_trait::async_trait;
use aws_sdk_athena::error::ProvideErrorMetadata;
use smsvoice_metrics::EngineError;
use smsvoice_metrics::ddl::Engine;

use super::{AthenaEngine, elsewhere};
use crate::apply::{Change, KeepsDefinitions};

#[async_trait]
impl KeepsDefinitions for AthenaEngine {
    fn dialect(&self) -> Engine {
        Engine::Athena
    }

    async fn create_database(&self, sql: &str) -> Result<(), EngineError> {
        self.asking.run(sql, None).await.map(drop).map_err(elsewhere)
    }

    async fn prepare(&self, name: &str, sql: &str) -> Result<Option<Change>, EngineError> {
        let (client, workgroup) = (self.asking.client(), &self.asking.settings().workgroup);
        let found = client.get_prepared_statement().statement_name(name).work_group(workgroup).send().await;
        let there = match found {
            Ok(found) => found.prepared_statement,
            Err(error) if error.code() == Some("ResourceNotFoundException") => None,
            Err(error) => return Err(elsewhere(self.asking.refused(&error))),
        };
        Ok(Some(match there {
            Some(there) if there.query_statement() == Some(sql) => Change::Kept,
            Some(_) => {
                let update = client.update_prepared_statement().statement_name(name).work_group(workgroup);
                update.query_statement(sql).send().await.map_err(|error| elsewhere(self.asking.refused(&error)))?;
                Change::Replaced
            }
            None => {
                let create = client.create_prepared_statement().statement_name(name).work_group(workgroup);
                create.query_statement(sql).send().await.map_err(|error| elsewhere(self.asking.refused(&error)))?;
                Change::Created
            }
        }))
    }
}
