//! Many messages' events as NDJSON, with chosen faults, and the truth about them.
//!
//! Every message's life follows from (seed, index) alone, so that only an index of the lines is kept and shuffled:
//! 16 bytes a line, whatever the length of the lines.

mod cast;
mod lines;
mod options;
mod pumping;
mod story;
mod truth;

use std::io::Write;

pub use options::{ChannelMix, GenerateError, GenerateOptions};
pub use pumping::PumpingTruth;
pub use truth::{ChannelTruth, Duplicates, MessageTotals, Truth};

use lines::LineIndex;
use story::Stories;

/// Bytes gathered before they are handed to the writer.
const BUFFER_BYTES: usize = 256 * 1024;

/// Writes the events that `options` describe to `out`, one a line, and says what is true of them.
///
/// The same options give the same bytes on every machine. Memory: 16 bytes a line and about 1 MiB; `out` gets
/// writes of 256 KiB, so it needs no buffer of its own.
pub fn generate(options: &GenerateOptions, out: &mut dyn Write) -> Result<Truth, GenerateError> {
    let rates = options.rates()?;
    let stories = Stories::new(options, &rates);
    let (lines, truth) = LineIndex::new(options, &rates, &stories)?;
    write_lines(&lines, &stories, out)?;
    Ok(truth)
}

fn write_lines(lines: &LineIndex, stories: &Stories, out: &mut dyn Write) -> Result<(), GenerateError> {
    let mut buffer = Vec::with_capacity(BUFFER_BYTES + 4 * 1024);
    for line in lines.iter() {
        line.write(stories, &mut buffer)?;
        if buffer.len() >= BUFFER_BYTES {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    out.write_all(&buffer)?;
    out.flush()?;
    Ok(())
}
