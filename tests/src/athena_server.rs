//! A server that speaks Athena's protocol and runs the SQL for real: on a Trino, whose engine Athena's is, or on the
//! embedded engine where there is none. It can be told to throttle, and takes its time over a query on request.

mod text;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use serde_json::{Value, json};
use smsvoice_lake::Lake;

use crate::answers;
use crate::trino_client::Trino;

/// Who runs the SQL.
#[derive(Clone, Debug)]
pub enum Backend {
    /// The embedded engine, over this lake.
    Local(Lake),
    /// A Trino.
    Trino(Trino),
}

/// A statement with this in it runs until it is stopped.
pub const ENDLESS: &str = "endless";

/// The rows of a page that Athena gives at most.
const PAGE: usize = 1000;

#[derive(Debug)]
struct Query {
    sql: String,
    /// How many times somebody has looked after it: it is queued, then it runs, then it has ended.
    looks: u32,
    stopped: bool,
    told: Option<Result<Told, String>>,
}

/// Names and types of columns, and rows as Athena writes them.
#[derive(Clone, Debug)]
struct Told {
    columns: Vec<(String, String)>,
    rows: Vec<Vec<Option<String>>>,
    bytes: u64,
}

#[derive(Debug, Default)]
struct Account {
    queries: BTreeMap<String, Query>,
    prepared: BTreeMap<String, String>,
    /// The operations, in the order they were called.
    called: Vec<(String, Value)>,
    /// So many more calls are throttled.
    throttled: u32,
    /// Whether the workgroup has a place for results.
    places_results: bool,
}

/// A running server; it ends with the test.
#[derive(Clone, Debug)]
pub struct AthenaServer {
    /// Where it is.
    pub url: String,
    account: Arc<Mutex<Account>>,
    backend: Backend,
}

impl AthenaServer {
    /// Starts one on a free port, on the runtime that calls.
    ///
    /// # Panics
    /// If loopback cannot be listened on.
    pub async fn start(backend: Backend) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback can be listened on");
        let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let account = Arc::new(Mutex::new(Account { places_results: true, ..Account::default() }));
        let server = Self { url, account, backend };
        let router = Router::new().route("/", routing::post(answer)).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    /// Answers the next calls with "too many requests".
    pub fn throttle(&self, calls: u32) {
        self.account().throttled = calls;
    }

    /// Keeps a statement, as a deployment would.
    pub fn prepare(&self, name: &str, sql: &str) {
        self.account().prepared.insert(name.to_owned(), sql.to_owned());
    }

    /// Makes the workgroup one that says nothing about results.
    pub fn place_no_results(&self) {
        self.account().places_results = false;
    }

    /// The operations that were called since this was last asked.
    pub fn called(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.account().called)
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_query(&self, request: &Value) -> Result<Value, Refusal> {
        let sql = request["QueryString"].as_str().unwrap_or_default().to_owned();
        let mut account = self.account();
        if !account.places_results && request["ResultConfiguration"]["OutputLocation"].is_null() {
            return Err((
                "InvalidRequestException",
                "No output location provided. An output location is required either \
                through the Workgroup result configuration setting or as an API input."
                    .to_owned(),
            ));
        }
        let id = format!("q-{}", account.queries.len());
        account.queries.insert(id.clone(), Query { sql: sql.clone(), looks: 0, stopped: false, told: None });
        let prepared = executed(&sql).and_then(|name| Some((name.to_owned(), account.prepared.get(name)?.clone())));
        drop(account);
        let (server, of) = (self.clone(), id.clone());
        tokio::spawn(async move {
            let is_endless = |text: &str| text.contains(ENDLESS);
            if is_endless(&sql) || prepared.as_ref().is_some_and(|(_, text)| is_endless(text)) {
                return;
            }
            let told = server.run(&sql, prepared).await;
            if let Some(query) = server.account().queries.get_mut(&of) {
                query.told = Some(told);
            }
        });
        Ok(json!({"QueryExecutionId": id}))
    }

    async fn run(&self, sql: &str, prepared: Option<(String, String)>) -> Result<Told, String> {
        // Hive's DDL: a parser of its own in Athena, and none here.
        if is_ddl(sql) && !sql.starts_with("CREATE OR REPLACE VIEW") {
            return Ok(Told { columns: Vec::new(), rows: Vec::new(), bytes: 0 });
        }
        let (columns, rows, bytes) = match &self.backend {
            Backend::Trino(trino) => {
                let prepared = prepared.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
                trino.run(sql, prepared).await?
            }
            Backend::Local(_) if is_ddl(sql) => (Vec::new(), Vec::new(), 0),
            Backend::Local(lake) => {
                let sql = prepared.map_or_else(|| Ok(sql.to_owned()), |(_, text)| with_arguments(&text, sql))?;
                answers::typed(lake, &sql).await.map(|(columns, rows)| (columns, rows, 20 << 20))?
            }
        };
        let row = |row: &Vec<Value>| {
            row.iter().zip(&columns).map(|(value, (_, kind))| text::written(value, kind)).collect::<Vec<_>>()
        };
        Ok(Told { rows: rows.iter().map(row).collect(), columns: columns.clone(), bytes })
    }

    fn look(&self, request: &Value) -> Result<Value, Refusal> {
        let mut account = self.account();
        let query = found(&mut account, request)?;
        query.looks += 1;
        let (state, reason, bytes) = match (&query.told, query.looks) {
            _ if query.stopped => ("CANCELLED", Some("Query cancelled by user".to_owned()), 5 << 20),
            (_, 1) => ("QUEUED", None, 0),
            (None, _) | (_, 2) => ("RUNNING", None, 0),
            (Some(Ok(told)), _) => ("SUCCEEDED", None, told.bytes),
            (Some(Err(problem)), _) => ("FAILED", Some(problem.clone()), 0),
        };
        let kind = if is_ddl(&query.sql) { "DDL" } else { "DML" };
        Ok(json!({"QueryExecution": {
            "QueryExecutionId": request["QueryExecutionId"], "Query": query.sql, "StatementType": kind,
            "Status": {"State": state, "StateChangeReason": reason},
            "Statistics": {"DataScannedInBytes": bytes},
        }}))
    }

    fn results(&self, request: &Value) -> Result<Value, Refusal> {
        let mut account = self.account();
        let query = found(&mut account, request)?;
        let Some(Ok(told)) = &query.told else {
            return Err(("InvalidRequestException", "Query has not yet finished.".to_owned()));
        };
        // The first page begins with the names of the columns, which count as a row.
        let header = told.columns.iter().map(|(name, _)| Some(name.clone())).collect();
        let header: Vec<_> = if is_ddl(&query.sql) { Vec::new() } else { vec![header] };
        let all: Vec<&Vec<Option<String>>> = header.iter().chain(&told.rows).collect();
        let begin: usize = request["NextToken"].as_str().map_or(Ok(0), str::parse).unwrap_or_default();
        let most = request["MaxResults"].as_u64().map_or(PAGE, |most| most as usize);
        if most > PAGE {
            return Err(("InvalidRequestException", "MaxResults is more than maximum allowed length 1000".to_owned()));
        }
        let end = (begin + most).min(all.len());
        let datum = |text: &Option<String>| text.as_ref().map_or(json!({}), |text| json!({"VarCharValue": text}));
        let rows = all[begin..end].iter().map(|row| json!({"Data": row.iter().map(datum).collect::<Vec<_>>()}));
        let columns = told.columns.iter().map(|(name, kind)| text::column(name, kind));
        let next = (end < all.len()).then(|| end.to_string());
        Ok(json!({"NextToken": next, "ResultSet": {"Rows": rows.collect::<Vec<_>>(),
            "ResultSetMetadata": {"ColumnInfo": columns.collect::<Vec<_>>()}}}))
    }

    fn prepared(&self, operation: &str, request: &Value) -> Result<Value, Refusal> {
        let mut account = self.account();
        let name = request["StatementName"].as_str().unwrap_or_default().to_owned();
        let missing = ("ResourceNotFoundException", format!("PreparedStatement {name} was not found"));
        match operation {
            "GetPreparedStatement" => {
                let sql = account.prepared.get(&name).ok_or(missing)?;
                Ok(json!({"PreparedStatement": {"StatementName": name, "QueryStatement": sql}}))
            }
            "UpdatePreparedStatement" if !account.prepared.contains_key(&name) => Err(missing),
            _ => {
                let sql = request["QueryStatement"].as_str().unwrap_or_default();
                account.prepared.insert(name, sql.to_owned());
                Ok(json!({}))
            }
        }
    }
}

/// A code and a message.
type Refusal = (&'static str, String);

fn found<'a>(account: &'a mut Account, request: &Value) -> Result<&'a mut Query, Refusal> {
    let id = request["QueryExecutionId"].as_str().unwrap_or_default();
    account.queries.get_mut(id).ok_or(("InvalidRequestException", format!("QueryExecution {id} was not found")))
}

async fn answer(State(server): State<AthenaServer>, headers: HeaderMap, body: String) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.strip_prefix("AmazonAthena.").unwrap_or_default().to_owned();
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let throttled = {
        let mut account = server.account();
        account.called.push((operation.clone(), request.clone()));
        let throttled = account.throttled > 0;
        account.throttled = account.throttled.saturating_sub(1);
        throttled
    };
    let told = match operation.as_str() {
        _ if throttled => Err(("TooManyRequestsException", "Rate exceeded".to_owned())),
        "StartQueryExecution" => server.start_query(&request),
        "GetQueryExecution" => server.look(&request),
        "GetQueryResults" => server.results(&request),
        "StopQueryExecution" => found(&mut server.account(), &request).map(|query| {
            query.stopped = true;
            json!({})
        }),
        other if other.ends_with("PreparedStatement") => server.prepared(other, &request),
        other => Err(("InvalidRequestException", format!("no operation {other}"))),
    };
    let json = [("content-type", "application/x-amz-json-1.1")];
    match told {
        Ok(answer) => (json, answer.to_string()).into_response(),
        Err((code, message)) => {
            (StatusCode::BAD_REQUEST, json, json!({"__type": code, "Message": message}).to_string()).into_response()
        }
    }
}

fn is_ddl(sql: &str) -> bool {
    sql.trim_start().starts_with("CREATE ")
}

/// A prepared statement with the arguments of an `EXECUTE`, which are quoted texts, in the place of its parameters.
fn with_arguments(text: &str, execute: &str) -> Result<String, String> {
    let (_, arguments) = execute.split_once(" USING ").ok_or("INVALID_PARAMETER_USAGE: no USING")?;
    let arguments: Vec<&str> = arguments.split(", ").collect();
    let parts: Vec<&str> = text.split('?').collect();
    if parts.len() != arguments.len() + 1 {
        return Err(format!("INVALID_PARAMETER_USAGE: {} arguments for {}", arguments.len(), parts.len() - 1));
    }
    Ok(parts.iter().zip(arguments.iter().chain([&""])).map(|(part, argument)| format!("{part}{argument}")).collect())
}

/// The name of the statement that an `EXECUTE` runs.
fn executed(sql: &str) -> Option<&str> {
    sql.strip_prefix("EXECUTE ").and_then(|rest| rest.split_whitespace().next())
}
