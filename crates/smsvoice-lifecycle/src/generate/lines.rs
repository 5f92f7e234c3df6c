//! Which lines there are and in which order: an index of 16 bytes a line.

use rand::Rng;

use super::options::{GenerateError, GenerateOptions, Rates};
use super::story::{Stories, Story};
use super::truth::{Duplicates, Truth};
use crate::draw::below;
use crate::json::Form;

/// The farthest that `disorder` moves a line.
const FARTHEST: usize = 64;
/// Lines that room is made for before they are known.
const MOST_ROOM: usize = 1 << 24;
/// Redelivered copies come within ten minutes.
const REDELIVERY_MS: u32 = 600_000;

/// What stands on a line: the event itself, one of three kinds of whole copy, or, from [`FIRST_TRUNCATED`] on, a truncated
/// copy.
const ITSELF: u8 = 0;
const EXACT: u8 = 1;
const REORDERED: u8 = 2;
const FEWER_FIELDS: u8 = 3;
const FIRST_TRUNCATED: u8 = 4;

/// One line: event `event` of message `message`, written as `copy` says.
#[derive(Clone, Copy)]
pub(super) struct Line {
    at_ms: i64,
    message: u32,
    event: u8,
    copy: u8,
}

/// All lines of a run, in order.
pub(super) struct LineIndex {
    lines: Vec<Line>,
}

impl LineIndex {
    pub(super) fn new(
        options: &GenerateOptions,
        rates: &Rates,
        stories: &Stories<'_>,
    ) -> Result<(Self, Truth), GenerateError> {
        // Room from the start for the usual three lines a message: growing would hold the index twice for a moment.
        let usual = options.messages as f64 * 3.1 * (1.0 + options.duplicates) / (1.0 - options.truncated);
        let mut index = Self { lines: Vec::with_capacity((usual as usize).min(MOST_ROOM)) };
        let mut truth = Truth::new(options);
        truth.pumping = stories.attacks().truth();
        for message in 0..stories.count() as u32 {
            let story = stories.tell(message)?;
            truth.count(&story);
            index.add(message, &story);
            if !rates.copy_nothing() {
                let rng = &mut stories.copies_rng(message);
                index.add_copies(message, &story, rates, rng, &mut truth.duplicates_by_kind);
            }
        }
        index.order(options, rates, &mut stories.order_rng());
        truth.close(index.lines.len() as u64);
        Ok((index, truth))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Line> + '_ {
        self.lines.iter().copied()
    }

    fn add(&mut self, message: u32, story: &Story) {
        let line = |(event, told): (usize, &super::story::Told)| Line {
            at_ms: told.event.at_ms,
            message,
            event: event as u8,
            copy: ITSELF,
        };
        self.lines.extend(story.told.iter().enumerate().map(line));
    }

    fn add_copies<R: Rng + ?Sized>(
        &mut self,
        message: u32,
        story: &Story,
        rates: &Rates,
        rng: &mut R,
        duplicates: &mut Duplicates,
    ) {
        for (event, told) in story.told.iter().enumerate() {
            let mut add = |copy, rng: &mut R| {
                let at_ms = told.event.at_ms + i64::from(below(rng, REDELIVERY_MS));
                self.lines.push(Line { at_ms, message, event: event as u8, copy });
            };
            if rates.duplicates.hits(rng) {
                let (copy, count) = match below(rng, 16) {
                    0..10 => (EXACT, &mut duplicates.exact),
                    10..13 => (REORDERED, &mut duplicates.reordered),
                    _ => (FEWER_FIELDS, &mut duplicates.fewer_fields),
                };
                *count += 1;
                add(copy, rng);
            }
            let (always, once_more) = rates.truncated_copies;
            let truncated = always + u8::from(once_more.hits(rng));
            (0..truncated).for_each(|number| add(FIRST_TRUNCATED + number, rng));
        }
    }

    fn order<R: Rng + ?Sized>(&mut self, options: &GenerateOptions, rates: &Rates, rng: &mut R) {
        let lines = &mut self.lines;
        lines.sort_unstable_by_key(|line| (line.at_ms, line.message, line.event, line.copy));
        if options.shuffled {
            for at in (1..lines.len()).rev() {
                lines.swap(at, crate::draw::below_u64(rng, at as u64 + 1) as usize);
            }
        } else if !rates.swapped.is_never() {
            for at in 0..lines.len().saturating_sub(1) {
                if rates.swapped.hits(rng) {
                    let farthest = (lines.len() - 1 - at).min(FARTHEST) as u32;
                    lines.swap(at, at + 1 + below(rng, farthest) as usize);
                }
            }
        }
    }
}

impl Line {
    /// Appends the line and its newself.
    pub(super) fn write(self, stories: &Stories<'_>, out: &mut Vec<u8>) -> Result<(), GenerateError> {
        let story = stories.tell(self.message)?;
        let told = &story.told[usize::from(self.event)];
        let form = match self.copy {
            REORDERED => Form::Reordered,
            FEWER_FIELDS => Form::AsEventBridge,
            _ => Form::AsSent,
        };
        let start = out.len();
        told.event.write_form(&story.message, form, told.more, out);
        if self.copy >= FIRST_TRUNCATED {
            // At least the opening brace stays, and at least the closing one goes: no truncated line is a whole event.
            let mut rng = stories.truncation_rng(self.message, self.event, self.copy);
            let kept = 1 + below(&mut rng, (out.len() - start - 1) as u32) as usize;
            out.truncate(start + kept);
        }
        out.push(b'\n');
        Ok(())
    }
}
