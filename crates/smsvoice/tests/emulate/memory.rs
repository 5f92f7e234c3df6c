//! Bad clients do not fill the emulator's memory, nor keep others waiting: looked at while their connections are open.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Emulator, SIGNED, call, exchange, wait_until};

/// A quarter more than the connections take that are open at most: 1,024 of some 28 KiB each, unoptimised.
const LARGEST_GROWTH_KB: u64 = 36_000;
/// What the bodies of all these connections may take beside: 32 KiB each, 16 of 1 MiB, and all may have grown by doubling.
const LARGEST_BODIES_KB: u64 = 2 * (1024 * 32 + 16 * 1024);
/// Half of what the emulator grants a slow client: who is answered within it did not wait for one.
const AT_ONCE: Duration = Duration::from_secs(10);

/// The head of a request to send a text, with what its body is like.
fn head(body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\n{SIGNED}x-amz-target: PinpointSMSVoiceV2.SendTextMessage\r\n{body}\r\n\r\n"
    )
}

/// A connection on which all this was sent, or as much of it as the emulator took.
fn sent(emulator: &Emulator, head: &str, body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(emulator.address()).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
    // The emulator may refuse and close before it has all of it, which is the point.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    stream
}

/// How long the emulator has to do nothing until it counts as done with what it was sent. Its buffers hold what it has not
/// looked at yet.
const SETTLED: Duration = Duration::from_secs(1);

/// The most memory, in kilobytes above the start, that the emulator takes while `work` runs, and after it until nothing more
/// happens.
fn growth_kb<T>(emulator: &Emulator, work: impl FnOnce() -> T) -> (u64, T) {
    let (before, done) = (emulator.resident_kb(), AtomicBool::new(false));
    thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let (mut most, mut spent, mut since) = (0, 0, Instant::now());
            while !done.load(Ordering::Relaxed) || since.elapsed() < SETTLED {
                let (resident, now_spent) = (emulator.resident_kb(), emulator.processor_time());
                if resident > most || now_spent != spent {
                    (most, spent, since) = (resident.max(most), now_spent, Instant::now());
                }
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        (watching.join().unwrap().saturating_sub(before), result)
    })
}

/// Fails unless others are answered as if nobody else were there.
fn assert_others_are_served(emulator: &Emulator) {
    let asked = Instant::now();
    assert_eq!(emulator.health()["status"], "ok");
    let message = r#"{"DestinationPhoneNumber": "+14254147755", "MessageBody": "hello"}"#;
    let answer = call(emulator.address(), "SendTextMessage", message).expect("an answer");
    assert!(answer["MessageId"].is_string(), "{answer}");
    assert!(asked.elapsed() < AT_ONCE, "others waited {:?}", asked.elapsed());
}

#[test]
fn bodies_of_ten_megabytes_that_come_at_once_are_refused_before_they_are_in_memory() {
    let emulator = Emulator::start(&["--number"]);
    let told = head("content-length: 10485760");
    let untold = head("transfer-encoding: chunked");
    let plain = vec![b' '; 10 << 20];
    let chunk = [format!("{:x}\r\n", plain.len()).as_bytes(), &plain, b"\r\n"].concat();
    let (grown, open) = growth_kb(&emulator, || {
        let send_all = |head: &str, body: &[u8]| (0..50).map(|_| sent(&emulator, head, body)).collect::<Vec<_>>();
        thread::scope(|scope| {
            let senders = [(&told, &plain), (&untold, &chunk), (&told, &plain), (&untold, &chunk)]
                .map(|(head, body)| scope.spawn(|| send_all(head, body)));
            senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<Vec<_>>()
        })
    });
    println!("2,000 MB sent on {} connections: {grown} kB", open.len());
    assert!(grown < LARGEST_GROWTH_KB, "2,000 MB were sent, and {grown} kB of them were in memory");
    assert_others_are_served(&emulator);
    for mut stream in open {
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let refused = answer.starts_with("HTTP/1.1 413") || answer.starts_with("HTTP/1.1 503") || answer.is_empty();
        assert!(refused, "{answer}");
    }
}

#[test]
fn bodies_that_stop_short_of_the_limit_do_not_fill_the_memory_and_nobody_waits_for_them() {
    let emulator = Emulator::start(&["--number"]);
    let (large, small) = (vec![b' '; (1 << 20) - 1], vec![b' '; 31 << 10]);
    let (grown, _open) = growth_kb(&emulator, || {
        let mut open: Vec<_> = (0..400).map(|_| sent(&emulator, &head("content-length: 1048576"), &large)).collect();
        open.extend((0..500).map(|_| sent(&emulator, &head("content-length: 32000"), &small)));
        assert_others_are_served(&emulator);
        let busy = exchange(
            emulator.address(),
            &format!("{}{}", head("connection: close\r\ncontent-length: 100000"), " ".repeat(100_000)),
        );
        assert!(
            busy.as_ref().is_ok_and(|answer| answer.starts_with("HTTP/1.1 503")),
            "a large request is told to come again: {busy:?}"
        );
        open
    });
    println!("400 bodies of 1 MiB and 500 of 31 KiB, unfinished: {grown} kB");
    assert!(grown < LARGEST_GROWTH_KB + LARGEST_BODIES_KB, "431 MB were sent, and {grown} kB of them were in memory");
}

#[test]
fn a_body_that_trickles_byte_by_byte_takes_no_more_than_its_bytes() {
    let emulator = Emulator::start(&["--number"]);
    let trickle = b"1\r\n \r\n".repeat(30_000);
    let (grown, _open) = growth_kb(&emulator, || {
        let open: Vec<_> = (0..64).map(|_| sent(&emulator, &head("transfer-encoding: chunked"), &trickle)).collect();
        assert_others_are_served(&emulator);
        open
    });
    println!("64 bodies of 30,000 chunks of one byte: {grown} kB");
    assert!(grown < LARGEST_GROWTH_KB / 2, "64 bodies of 30 kB took {grown} kB");
}

#[test]
fn clients_that_go_away_in_the_middle_leave_nothing_behind() {
    let emulator = Emulator::start(&["--number"]);
    let before = emulator.open_files();
    let message = br#"{"DestinationPhoneNumber": "+14254147755", "MessageBody": "hello""#;
    let (grown, ()) = growth_kb(&emulator, || {
        for _ in 0..50 {
            let open: Vec<_> = (0..20).map(|_| sent(&emulator, &head("content-length: 900000"), message)).collect();
            drop(open);
        }
        // Half a head, too.
        (0..100).for_each(|_| drop(sent(&emulator, "POST / HTTP/1.1\r\nhost", b"")));
    });
    wait_until("their connections are closed", || emulator.open_files() <= before);
    println!("1,100 clients that went away: {grown} kB");
    assert!(grown < LARGEST_GROWTH_KB / 2, "1,100 clients that went away took {grown} kB");
    assert_eq!(emulator.health()["messages"], 0, "half a message is none");
    assert_others_are_served(&emulator);
}

#[test]
fn five_thousand_connections_leave_it_answering_and_its_memory_flat() {
    let emulator = Emulator::start(&[]);
    let before = emulator.resident_kb();
    let mut open = Vec::new();
    for _ in 0..5000 {
        if let Ok(mut stream) = TcpStream::connect(emulator.address()) {
            let _ = stream.write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\n");
            open.push(stream);
        }
    }
    let grown = emulator.resident_kb().saturating_sub(before);
    assert!(open.len() > 4000, "{} connections could be opened", open.len());
    assert!(grown < LARGEST_GROWTH_KB, "{} connections took {grown} kB", open.len());
    drop(open);
    wait_until("it answers again", || {
        exchange(emulator.address(), "GET /_smsvoice/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .is_ok_and(|answer| answer.contains("\"ok\""))
    });
}

#[test]
fn heads_that_never_end_are_refused_and_do_not_fill_the_memory() {
    let emulator = Emulator::start(&["--number"]);
    let endless = format!("x-long: {}", "a".repeat(1 << 20));
    let (grown, _open) = growth_kb(&emulator, || {
        let open: Vec<_> =
            (0..200).map(|_| sent(&emulator, "GET / HTTP/1.1\r\nhost: localhost\r\n", endless.as_bytes())).collect();
        assert_others_are_served(&emulator);
        open
    });
    println!("200 heads of 1 MiB: {grown} kB");
    assert!(grown < LARGEST_GROWTH_KB / 2, "200 heads of 1 MiB took {grown} kB");
}
