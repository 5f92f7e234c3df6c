//! Who may talk to the emulator: requests that name it by a name of its own, pages of its own, and, where there is a key
//! pair, those who know it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::api::auth::Credentials;

/// The address at this end of the connection that a request came by; in its extensions.
#[derive(Clone, Copy)]
pub(crate) struct LocalAddress(pub(crate) SocketAddr);

/// What a page may do from another name of this emulator.
const CORS: [(&str, &str); 4] = [
    ("access-control-allow-methods", "GET, POST, PUT, DELETE"),
    ("access-control-allow-headers", "*, authorization"),
    ("access-control-expose-headers", "x-amzn-requestid, x-amzn-errortype"),
    ("access-control-max-age", "600"),
];

pub(crate) struct Access {
    /// Names that requests may use besides loopback's.
    hosts: Vec<String>,
    /// What the inbox and `/_smsvoice/` ask for. The APIs look at signatures themselves.
    credentials: Option<Credentials>,
}

impl Access {
    pub(crate) fn new(hosts: &[String], credentials: Option<Credentials>) -> Self {
        Self { hosts: hosts.iter().map(|host| name_of(host).to_lowercase()).collect(), credentials }
    }

    /// Whether a `Host` header may say this on a connection to `local`. A page that is not the emulator's can be made to
    /// reach it under the page's own name (DNS rebinding), but not under one of these.
    fn knows(&self, host: &str, local: IpAddr) -> bool {
        let name = name_of(host).to_lowercase();
        let name = name.strip_suffix('.').unwrap_or(&name);
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match address {
            Ok(address) => address.is_loopback() || address.to_canonical() == local.to_canonical(),
            Err(_) => name == "localhost" || name.ends_with(".localhost") || self.hosts.iter().any(|host| host == name),
        }
    }

    /// Whether a page of this origin is one of this emulator's: it has one of its names, and the port of the request.
    fn is_own(&self, origin: &str, host: &str, local: IpAddr) -> bool {
        let Some((_, at)) = origin.split_once("://") else { return false };
        at == host || (self.knows(at, local) && at[name_of(at).len()..] == host[name_of(host).len()..])
    }

    /// Whether the request shows the key pair, as user and password.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let Some(Credentials { access_key, secret_key }) = &self.credentials else { return true };
        let given = text(headers, header::AUTHORIZATION).and_then(|given| given.strip_prefix("Basic "));
        let given = given.and_then(|given| base64_simd::STANDARD.decode_to_vec(given.trim()).ok());
        let digest = |bytes: &[u8]| Sha256::digest(bytes);
        // Digests tell nothing of where the two differ.
        given.is_some_and(|given| digest(&given) == digest(format!("{access_key}:{secret_key}").as_bytes()))
    }
}

/// The name in `name:port`; an IPv6 address keeps its brackets.
fn name_of(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').map_or(host, |end| &host[..=end]);
    }
    host.split(':').next().unwrap_or(host)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a path is the APIs', whose clients sign.
fn is_api(request: &Request) -> bool {
    let path = request.uri().path();
    path.starts_with("/v1/sms-voice/") || (path == "/" && request.method() == Method::POST)
}

/// Hands on what may come in, and refuses the rest before its body is read.
pub(crate) async fn guard(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let Some(LocalAddress(local)) = request.extensions().get().copied() else { return next.run(request).await };
    let headers = request.headers();
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let Some(host) = text(headers, header::HOST).map(str::to_owned).or(authority) else {
        return refuse(StatusCode::BAD_REQUEST, "the request names no host");
    };
    if headers.get_all(header::HOST).iter().count() > 1 || !access.knows(&host, local.ip()) {
        let name = name_of(&host);
        let why = format!("the emulator is not known as `{name}`; start it with --allow-host {name} if it should be");
        return refuse(StatusCode::FORBIDDEN, &why);
    }
    let origin = text(headers, header::ORIGIN).map(str::to_owned);
    if origin.as_ref().is_some_and(|origin| !access.is_own(origin, &host, local.ip())) {
        return refuse(StatusCode::FORBIDDEN, "another site's page may not do this");
    }
    let is_preflight = origin.is_some() && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let response = if request.method() == Method::OPTIONS && is_preflight {
        StatusCode::NO_CONTENT.into_response()
    } else if is_api(&request) || access.is_known(headers) {
        next.run(request).await
    } else {
        let mut response = refuse(StatusCode::UNAUTHORIZED, "this needs the key pair, as user name and password");
        let ask = HeaderValue::from_static("Basic realm=\"smsvoice emulate\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, ask);
        response
    };
    allow(response, origin.as_deref())
}

/// Tells the browser that the page of this origin, which is the emulator's own, may read the response.
fn allow(mut response: Response, origin: Option<&str>) -> Response {
    let headers = response.headers_mut();
    if let Some(origin) = origin.and_then(|origin| HeaderValue::from_str(origin).ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
        for (name, value) in CORS {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn refuse(status: StatusCode, why: &str) -> Response {
    let body = serde_json::json!({"error": why}).to_string();
    (status, [(header::CONNECTION, "close"), (header::CONTENT_TYPE, "application/json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderValue};

    use super::Access;
    use crate::api::auth::Credentials;

    const LOCAL: &str = "127.0.0.1";

    fn knows(access: &Access, host: &str, local: &str) -> bool {
        access.knows(host, local.parse::<IpAddr>().unwrap())
    }

    #[test]
    fn loopback_names_the_connections_own_address_and_allowed_names_are_known_and_no_others() {
        let access = Access::new(&["Emulator".to_owned(), "sms.test:7070".to_owned()], None);
        for host in [
            "localhost",
            "LOCALHOST:7070",
            "localhost.:1",
            "a.localhost:7070",
            "127.0.0.1:7070",
            "127.1.2.3",
            "[::1]:7070",
            "emulator:7070",
            "emulator",
            "sms.test",
            "SMS.test:1",
        ] {
            assert!(knows(&access, host, LOCAL), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:7070",
            "localhost.evil.example",
            "notlocalhost",
            "10.0.0.5",
            "127.0.0.1.evil.example",
            "",
            "[::2]",
            "0.0.0.0",
            "x.emulator",
        ] {
            assert!(!knows(&access, host, LOCAL), "{host}");
        }
        assert!(knows(&access, "10.0.0.5:7070", "10.0.0.5") && knows(&access, "10.0.0.5", "::ffff:10.0.0.5"));
    }

    #[test]
    fn an_origin_is_own_under_any_of_the_names_with_the_same_port() {
        let access = Access::new(&[], None);
        let own = |origin: &str| access.is_own(origin, "127.0.0.1:7070", LOCAL.parse().unwrap());
        for name in ["127.0.0.1:7070", "localhost:7070", "[::1]:7070"] {
            assert!(own(&format!("http://{name}")), "{name}");
        }
        for foreign in ["evil.example", "localhost:3000", "localhost", "127.0.0.1:7070.evil.example"] {
            assert!(!own(&format!("http://{foreign}")), "{foreign}");
        }
        assert!(!own("null"));
    }

    #[test]
    fn the_key_pair_is_user_and_password() {
        let credentials = Credentials { access_key: "AKIDEXAMPLE".into(), secret_key: "se:cret".into() };
        let access = Access::new(&[], Some(credentials));
        let known = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", HeaderValue::from_str(value).unwrap());
            access.is_known(&headers)
        };
        let basic = |text: &str| format!("Basic {}", base64_simd::STANDARD.encode_to_string(text));
        assert!(known(&basic("AKIDEXAMPLE:se:cret")));
        for wrong in ["AKIDEXAMPLE:secret", "AKIDEXAMPLE", "", ":se:cret"] {
            assert!(!known(&basic(wrong)), "{wrong}");
        }
        assert!(!known("Basic !!") && !known("Bearer x") && !access.is_known(&HeaderMap::new()));
    }
}
