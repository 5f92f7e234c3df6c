//! Where a piece of input comes from: what the envelopes opened so far have told.

use std::borrow::Cow;

use smsvoice_event::Timestamp;
use smsvoice_lake::{Route, Source};

use crate::settings::Settings;

/// Bytes of a record's id that are kept: AWS's longest have 128 characters, and everything quarantined from a record
/// repeats its id.
const MAX_RECORD_ID: usize = 256;

/// Bytes of an account or a region: they have 12 and up to 25. What is longer is neither, and every event of an envelope
/// would repeat it.
const MAX_NAME: usize = 64;

/// An account or a region as an envelope names it: twelve digits, or a name with few of them. Anything else is neither, and
/// may be somebody's telephone number.
pub(crate) fn name(told: &str) -> Option<Cow<'_, str>> {
    let digits = told.bytes().filter(u8::is_ascii_digit).count();
    let is_account = digits == 12 && told.len() == 12;
    let is_name = digits < 7 && told.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (told.len() <= MAX_NAME && (is_account || is_name)).then_some(Cow::Borrowed(told))
}

/// What is known of a piece before it is opened. Cheap to clone and to refine, one envelope at a time.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    /// The outermost envelope, once one was opened.
    envelope: Option<Source>,
    /// What the bytes came in: the source of whatever is in no envelope.
    carrier: Source,
    /// Account and region by the innermost envelope that names them: closest to the service that sent the event.
    pub(crate) account_id: Option<Cow<'a, str>>,
    /// See `account_id`.
    pub(crate) aws_region: Option<Cow<'a, str>>,
    /// The configuration set, from settings.
    pub(crate) configuration_set: Option<Cow<'a, str>>,
    /// When the outermost envelope arrived, if it says so.
    received_at: Option<Timestamp>,
    /// Arrival as the caller knows it: of a file its modification, of an invocation now.
    arrival: Timestamp,
    /// Where exactly, for the quarantine: file and line, record id.
    place: Cow<'a, str>,
    /// The record within it: ids of the records opened so far, with blanks between.
    record: Cow<'a, str>,
    /// The line of the input that the piece begins in, if it lies in lines.
    line: Option<u64>,
    /// How many envelopes, arrays and compressions were opened so far.
    pub(crate) depth: u8,
}

impl<'a> Origin<'a> {
    /// Something that came in `carrier`, arrived then, from there, and is in no envelope yet.
    pub fn new(carrier: Source, arrival: Timestamp, place: impl Into<Cow<'a, str>>) -> Self {
        Self {
            envelope: None,
            carrier,
            account_id: None,
            aws_region: None,
            configuration_set: None,
            received_at: None,
            arrival,
            place: place.into(),
            record: Cow::Borrowed(""),
            line: None,
            depth: 0,
        }
    }

    /// The same, known to belong to this configuration set.
    #[must_use]
    pub fn of_configuration_set(mut self, name: Option<&'a str>) -> Self {
        self.configuration_set = name.map(Cow::Borrowed);
        self
    }

    /// The same, known to belong to this account and region.
    #[must_use]
    pub fn of_account(mut self, account_id: Option<&'a str>, aws_region: Option<&'a str>) -> Self {
        self.account_id = account_id.and_then(name).or(self.account_id);
        self.aws_region = aws_region.and_then(name).or(self.aws_region);
        self
    }

    /// Inside an envelope of this kind: the outermost gives the source.
    pub(crate) fn inside(&self, envelope: Source) -> Origin<'_> {
        let mut inner = self.deeper();
        inner.envelope = self.envelope.or(Some(envelope));
        inner
    }

    /// Inside something that has no name and tells nothing: an array, a compression.
    pub(crate) fn deeper(&self) -> Origin<'_> {
        let mut inner = self.beside();
        inner.depth = self.depth.saturating_add(1);
        inner
    }

    /// The same place, for one of the things in it.
    pub(crate) fn beside<'b>(&'b self) -> Origin<'b> {
        let text = |text: &'b Option<Cow<'a, str>>| text.as_deref().map(Cow::Borrowed);
        Origin {
            envelope: self.envelope,
            carrier: self.carrier,
            account_id: text(&self.account_id),
            aws_region: text(&self.aws_region),
            configuration_set: text(&self.configuration_set),
            received_at: self.received_at,
            arrival: self.arrival,
            place: Cow::Borrowed(&*self.place),
            record: Cow::Borrowed(&*self.record),
            line: self.line,
            depth: self.depth,
        }
    }

    /// Account and region by the ARN of what carried the piece, `arn:aws:sqs:us-east-1:111122223333:name`; and what
    /// the settings know of that ARN.
    pub(crate) fn by_arn(mut self, arn: Option<&'a str>, settings: &'a Settings) -> Self {
        let arn = arn.unwrap_or_default();
        let mut parts = arn.splitn(6, ':').skip(3);
        let mut part = || parts.next().filter(|part| !part.is_empty()).and_then(name);
        self.aws_region = part().or(self.aws_region);
        self.account_id = part().or(self.account_id);
        if let Some(known) = settings.routes.get(arn) {
            self.configuration_set = known.configuration_set.as_deref().map(Cow::Borrowed).or(self.configuration_set);
            self.account_id = known.account_id.as_deref().map(Cow::Borrowed).or(self.account_id);
        }
        self
    }

    /// The moment this envelope arrived; an outer one's counts.
    pub(crate) fn at(mut self, time: Option<Timestamp>) -> Self {
        self.received_at = self.received_at.or(time);
        self
    }

    /// The moment that counts where no envelope says when it arrived.
    pub(crate) fn arrived(mut self, time: Timestamp) -> Self {
        self.arrival = time;
        self
    }

    /// More exactly where: the id of a record.
    pub(crate) fn record(mut self, id: &'a str) -> Self {
        let id = &id[..id.floor_char_boundary(MAX_RECORD_ID)];
        if self.record.is_empty() {
            self.record = Cow::Borrowed(id);
        } else if !id.is_empty() {
            self.record = Cow::Owned(format!("{} {id}", self.record));
        }
        self
    }

    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// So many lines further on; inside an envelope the line stays that of the envelope.
    pub(crate) fn lines_on(&self, lines: u64) -> Origin<'_> {
        let mut origin = self.beside();
        origin.line = self.line.map(|line| if self.depth == 0 { line + lines } else { line });
        origin
    }

    /// Where exactly, in words: `events.ndjson:17 record-id`.
    pub(crate) fn source_id(&self) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line} {}", self.place, self.record).trim().to_owned()
    }

    /// What the piece counts as: its outermost envelope, or what the bytes came in.
    pub(crate) fn source(&self) -> Source {
        self.envelope.unwrap_or(self.carrier)
    }

    pub(crate) fn route(&self) -> Route<'_> {
        Route {
            source: self.source(),
            configuration_set: self.configuration_set.as_deref().map(Cow::Borrowed),
            account_id: self.account_id.as_deref().map(Cow::Borrowed),
            aws_region: self.aws_region.as_deref().map(Cow::Borrowed),
            received_at: Some(self.received_at()),
        }
    }

    pub(crate) fn received_at(&self) -> Timestamp {
        self.received_at.unwrap_or(self.arrival)
    }
}
