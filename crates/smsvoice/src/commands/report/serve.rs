//! `smsvoice report --serve`: the same page on loopback, made anew at each visit, with period and filters as controls.

use std::convert::Infallible;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use smsvoice_metrics::report::report;
use smsvoice_report::Controls;
use tokio::net::{TcpListener, TcpStream};

use super::{AboutArgs, Args};
use crate::World;
use crate::engine::tell_spent;

/// Seconds until an open page asks again.
const REFRESH: u32 = 60;

/// Serves until somebody ends it.
pub(super) async fn serve(args: &Args, world: &World) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", args.port)).await;
    let listener = listener.with_context(|| format!("port {} of 127.0.0.1 cannot be listened on", args.port))?;
    let address = listener.local_addr()?;
    writeln!(io::stdout(), "http://{address}/  (Ctrl-C ends it)")?;
    io::stdout().flush()?;
    let (args, world) = (Arc::new(args.clone()), Arc::new(world.clone()));
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                tokio::spawn(connection(stream, address, args.clone(), world.clone()));
            }
            stopped = tokio::signal::ctrl_c() => return Ok(stopped?),
        }
    }
}

async fn connection(stream: TcpStream, address: SocketAddr, args: Arc<Args>, world: Arc<World>) {
    let answer = service_fn(|request: Request<Incoming>| {
        let (args, world) = (args.clone(), world.clone());
        async move { Ok::<_, Infallible>(answer(&request, address, &args, &world).await) }
    });
    let served = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer);
    drop(served.await); // a browser that goes away is no failure
}

async fn answer(request: &Request<Incoming>, address: SocketAddr, args: &Args, world: &World) -> Response<String> {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if !is_ours(host, address) {
        return plain(StatusCode::FORBIDDEN, format!("this is http://{address}/, and answers under no other name\n"));
    }
    if request.method() != Method::GET {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n".into());
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return refused;
    }
    if request.uri().path() != "/" {
        return plain(StatusCode::NOT_FOUND, "there is only /\n".into());
    }
    let asked = match asked(request.uri().query().unwrap_or_default(), &args.about) {
        Ok(asked) => asked,
        Err(error) => return plain(StatusCode::BAD_REQUEST, format!("{error:#}\n")),
    };
    match page(asked, args, world).await {
        Ok(page) => with_type(StatusCode::OK, "text/html; charset=utf-8", page),
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n")),
    }
}

/// Whether a request names this server as its own page does. A name of somebody else that was made to mean 127.0.0.1 (DNS
/// rebinding) would let a page from elsewhere read the answers.
fn is_ours(host: Option<&str>, address: SocketAddr) -> bool {
    let port = address.port();
    host.is_some_and(|host| {
        host == format!("127.0.0.1:{port}") || host.eq_ignore_ascii_case(&format!("localhost:{port}"))
    })
}

async fn page((about, controls): (AboutArgs, Controls), args: &Args, world: &World) -> anyhow::Result<String> {
    let request = about.request(chrono::Utc::now(), args.as_of)?;
    let engine = args.engine.open(false, world).await?;
    let report = report(&*engine, &args.engine.subject(), &request).await;
    engine.cancel().await;
    tell_spent(&*engine, world);
    // Each look at tables elsewhere costs money: a page that was left open does not ask again by itself.
    let controls = Controls { refresh: controls.refresh.filter(|_| args.engine.is_local()), ..controls };
    Ok(report?.served(&controls))
}

/// What a query asks for, over what the command was started with.
fn asked(query: &str, usual: &AboutArgs) -> anyhow::Result<(AboutArgs, Controls)> {
    let mut about = usual.clone();
    let mut controls = Controls { refresh: Some(REFRESH), ..Controls::default() };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = value.trim();
        let set = match &*name {
            "since" => &mut controls.since,
            "until" => &mut controls.until,
            "where" => &mut controls.filters,
            "by" => &mut controls.by,
            other => anyhow::bail!("there is no control {other:?}; there are since, until, where, by"),
        };
        value.clone_into(set);
    }
    if !controls.since.is_empty() {
        about.since = Some(controls.since.parse()?);
    }
    if !controls.until.is_empty() {
        about.until = Some(controls.until.parse()?);
    }
    for condition in controls.filters.split_whitespace() {
        about.only.push(condition.parse()?);
    }
    for dimension in controls.by.split(',').map(str::trim).filter(|dimension| !dimension.is_empty()) {
        about.by.push(dimension.parse()?);
    }
    Ok((about, controls))
}

fn plain(status: StatusCode, text: String) -> Response<String> {
    with_type(status, "text/plain; charset=utf-8", text)
}

fn with_type(status: StatusCode, kind: &'static str, text: String) -> Response<String> {
    let mut response = Response::new(text);
    *response.status_mut() = status;
    for (name, value) in [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_names_are_answered() {
        let address: SocketAddr = "127.0.0.1:7080".parse().unwrap();
        for ours in ["127.0.0.1:7080", "localhost:7080", "LOCALHOST:7080"] {
            assert!(is_ours(Some(ours), address), "{ours}");
        }
        for other in ["evil.example:7080", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:7080", ""] {
            assert!(!is_ours(Some(other), address), "{other}");
        }
        assert!(!is_ours(None, address));
    }

    #[test]
    fn controls_are_read_and_misspelt_ones_are_told() {
        let query = "since=2026-11-01&until=&where=country%3DDE+channel%3Dtext&by=context.campaign,network";
        let (about, controls) = asked(query, &AboutArgs::default()).unwrap();
        assert_eq!((about.only.len(), about.by.len(), about.until), (2, 2, None));
        assert_eq!(controls.since, "2026-11-01");
        for (wrong, said) in [("sinse=1", "sinse"), ("where=country", "DIMENSION=VALUE"), ("by=contry", "contry")] {
            let error = asked(wrong, &AboutArgs::default()).unwrap_err();
            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
    }
}
