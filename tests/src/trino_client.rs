//! The plainest client of a Trino: a second one beside that of `smsvoice-engines`, so that neither is checked by itself.

use reqwest::Client;
use serde_json::Value;

/// Where a Trino is, and what its questions are about.
#[derive(Clone, Debug)]
pub struct Trino {
    /// `http://127.0.0.1:8080`.
    pub url: String,
    /// The catalog.
    pub catalog: String,
    /// The schema.
    pub schema: String,
}

/// Columns with their types, rows, and bytes read.
pub type Told = (Vec<(String, String)>, Vec<Vec<Value>>, u64);

impl Trino {
    /// Runs a statement; `prepared` is what an `EXECUTE` in it names.
    pub async fn run(&self, sql: &str, prepared: Option<(&str, &str)>) -> Result<Told, String> {
        let http = Client::new();
        let mut request = http
            .post(format!("{}/v1/statement", self.url))
            .header("X-Trino-User", "test")
            .header("X-Trino-Catalog", &self.catalog)
            .header("X-Trino-Schema", &self.schema)
            .header("X-Trino-Time-Zone", "UTC")
            .header("X-Trino-Client-Capabilities", "PARAMETRIC_DATETIME")
            .body(sql.to_owned());
        if let Some((name, text)) = prepared {
            let text: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            request = request.header("X-Trino-Prepared-Statement", format!("{name}={text}"));
        }
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        let mut answer: Value = page(request).await?;
        loop {
            if let Some(message) = answer["error"]["message"].as_str() {
                return Err(format!("{}: {message}", answer["error"]["errorName"].as_str().unwrap_or_default()));
            }
            if let Some(told) = answer["columns"].as_array() {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                columns = told.iter().map(|column| (text(&column["name"]), text(&column["type"]))).collect();
            }
            let data = answer["data"].as_array().cloned().unwrap_or_default();
            rows.extend(data.into_iter().map(|row| row.as_array().cloned().unwrap_or_default()));
            let Some(next) = answer["nextUri"].as_str() else {
                let bytes = answer["stats"]["physicalInputBytes"].as_u64().unwrap_or_default();
                return Ok((columns, rows, bytes));
            };
            answer = page(http.get(next).header("X-Trino-User", "test")).await?;
        }
    }
}

async fn page(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let response = request.send().await.map_err(|error| error.to_string())?;
    let body = response.bytes().await.map_err(|error| error.to_string())?;
    serde_json::from_slice(&body).map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&body)))
}
