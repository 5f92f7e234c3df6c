//! A stream of any length, decompressed as it comes, into chunks. Files and S3 objects go this one way, so that both give
//! the same rows, even where the stream breaks off.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use bytes::{Buf, Bytes};
use flate2::bufread::MultiGzDecoder;

use crate::chunk::{Chunk, Chunker};
use crate::inflate::{Compression, Damage};

/// Bytes that are decompressed at once. Of a damaged stream the last so many before the damage can be lost.
const AT_ONCE: usize = 1 << 15;

/// Whether a stream has ended, or waits for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Ended,
    Waits,
}

/// Decompresses a stream into chunks, to its end.
pub(crate) fn decompress<F: FnMut(Chunk)>(
    compression: Compression,
    stream: impl BufRead,
    chunker: &mut Chunker<'_, F>,
) -> Result<(), Damage> {
    let damage = |error| Damage { compression, error };
    let progress = match compression {
        Compression::Gzip => pump(&mut MultiGzDecoder::new(stream), chunker),
        Compression::Zstd => pump(&mut zstd::stream::read::Decoder::with_buffer(stream).map_err(damage)?, chunker),
    };
    progress.map(drop).map_err(damage)
}

/// Reads as much as there is.
fn pump(stream: &mut impl Read, to: &mut impl Write) -> io::Result<Progress> {
    let mut buffer = vec![0; AT_ONCE];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(Progress::Ended),
            Ok(read) => to.write_all(&buffer[..read])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Progress::Waits),
            Err(error) => return Err(error),
        }
    }
}

/// A stream whose parts are given one after the other, as they arrive.
pub(crate) struct DecodedStream<F: FnMut(Chunk)> {
    chunker: Chunker<'static, F>,
    /// The first bytes, until there are enough of them to tell the compression.
    head: Vec<u8>,
    decoder: Option<Decoder>,
    /// Bytes taken so far, as they lie in the object.
    taken: u64,
}

enum Decoder {
    Plain,
    Compressed { compression: Compression, parts: Sender<Bytes>, decoder: Box<dyn Read + Send> },
}

/// As many bytes as the longest mark of a compression has.
const MARK: usize = 4;

impl<F: FnMut(Chunk)> DecodedStream<F> {
    pub(crate) fn new(on_chunk: F) -> Self {
        Self { chunker: Chunker::new(on_chunk), head: Vec::new(), decoder: None, taken: 0 }
    }

    /// Takes the next part. It is decompressed here and now, and comes out as chunks.
    pub(crate) fn take(&mut self, part: Bytes) -> Result<(), Damage> {
        self.taken += part.len() as u64;
        if self.decoder.is_some() {
            return self.decode(part);
        }
        self.head.extend_from_slice(&part);
        if self.head.len() < MARK { Ok(()) } else { self.begin() }
    }

    /// Bytes taken so far, as they lie in the object.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    fn begin(&mut self) -> Result<(), Damage> {
        let head = Bytes::from(std::mem::take(&mut self.head));
        let (parts, receiver) = channel();
        let source = Parts { receiver, part: Bytes::new() };
        self.decoder = Some(match Compression::of(&head) {
            None => Decoder::Plain,
            Some(compression) => {
                let decoder: Box<dyn Read + Send> = match compression {
                    Compression::Gzip => Box::new(MultiGzDecoder::new(source)),
                    Compression::Zstd => {
                        let decoder = zstd::stream::read::Decoder::with_buffer(source);
                        Box::new(decoder.map_err(|error| Damage { compression, error })?)
                    }
                };
                Decoder::Compressed { compression, parts, decoder }
            }
        });
        self.decode(head)
    }

    fn decode(&mut self, part: Bytes) -> Result<(), Damage> {
        match &mut self.decoder {
            // Writing into a chunker never fails.
            None | Some(Decoder::Plain) => drop(self.chunker.write_all(&part)),
            Some(Decoder::Compressed { compression, parts, decoder }) => {
                // The receiving end lives as long as the decoder.
                let _ = parts.send(part);
                let compression = *compression;
                pump(decoder, &mut self.chunker).map_err(|error| Damage { compression, error })?;
            }
        }
        Ok(())
    }

    /// The stream has ended: hands on what is left, and says whether it ended as it should.
    pub(crate) fn end(mut self) -> Result<(), Damage> {
        let begun = if self.decoder.is_none() { self.begin() } else { Ok(()) };
        let ended = begun.and_then(|()| match self.decoder.take() {
            None | Some(Decoder::Plain) => Ok(()),
            Some(Decoder::Compressed { compression, parts, mut decoder }) => {
                drop(parts); // no more will come
                pump(&mut decoder, &mut self.chunker).map(drop).map_err(|error| Damage { compression, error })
            }
        });
        self.chunker.finish();
        ended
    }

    /// The stream is damaged: hands on what was read before.
    pub(crate) fn give_up(self) {
        self.chunker.finish();
    }
}

/// Parts of a stream, in which reading goes on when another has come.
struct Parts {
    receiver: Receiver<Bytes>,
    part: Bytes,
}

impl BufRead for Parts {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.part.is_empty() {
            match self.receiver.try_recv() {
                Ok(part) => self.part = part,
                Err(TryRecvError::Empty) => return Err(ErrorKind::WouldBlock.into()),
                Err(TryRecvError::Disconnected) => break,
            }
        }
        Ok(&self.part)
    }

    fn consume(&mut self, amount: usize) {
        self.part.advance(amount);
    }
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let part = self.fill_buf()?;
        let len = part.len().min(buffer.len());
        buffer[..len].copy_from_slice(&part[..len]);
        self.consume(len);
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use flate2::write::GzEncoder;

    use super::*;

    const EVENT: &str = "{\"eventType\":\"TEXT_SENT\",\"messageId\":\"m\",\"eventTimestamp\":1795000000000}\n";

    fn compressed(compression: Compression) -> Vec<u8> {
        // Lines that differ, so that a broken-off stream ends somewhere in the middle of them.
        let text: String =
            (0..20_000).map(|n| EVENT.replace("\"m\"", &format!("\"{}\"", n * 7_919 % 20_011))).collect();
        match compression {
            Compression::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(text.as_bytes()).unwrap();
                encoder.finish().unwrap()
            }
            Compression::Zstd => zstd::encode_all(text.as_bytes(), 3).unwrap(),
        }
    }

    /// What comes out of a stream in parts of so many bytes, and whether it ended well.
    fn in_parts(bytes: &[u8], len: usize) -> (Vec<u8>, bool) {
        let mut text = Vec::new();
        let mut stream = DecodedStream::new(|chunk: Chunk| text.extend(chunk.bytes));
        for part in bytes.chunks(len) {
            if stream.take(Bytes::copy_from_slice(part)).is_err() {
                stream.give_up();
                return (text, false);
            }
        }
        let ended = stream.end().is_ok();
        (text, ended)
    }

    fn at_once(compression: Compression, bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut text = Vec::new();
        let mut chunker = Chunker::new(|chunk: Chunk| text.extend(chunk.bytes));
        let ended = decompress(compression, BufReader::new(bytes), &mut chunker).is_ok();
        chunker.finish();
        (text, ended)
    }

    #[test]
    fn a_stream_that_breaks_off_gives_all_that_came_before_by_either_way() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let whole = compressed(compression);
            let (all, ended) = at_once(compression, &whole);
            assert!(ended && all.len() > 1_000_000);
            assert_eq!(in_parts(&whole, 1000), (all.clone(), true));
            for share in [1, 2, 3] {
                let broken = &whole[..whole.len() * share / 4];
                let (text, ended) = at_once(compression, broken);
                assert!(!ended, "{compression} at {share}/4");
                assert!(all.starts_with(&text));
                // Zstd gives whole blocks, of 128 KiB.
                assert!(text.len() + (1 << 18) > all.len() * share / 4, "{compression}: {} bytes", text.len());
                assert_eq!(in_parts(broken, 777), (text, false));
            }
        }
    }

    #[test]
    fn short_and_plain_streams_come_out_as_they_are() {
        for text in ["", "{", EVENT, &EVENT.repeat(50_000)] {
            assert_eq!(in_parts(text.as_bytes(), 3333), (text.as_bytes().to_vec(), true));
            assert_eq!(in_parts(text.as_bytes(), 1).0.len(), text.len());
        }
    }
}
