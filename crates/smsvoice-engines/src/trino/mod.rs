//! Trino by its own protocol: a statement is posted, and its rows are fetched page by page until no page is left.
//!
//! There are client crates. The best kept one brings a second HTTP client and two compression libraries, and gives rows
//! of types that are known when a program is compiled; ours are known when the server tells them.

mod page;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use futures::StreamExt;
use futures::stream;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use smsvoice_athena::Pace;
use smsvoice_metrics::ddl::{Engine, prepared};
use smsvoice_metrics::{EngineError, QueryEngine, Rows, Spent};

use self::page::{Page, Stats};
use crate::apply::{Change, KeepsDefinitions};
use crate::kind::Kind;

/// How a server of Trino is reached.
#[derive(Clone, Debug)]
pub struct TrinoSettings {
    /// `https://trino.example.com`.
    pub server: Url,
    /// The catalog that has the tables.
    pub catalog: String,
    /// The schema that has the tables.
    pub schema: String,
    /// Who asks.
    pub user: String,
    /// How they prove it, if they have to.
    pub secret: Option<Secret>,
}

/// How somebody proves who they are. It is never printed.
#[derive(Clone)]
pub enum Secret {
    /// By a password.
    Password(String),
    /// By a JSON web token.
    Token(String),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password(…)",
            Self::Token(_) => "Token(…)",
        })
    }
}

/// Asks a server of Trino.
#[derive(Debug)]
pub struct TrinoEngine {
    session: Arc<Session>,
}

/// What all questions share.
#[derive(Debug)]
struct Session {
    http: Client,
    settings: TrinoSettings,
    pace: Pace,
    /// Where the next page of each question that still runs is.
    running: Mutex<BTreeMap<String, Url>>,
    spent: Mutex<Spent>,
}

/// How long one request may take. The server answers within seconds, also where there is nothing to tell yet.
const REQUEST: Duration = Duration::from_secs(100);

const NAME: &str = "Trino";

fn fault(problem: impl Into<String>, advice: Option<&str>) -> EngineError {
    EngineError::Elsewhere { engine: NAME, problem: problem.into(), advice: advice.map(str::to_owned) }
}

impl TrinoEngine {
    /// An engine that asks a server. Nothing is sent yet.
    pub fn new(settings: TrinoSettings, pace: Pace) -> Result<Self, EngineError> {
        let server = &settings.server;
        let loopback = matches!(server.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if settings.secret.is_some() && server.scheme() != "https" && !loopback {
            let problem = format!("is not asked at {server}, because the password or token would be sent in the clear");
            return Err(fault(problem, Some("give an https:// URL")));
        }
        let http = Client::builder().timeout(REQUEST).user_agent("smsvoice").build();
        let http = http.map_err(|error| fault(format!("cannot be asked: {error}"), None))?;
        let (running, spent) = (Mutex::default(), Mutex::default());
        Ok(Self { session: Arc::new(Session { http, settings, pace, running, spent }) })
    }
}

#[async_trait]
impl QueryEngine for TrinoEngine {
    async fn query(&self, sql: &str) -> Result<Rows, EngineError> {
        let session = self.session.clone();
        session.count(|spent| spent.queries += 1);
        let mut page = session.begin(sql).await?;
        // Columns come with the first page that knows them; a statement that gives no rows has none.
        while page.columns.is_none()
            && let Some(next) = page.next.clone()
        {
            page = session.next(&page.id, next).await?;
        }
        let columns = page.columns.clone().unwrap_or_default();
        let kinds: Arc<[Kind]> = columns.iter().map(|column| Kind::of_trino(&column.kind)).collect();
        let fields = columns.iter().zip(&*kinds).map(|(column, kind)| crate::field(&column.name, kind));
        let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let batches = stream::try_unfold(Some(page), {
            let schema = schema.clone();
            move |page| following(session.clone(), schema.clone(), kinds.clone(), page)
        });
        Ok(Rows::new(schema, batches.boxed()))
    }

    async fn execute(&self, sql: &str) -> Result<(), EngineError> {
        self.query(sql).await?.collect().await.map(drop)
    }

    fn spent(&self) -> Option<Spent> {
        Some(*self.session.spent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn cancel(&self) {
        let running = std::mem::take(&mut *self.session.running.lock().unwrap_or_else(PoisonError::into_inner));
        for next in running.into_values() {
            // Whoever goes has nothing to do about a server that does not listen.
            drop(self.session.with_identity(self.session.http.delete(next)).send().await);
        }
    }
}

#[async_trait]
impl KeepsDefinitions for TrinoEngine {
    fn dialect(&self) -> Engine {
        Engine::Trino
    }

    async fn create_database(&self, sql: &str) -> Result<(), EngineError> {
        self.execute(sql).await
    }

    async fn prepare(&self, _: &str, _: &str) -> Result<Option<Change>, EngineError> {
        Ok(None)
    }
}

/// The rows of a page, and the page after it.
async fn following(
    session: Arc<Session>,
    schema: SchemaRef,
    kinds: Arc<[Kind]>,
    page: Option<Page>,
) -> Result<Option<(RecordBatch, Option<Page>)>, EngineError> {
    let Some(mut page) = page else { return Ok(None) };
    let batch = page.batch(schema, &kinds).map_err(|problem| fault(problem, None))?;
    let next = match page.next.take() {
        Some(next) => Some(session.next(&page.id, next).await?),
        None => None,
    };
    Ok(Some((batch, next)))
}

impl Session {
    async fn begin(&self, sql: &str) -> Result<Page, EngineError> {
        let url = self.settings.server.join("/v1/statement");
        let url = url.map_err(|error| fault(format!("has no such URL: {error}"), None))?;
        let request = self.with_identity(self.http.post(url)).body(sql.to_owned());
        let request = match executed(sql).and_then(|name| prepared().into_iter().find(|known| known.name == name)) {
            // A prepared statement belongs to a session, and the client keeps it.
            Some(known) => {
                request.header("X-Trino-Prepared-Statement", format!("{}={}", known.name, encoded(&known.sql)))
            }
            None => request,
        };
        self.answered(request).await
    }

    async fn next(&self, id: &str, next: Url) -> Result<Page, EngineError> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), next.clone());
        let secret = self.settings.secret.is_some();
        if secret && next.origin() != self.settings.server.origin() {
            let problem = format!("leads to {next}, which is another server than {}", self.settings.server);
            return Err(fault(problem, Some("set http-server.process-forwarded=true at the server")));
        }
        self.answered(self.with_identity(self.http.get(next))).await
    }

    fn with_identity(&self, request: RequestBuilder) -> RequestBuilder {
        let TrinoSettings { server: _, catalog, schema, user, secret } = &self.settings;
        let request = request
            .header("X-Trino-User", user)
            .header("X-Trino-Source", "smsvoice")
            .header("X-Trino-Catalog", catalog)
            .header("X-Trino-Schema", schema)
            .header("X-Trino-Time-Zone", "UTC")
            .header("X-Trino-Client-Capabilities", "PARAMETRIC_DATETIME");
        match secret {
            Some(Secret::Password(password)) => request.basic_auth(user, Some(password)),
            Some(Secret::Token(token)) => request.bearer_auth(token),
            None => request,
        }
    }

    /// The answer to a request, which is repeated while the server is busy or away for a moment.
    async fn answered(&self, request: RequestBuilder) -> Result<Page, EngineError> {
        let mut pauses = self.pace.pauses();
        loop {
            let again = request.try_clone().ok_or_else(|| fault("cannot be asked twice", None))?;
            let problem = match again.send().await {
                Ok(response) if response.status() == StatusCode::OK => {
                    let body = response.bytes().await.map_err(|error| self.lost(&error))?;
                    return self.read(&body);
                }
                Ok(response) if is_passing(response.status()) => format!("answers {}", response.status()),
                Ok(response) => return Err(refused(response.status(), &response.text().await.unwrap_or_default())),
                Err(error) if error.is_connect() || error.is_timeout() => self.unreachable(&error),
                Err(error) => return Err(self.lost(&error)),
            };
            match pauses.next() {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(fault(problem, Some("try again later, or look at the server"))),
            }
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> String {
        format!("cannot be reached at {}: {}", self.settings.server, root(error))
    }

    fn lost(&self, error: &reqwest::Error) -> EngineError {
        fault(format!("broke off at {}: {}", self.settings.server, root(error)), None)
    }

    fn read(&self, body: &[u8]) -> Result<Page, EngineError> {
        let page = Page::read(body).map_err(|problem| fault(problem, Some("is --server the address of a Trino?")))?;
        let Stats { processed_bytes, physical_input_bytes } = page.stats;
        let bytes = if physical_input_bytes > 0 { physical_input_bytes } else { processed_bytes };
        if page.next.is_none() {
            self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&page.id);
            self.count(|spent| spent.bytes_scanned += bytes);
        }
        match page.failure() {
            Some((problem, advice)) => Err(fault(problem, advice)),
            None => Ok(page),
        }
    }

    fn count(&self, count: impl FnOnce(&mut Spent)) {
        count(&mut self.spent.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// What passes: the server starts, is busy, or is behind something that is.
fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

fn refused(status: StatusCode, body: &str) -> EngineError {
    let advice = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "set SMSVOICE_TRINO_PASSWORD or SMSVOICE_TRINO_TOKEN, and --user"
        }
        StatusCode::NOT_FOUND => "is --server the address of a Trino?",
        _ => "look at the server",
    };
    let line = body.lines().next().unwrap_or_default();
    let said: String = line.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let colon = if said.is_empty() { "" } else { ": " };
    fault(format!("answers {status}{colon}{said}"), Some(advice))
}

/// The cause at the bottom, which says most.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// The name of the statement that an `EXECUTE` runs, or a `DESCRIBE` of it asks about.
fn executed(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    let at = words.find(|word| word.eq_ignore_ascii_case("execute") || word.eq_ignore_ascii_case("output"));
    at.and_then(|_| words.next()).filter(|_| {
        let first = sql.split_whitespace().next().unwrap_or_default();
        ["execute", "describe", "explain"].into_iter().any(|word| word.eq_ignore_ascii_case(first))
    })
}

/// A text as part of a header.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prepared_statement_of_an_execute_is_found() {
        assert_eq!(executed("EXECUTE rates_between USING DATE '2026-11-01'"), Some("rates_between"));
        assert_eq!(executed("explain execute rates_between"), Some("rates_between"));
        assert_eq!(executed("SELECT 'execute it'"), None);
    }

    #[test]
    fn secret_is_not_printed_and_not_sent_in_the_clear() {
        let server = Url::parse("http://trino.example.com").unwrap();
        let settings = TrinoSettings {
            server,
            catalog: "hive".into(),
            schema: "smsvoice".into(),
            user: "ana".into(),
            secret: Some(Secret::Password("s3cret".into())),
        };
        assert!(!format!("{settings:?}").contains("s3cret"));
        let error = TrinoEngine::new(settings, Pace::default()).unwrap_err().to_string();
        assert!(error.contains("in the clear; give an https:// URL"), "{error}");
    }
}
