//! Bad clients do not fill the emulator's memory.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::process::{Emulator, SIGNED, exchange, wait_until};

/// A quarter more than the connections take that are open at most: 1,024 of some 28 KiB each, unoptimised.
const LARGEST_GROWTH_KB: u64 = 36_000;

#[test]
fn ten_megabytes_are_not_read_into_memory() {
    let emulator = Emulator::start(&[]);
    let before = emulator.resident_kb();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(emulator.address()).unwrap();
        let head = format!("POST / HTTP/1.1\r\nhost: x\r\n{SIGNED}content-length: 10485760\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mebibyte = vec![b' '; 1 << 20];
        // The server may close before it has all of it, which is the point.
        let sent = (0..10).take_while(|_| stream.write_all(&mebibyte).is_ok()).count();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.starts_with("HTTP/1.1 413") || sent < 10 || answer.is_empty(), "{answer}");
    }
    let grown = emulator.resident_kb().saturating_sub(before);
    assert!(grown < LARGEST_GROWTH_KB, "of 200 MB sent, {grown} kB stayed in memory");
    assert_eq!(emulator.health()["status"], "ok");
}

#[test]
fn five_thousand_connections_leave_it_answering_and_its_memory_flat() {
    let emulator = Emulator::start(&[]);
    let before = emulator.resident_kb();
    let mut open = Vec::new();
    for _ in 0..5000 {
        if let Ok(mut stream) = TcpStream::connect(emulator.address()) {
            let _ = stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\n");
            open.push(stream);
        }
    }
    let grown = emulator.resident_kb().saturating_sub(before);
    assert!(open.len() > 4000, "{} connections could be opened", open.len());
    assert!(grown < LARGEST_GROWTH_KB, "{} connections took {grown} kB", open.len());
    drop(open);
    wait_until("it answers again", || {
        exchange(emulator.address(), "GET /_smsvoice/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .is_ok_and(|answer| answer.contains("\"ok\""))
    });
}
