//! What this crate writes, smsvoice-event reads as it was meant.

#![allow(clippy::unwrap_used, reason = "a test may: its helpers, too")]

use smsvoice_event::{Channel, Event, EventType};
use smsvoice_lifecycle::{Country, Ending, GenerateOptions, Life, Message, Odds, generate, seeded};

#[test]
fn every_event_reads_back_as_written() {
    let (odds, mut checked) = (Odds::default(), 0);
    for (channel, iso) in [(Channel::Text, "ES"), (Channel::Media, "CA"), (Channel::Voice, "GB"), (Channel::Rcs, "US")]
    {
        let country = Country::by_iso(iso).unwrap();
        let message = Message::new(channel, country, "m-1", 1_793_491_200_000, "+12065550152", "+16135550123");
        for ending in Ending::ALL.iter().filter(|ending| ending.fits(channel)) {
            let life = Life::of(&message, Some(*ending), &odds, &mut seeded(11, 0)).unwrap();
            for said in &life.events {
                let mut json = Vec::new();
                said.write_json(&message, &mut json);
                let read = Event::parse(std::str::from_utf8(&json).unwrap()).unwrap();
                assert_eq!((&read.event_type, read.is_final), (&said.event_type, Some(said.is_final)));
                assert_eq!((read.price, read.carrier_fee), (said.price, said.carrier_fee));
                assert_eq!(read.event_time.millis(), said.event_time_ms);
                assert_eq!(read.destination_phone_number.as_ref(), Some(&message.destination));
                assert_eq!(read.billed_duration_minutes, said.billed_minutes().map(u32::cast_signed));
                assert_eq!(read.unknown_fields().next(), None);
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked} events");
}

#[test]
fn truncated_lines_and_they_alone_are_refused() {
    let options = GenerateOptions {
        messages: 3_000,
        duplicates: 0.1,
        truncated: 0.2,
        unknown_types: 0.1,
        unknown_fields: 0.1,
        shuffled: true,
        ..Default::default()
    };
    let mut lines = Vec::new();
    let truth = generate(&options, &mut lines).unwrap();
    let (mut refused, mut unknown) = (0, 0);
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match std::str::from_utf8(line).ok().and_then(|text| Event::parse(text).ok()) {
            Some(event) => unknown += u64::from(matches!(event.event_type, EventType::Unknown(_))),
            None => refused += 1,
        }
    }
    assert_eq!(refused, truth.truncated_lines);
    assert!(unknown >= truth.unknown_type_events, "each once, and in copies");
}
