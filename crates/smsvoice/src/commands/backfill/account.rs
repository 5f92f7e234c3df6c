//! The account of a job: the ledgers of all objects, summed from its completion report.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::{Context, ensure};
use indicatif::HumanCount;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use smsvoice_doctor::s3_batch::Progress;
use smsvoice_ingest::{Ledger, ObjectAccount};
use smsvoice_lake::Lake;

use crate::commands::print_document;
use crate::commands::replay::ledger_lines;
use crate::output::FormatArgs;
use crate::{Exit, World};

/// Sentences about objects that are told at most.
const TOLD: usize = 16;

/// What became of all objects.
#[derive(Debug, Default)]
pub(super) struct Account {
    ledger: Ledger,
    /// Objects that were read to their end.
    succeeded: u64,
    failed: u64,
    /// Objects of which the function told no ledger: it was not invoked, or did not answer.
    without_ledger: u64,
    /// Why objects failed, and how many did so.
    errors: BTreeMap<String, u64>,
}

/// The report's own table of contents.
#[derive(Deserialize)]
struct Contents {
    #[serde(rename = "Results", default)]
    results: Vec<ResultFile>,
}

#[derive(Deserialize)]
struct ResultFile {
    #[serde(rename = "Bucket")]
    bucket: String,
    #[serde(rename = "Key")]
    key: String,
}

#[derive(Serialize)]
struct Json<'a> {
    job: &'a str,
    objects: u64,
    objects_failed: u64,
    objects_without_ledger: u64,
    #[serde(flatten)]
    ledger: &'a Ledger,
    errors: &'a BTreeMap<String, u64>,
}

impl Account {
    /// Reads the report of a job that is over. A job that failed before it began has none.
    pub(super) async fn read(lake: &Lake, progress: &Progress, id: &str) -> anyhow::Result<Self> {
        let (bucket, prefix) = &progress.report;
        let ours = lake.url().strip_prefix("s3://").is_some_and(|rest| rest.split('/').next() == Some(bucket));
        ensure!(ours, "the report of job {id} lies in the bucket {bucket}, which is not that of {}", lake.url());
        let mut account = Self::default();
        let contents = Path::from(format!("{prefix}/job-{id}/manifest.json"));
        let read = lake.store().get(&contents).await;
        if matches!(read, Err(object_store::Error::NotFound { .. })) && progress.succeeded + progress.failed == 0 {
            return Ok(account);
        }
        let bytes = read.with_context(|| format!("the report of job {id}"))?.bytes().await?;
        let contents: Contents = serde_json::from_slice(&bytes).context("the report's manifest.json")?;
        for ResultFile { bucket: of_file, key } in contents.results {
            ensure!(of_file == *bucket, "a part of the report lies in another bucket, {of_file}");
            let bytes = lake.store().get(&Path::from(key.as_str())).await.with_context(|| key.clone())?.bytes().await?;
            account.add_lines(&bytes).with_context(|| key.clone())?;
        }
        Ok(account)
    }

    /// Adds a file of the report: bucket, key, version, status, two codes, and what the function said.
    fn add_lines(&mut self, csv: &[u8]) -> anyhow::Result<()> {
        let mut lines = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv);
        for line in lines.records() {
            let line = line?;
            let succeeded = line.get(3).is_some_and(|status| status.eq_ignore_ascii_case("succeeded"));
            *(if succeeded { &mut self.succeeded } else { &mut self.failed }) += 1;
            let said = line.get(line.len().saturating_sub(1)).unwrap_or_default();
            let error = if let Some(ObjectAccount { ledger, error }) = ObjectAccount::from_json(said) {
                self.ledger.add(&ledger);
                error
            } else {
                self.without_ledger += 1;
                Some(said.to_owned())
            };
            if !succeeded {
                self.remember(error.unwrap_or_default());
            }
        }
        Ok(())
    }

    fn remember(&mut self, error: String) {
        let room = self.errors.len() < TOLD;
        match self.errors.get_mut(&error) {
            Some(count) => *count += 1,
            None if room => drop(self.errors.insert(error, 1)),
            None => *self.errors.entry("others".to_owned()).or_default() += 1,
        }
    }

    pub(super) fn print(&self, format: FormatArgs, progress: &Progress, world: &World) -> anyhow::Result<()> {
        let Self { ledger, succeeded, failed, without_ledger, errors } = self;
        let document = Json {
            job: &progress.status,
            objects: succeeded + failed,
            objects_failed: *failed,
            objects_without_ledger: *without_ledger,
            ledger,
            errors,
        };
        let objects = HumanCount(succeeded + failed).to_string();
        let text = format!("{:<14}{objects:>12}  {failed} failed\n{}", "objects", ledger_lines(ledger, ""));
        print_document(format, world, &text, &document)?;
        let mut told = io::stderr();
        if progress.status != "Complete" {
            writeln!(told, "error: the job is {}: {}", progress.status, progress.reason)?;
        }
        for (error, count) in errors {
            writeln!(told, "error: {count} objects: {error}")?;
        }
        Ok(())
    }

    pub(super) fn exit(&self, progress: &Progress) -> Exit {
        if progress.status != "Complete" || self.failed > 0 || self.without_ledger > 0 || self.ledger.to_retry > 0 {
            Exit::Failed
        } else if self.ledger.quarantined > 0 {
            Exit::Quarantined
        } else {
            Exit::Done
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_summed_line_by_line() {
        let csv = concat!(
            "b,k1,,succeeded,200,,\"{\"\"received\"\":3,\"\"written\"\":3,\"\"by_source\"\":{\"\"s3\"\":3}}\"\n",
            "b,k%202,,failed,200,PermanentFailure,\"{\"\"error\"\":\"\"gone\"\",\"\"received\"\":1,\"\"quarantined\"\":1}\"\n",
            "b,k3,,failed,,TaskTimeout,the function timed out\n",
        );
        let mut account = Account::default();
        account.add_lines(csv.as_bytes()).unwrap();
        let Account { ledger, succeeded, failed, without_ledger, errors } = &account;
        assert_eq!((*succeeded, *failed, *without_ledger), (1, 2, 1));
        assert_eq!((ledger.received, ledger.written, ledger.quarantined), (4, 3, 1));
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["gone", "the function timed out"]);
        let complete = Progress { status: "Complete".into(), ..Progress::default() };
        assert_eq!(account.exit(&complete), Exit::Failed);
    }
}
