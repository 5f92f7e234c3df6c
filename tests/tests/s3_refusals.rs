//! What S3 and the ways to credentials can answer: each refusal is one sentence, soon; and a store that is busy, silent or
//! breaks off is asked again.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use tests::programs::{aws_environment, program};

/// A server that answers each request as `answer` says, and tells what was asked: the first line, and the authorization.
fn server(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (send, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (line, authorization) = request(&stream);
            let _ = stream.write_all(&answer(&line));
            let _ = send.send((line, authorization));
        }
    });
    (url, asked)
}

fn request(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut authorization, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => authorization.push_str(value),
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let _ = reader.take(length).read_to_end(&mut Vec::new());
    (first, authorization)
}

fn response(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\netag: \"e\"\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn refusal(status: &str, code: &str, more: &str) -> Vec<u8> {
    response(
        status,
        &format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>told so</Message>{more}</Error>"),
    )
}

fn event() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/events/odd/short-code.json").to_str().unwrap().to_owned()
}

/// Replays one event to S3, with no variables but these.
fn replay<'v>(home: &Path, variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> (Output, Duration) {
    let mut command = Command::new(program("smsvoice"));
    command.args(["replay", &event(), "--lake", "s3://bucket/lake"]).env_clear().env("HOME", home);
    let begin = Instant::now();
    let output = command.envs(variables).output().unwrap();
    (output, begin.elapsed())
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn without_credentials_it_is_said_within_five_seconds() {
    let home = tempfile::tempdir().unwrap();
    let (output, took) = replay(home.path(), [("AWS_REGION", "us-east-1")]);
    let said = said(&output);
    assert!(said.contains("no AWS credentials were found") && said.lines().count() == 1, "{said}");
    assert!(!said.contains("169.254") && took < Duration::from_secs(6), "{took:?}: {said}");
}

#[test]
fn each_refusal_of_s3_is_one_sentence_without_xml() {
    let home = tempfile::tempdir().unwrap();
    for (status, code, more, words) in [
        ("403 Forbidden", "AccessDenied", "", "may not do that"),
        ("400 Bad Request", "ExpiredToken", "", "have expired"),
        ("403 Forbidden", "InvalidAccessKeyId", "", "are not valid"),
        ("404 Not Found", "NoSuchBucket", "", "no bucket of this name"),
        ("400 Bad Request", "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>", "AWS_REGION = eu-west-1"),
        ("301 Moved Permanently", "PermanentRedirect", "", "another region"),
    ] {
        let (endpoint, _asked) = server(move |_| refusal(status, code, more));
        let (output, took) = replay(home.path(), aws_environment(&endpoint));
        let said = said(&output);
        assert!(
            said.contains(words) && said.contains("s3://bucket/lake") && said.lines().count() == 1,
            "{code}: {said}"
        );
        assert!(!said.contains('<') && took < Duration::from_secs(5), "{code}, {took:?}: {said}");
    }
}

#[test]
fn profile_and_container_give_credentials_and_the_profile_its_region() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    let credentials = "[work]\naws_access_key_id = PROFILEKEY\naws_secret_access_key = secret\n";
    std::fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
    std::fs::write(home.path().join(".aws/config"), "[profile work]\nregion = eu-central-1\n").unwrap();
    let (endpoint, asked) = server(|_| refusal("403 Forbidden", "AccessDenied", ""));
    replay(home.path(), [("AWS_PROFILE", "work"), ("AWS_ENDPOINT_URL", &endpoint)]);
    let (_, authorization) = asked.recv().unwrap();
    assert!(
        authorization.contains("Credential=PROFILEKEY/") && authorization.contains("/eu-central-1/s3/"),
        "{authorization}"
    );

    let container =
        r#"{"AccessKeyId":"CONTAINERKEY","SecretAccessKey":"secret","Token":"t","Expiration":"2099-01-01T00:00:00Z"}"#;
    let (container, _) = server(move |_| response("200 OK", container));
    let empty = tempfile::tempdir().unwrap();
    let uri = format!("{container}/credentials");
    let variables =
        [("AWS_CONTAINER_CREDENTIALS_FULL_URI", &*uri), ("AWS_REGION", "us-west-2"), ("AWS_ENDPOINT_URL", &endpoint)];
    replay(empty.path(), variables);
    let (_, authorization) = asked.iter().find(|(_, authorization)| authorization.contains("CONTAINER")).unwrap();
    assert!(
        authorization.contains("Credential=CONTAINERKEY/") && authorization.contains("/us-west-2/s3/"),
        "{authorization}"
    );
}

/// A home with this `~/.aws/config`, and a token of IAM Identity Center that is valid until then.
fn home_with_sign_in(config: &str, expires_at: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    // The name of the file is the SHA-1 of the session's name.
    let token = home.path().join(".aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json");
    std::fs::create_dir_all(token.parent().unwrap()).unwrap();
    std::fs::write(home.path().join(".aws/config"), config).unwrap();
    let text =
        format!(r#"{{"startUrl":"start-url","region":"us-east-1","accessToken":"t","expiresAt":"{expires_at}"}}"#);
    std::fs::write(token, text).unwrap();
    home
}

#[test]
fn a_process_and_a_sign_in_give_credentials_and_one_that_is_over_says_how_to_sign_in_again() {
    let (endpoint, asked) = server(|_| refusal("403 Forbidden", "AccessDenied", ""));
    let key = r#"{"Version":1,"AccessKeyId":"PROCESSKEY","SecretAccessKey":"secret"}"#;
    let process = format!("[profile work]\nregion = us-east-1\ncredential_process = echo '{key}'\n");
    let home = home_with_sign_in(&process, "2000-01-01T00:00:00Z");
    replay(home.path(), [("AWS_PROFILE", "work"), ("AWS_ENDPOINT_URL_S3", &endpoint)]);
    assert!(asked.recv().unwrap().1.contains("Credential=PROCESSKEY/"));

    let answer = r#"{"roleCredentials":{"accessKeyId":"SIGNEDIN","secretAccessKey":"secret","sessionToken":"t","expiration":4070908800000}}"#;
    let (center, _asked) = server(move |_| response("200 OK", answer));
    let signed_in = "[profile work]\nregion = us-east-1\nsso_session = work\nsso_account_id = 123456789012\n\
                     sso_role_name = reader\n[sso-session work]\nsso_start_url = start-url\nsso_region = us-east-1\n";
    let variables = [("AWS_PROFILE", "work"), ("AWS_ENDPOINT_URL_S3", &*endpoint), ("AWS_ENDPOINT_URL_SSO", &*center)];
    let home = home_with_sign_in(signed_in, "2099-01-01T00:00:00Z");
    replay(home.path(), variables);
    assert!(asked.recv().unwrap().1.contains("Credential=SIGNEDIN/"));

    let home = home_with_sign_in(signed_in, "2000-01-01T00:00:00Z");
    let never = tempfile::tempdir().unwrap();
    std::fs::create_dir(never.path().join(".aws")).unwrap();
    std::fs::write(never.path().join(".aws/config"), signed_in).unwrap();
    for home in [home, never] {
        let said = said(&replay(home.path(), variables).0);
        assert!(said.contains("aws sso login") && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn a_replay_goes_on_where_s3_is_busy_resets_or_breaks_off() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let home = tempfile::tempdir().unwrap();
    let puts = AtomicUsize::new(0);
    let (endpoint, _asked) = server(move |line| match line.split(' ').next() {
        // The lake has no settings and no objects yet.
        Some("GET") if line.contains("list-type") => response("200 OK", "<ListBucketResult></ListBucketResult>"),
        Some("PUT") if line.contains("part-") => match puts.fetch_add(1, Ordering::Relaxed) {
            0 => Vec::new(), // the connection is closed without an answer
            1 => b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<Er".to_vec(),
            2 => refusal("409 Conflict", "ConditionalRequestConflict", ""),
            _ => response("200 OK", ""),
        },
        Some("PUT") => response("200 OK", ""),
        _ => refusal("404 Not Found", "NoSuchKey", ""),
    });
    let (output, _) = replay(home.path(), aws_environment(&endpoint));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert!(out.contains("written                  1"), "{out}");
}
