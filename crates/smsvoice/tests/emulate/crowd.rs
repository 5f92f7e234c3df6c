//! Slow clients and open streams in numbers: each is bounded, and a client beside them is served throughout.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Emulator, SIGNED, call};

/// More than the connections that are open at most.
const CROWD: usize = 1_500;
/// How long a client beside them may wait for one answer, on a machine that does other things too.
const SOON: Duration = Duration::from_secs(5);

/// A connection on which this was sent.
fn open(emulator: &Emulator, request: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(emulator.address()).ok()?;
    // The emulator may have closed it already, which is the point.
    let _ = stream.write_all(request.as_bytes());
    Some(stream)
}

/// Opens so many connections, and says how many calls of a client beside them were answered meanwhile, each soon.
fn served_beside(emulator: &Emulator, requests: &[String]) -> usize {
    let message = r#"{"DestinationPhoneNumber": "+14254147755", "MessageBody": "hello"}"#;
    thread::scope(|scope| {
        let crowd = scope.spawn(|| {
            let streams = (0..CROWD).filter_map(|n| open(emulator, &requests[n % requests.len()]));
            streams.collect::<Vec<_>>()
        });
        let mut served = 0;
        // While they come, and for a while once they are all there.
        let mut since_all_came = None;
        while since_all_came.is_none_or(|at: Instant| at.elapsed() < Duration::from_secs(2)) {
            let asked = Instant::now();
            let answer = call(emulator.address(), "SendTextMessage", message).expect("an answer");
            assert!(answer["MessageId"].is_string(), "{answer}");
            assert_eq!(emulator.health()["status"], "ok");
            assert!(asked.elapsed() < SOON, "it waited {:?}", asked.elapsed());
            served += 1;
            if crowd.is_finished() {
                since_all_came.get_or_insert_with(Instant::now);
            }
        }
        assert!(crowd.join().unwrap().len() > CROWD * 9 / 10);
        served
    })
}

#[test]
fn slow_bodies_of_every_kind_take_no_place_from_a_client_beside_them() {
    let emulator = Emulator::start(&["--number"]);
    let slow = |path: &str, more: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n{more}content-length: 1000\r\n\r\n{{\"from\": \"+1")
    };
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let target = format!("{SIGNED}x-amz-target: PinpointSMSVoiceV2.SendTextMessage\r\n");
    let requests =
        [slow("/", &target), slow("/inbox/send", form), slow("/_smsvoice/inbound", ""), "GET / HT".to_owned()];
    println!("{} calls were served beside {CROWD} slow bodies", served_beside(&emulator, &requests));
}

#[test]
fn open_streams_take_no_place_from_a_client_beside_them_and_the_oldest_are_closed() {
    let emulator = Emulator::start(&["--number"]);
    let stream = "GET /inbox/live HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned();
    println!("{} calls were served beside {CROWD} streams", served_beside(&emulator, &[stream]));
    // One that is opened after all of them streams.
    let mut latest = open(&emulator, "GET /inbox/live HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    latest.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let message = r#"{"DestinationPhoneNumber": "+14254147755", "MessageBody": "to be seen"}"#;
    let mut seen = String::new();
    let end = Instant::now() + Duration::from_secs(20);
    while !seen.contains("to be seen") {
        assert!(Instant::now() < end, "{seen}");
        call(emulator.address(), "SendTextMessage", message).unwrap();
        let mut some = vec![0; 65536];
        let read = latest.read(&mut some).unwrap();
        assert!(read > 0, "it was closed");
        seen.push_str(&String::from_utf8_lossy(&some[..read]));
    }
}

#[test]
fn clients_that_keep_their_connections_and_read_nothing_make_room_too() {
    let emulator = Emulator::start(&["--number"]);
    let unread = "GET /_smsvoice/faults HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(2);
    println!("{} calls were served beside {CROWD} that read nothing", served_beside(&emulator, &[unread]));
}
