//! From JSON text to one typed event.

use crate::error::{ParseError, Result};
use crate::event::Event;
use crate::field_reader::FieldReader;
use crate::scan::Scanner;

impl<'a> Event<'a> {
    /// Reads a text that is one event and nothing else but white space.
    ///
    /// ```
    /// use smsvoice_event::{Event, Outcome};
    /// let event = Event::parse(r#"{"eventType":"TEXT_DELIVERED","messageId":"m-1","eventTimestamp":1686975103470,
    ///     "isFinal":true,"totalMessagePrice":0.00581,"mcc":310}"#)?;
    /// assert_eq!(event.outcome(), Outcome::Delivered);
    /// assert_eq!(event.price.map(|price| price.micros()), Some(5_810));
    /// assert_eq!(event.mcc.as_deref(), Some("310"));
    /// # Ok::<(), smsvoice_event::ParseError>(())
    /// ```
    pub fn parse(text: &'a str) -> Result<Self> {
        let Prefix { event, len } = Self::parse_prefix(text, |event| std::mem::replace(event, Self::blank()))?;
        match text[len..].find(|c: char| !matches!(c, ' ' | '\n' | '\r' | '\t')) {
            None => event,
            Some(at) => Err(ParseError::Syntax { offset: len + at, expected: "the end of the event" }),
        }
    }

    /// Reads the JSON value that a text begins with, and lends it to `take` if it is an event: Firehose leaves events in
    /// S3 one behind the other, `{..}{..}`. (Lends it, because it is 900 bytes, which would be moved otherwise.)
    ///
    /// Fails only where the text is no JSON, so that nobody can tell where the value ends.
    pub fn parse_prefix<T>(text: &'a str, take: impl FnOnce(&mut Self) -> T) -> Result<Prefix<T>> {
        let mut scanner = Scanner::new(text);
        if scanner.peek() != Some(b'{') {
            scanner.value()?;
            return Ok(Prefix { event: Err(ParseError::NotAnObject), len: scanner.pos() });
        }
        let mut fields = FieldReader::new();
        fields.read(&mut scanner)?;
        Ok(Prefix { event: fields.finish().map(take), len: scanner.pos() })
    }
}

/// The JSON value that a text begins with, read as an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Prefix<T> {
    /// What was made of the event, or why this value is none.
    pub event: Result<T>,
    /// How many bytes the value took, white space before it included.
    pub len: usize,
}
