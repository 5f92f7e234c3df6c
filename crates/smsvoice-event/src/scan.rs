//! A JSON scanner over borrowed text: strings without copies, numbers as their own digits, bounded nesting.
//!
//! Not a general JSON library: it exists because the event is the hot path. It accepts exactly what `serde_json`
//! accepts (a property test holds the two together), and never builds a tree.

mod plain;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use wide::u8x16;

use crate::error::{ParseError, Result};

/// How deep a value may nest. AWS's deepest event nests 3 levels.
pub(crate) const MAX_DEPTH: usize = 64;

/// A position in a text.
#[derive(Clone, Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    pos: usize,
}

/// One JSON value, as far as the reader of an event has to know it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    /// The number's own digits.
    Number(&'a str),
    String(Cow<'a, str>),
    /// An object or array, as its own text.
    Nested(&'a str),
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, pos: 0 }
    }

    /// Bytes consumed so far.
    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    pub(crate) fn slice(&self, from: usize) -> &'a str {
        &self.text[from..self.pos]
    }

    pub(crate) fn error(&self, expected: &'static str) -> ParseError {
        ParseError::Syntax { offset: self.pos, expected }
    }

    /// The next byte that is not white space, not consumed.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.pos) {
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.pos += 1;
        }
        None
    }

    #[inline]
    pub(crate) fn eat(&mut self, byte: u8, expected: &'static str) -> Result<()> {
        if self.peek() == Some(byte) {
            self.pos += 1;
            return Ok(());
        }
        Err(self.error(expected))
    }

    /// Enters an object; false if it is empty (and then it has been left again).
    pub(crate) fn open(&mut self) -> Result<bool> {
        self.eat(b'{', "an object")?;
        if self.peek() == Some(b'}') {
            self.pos += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// The next key of the object, and the colon.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<Cow<'a, str>> {
        let key = match self.plain_string() {
            Some(key) => Cow::Borrowed(key),
            None if self.peek() == Some(b'"') => self.string()?,
            None => return Err(self.error("a key")),
        };
        self.eat(b':', "`:`")?;
        Ok(key)
    }

    /// Whether these bytes come next: then they are consumed.
    #[allow(clippy::inline_always)] // they are a constant, a key: then this is two or three comparisons
    #[inline(always)]
    pub(crate) fn skip(&mut self, bytes: &str) -> bool {
        let found = self.text.as_bytes()[self.pos..].starts_with(bytes.as_bytes());
        self.pos += if found { bytes.len() } else { 0 };
        found
    }

    /// Goes on to the next key: false at the end of the object, which has then been left.
    #[inline]
    pub(crate) fn more(&mut self) -> Result<bool> {
        match self.peek() {
            Some(b',') => self.pos += 1,
            Some(b'}') => {
                self.pos += 1;
                return Ok(false);
            }
            _ => return Err(self.error("`,` or `}`")),
        }
        Ok(true)
    }

    /// One value of any kind.
    pub(crate) fn value(&mut self) -> Result<Value<'a>> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{' | b'[') => self.nested().map(Value::Nested),
            Some(b't') => self.word("true").map(|()| Value::Bool(true)),
            Some(b'f') => self.word("false").map(|()| Value::Bool(false)),
            Some(b'n') => self.word("null").map(|()| Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            _ => Err(self.error("a value")),
        }
    }

    fn word(&mut self, word: &'static str) -> Result<()> {
        if self.text.as_bytes()[self.pos..].starts_with(word.as_bytes()) {
            self.pos += word.len();
            return Ok(());
        }
        Err(self.error(word))
    }

    fn digits(&mut self) -> Result<()> {
        let rest = &self.text.as_bytes()[self.pos..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.pos += count;
        if count == 0 { Err(self.error("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<&'a str> {
        let (start, bytes) = (self.pos, self.text.as_bytes());
        if bytes[self.pos] == b'-' {
            self.pos += 1;
        }
        if bytes.get(self.pos) == Some(&b'0') {
            self.pos += 1;
        } else {
            self.digits()?;
        }
        if bytes.get(self.pos) == Some(&b'.') {
            self.pos += 1;
            self.digits()?;
        }
        if matches!(bytes.get(self.pos), Some(b'e' | b'E')) {
            self.pos += 1;
            if matches!(bytes.get(self.pos), Some(b'+' | b'-')) {
                self.pos += 1;
            }
            self.digits()?;
        }
        Ok(self.slice(start))
    }

    /// A string without an escape, if that is what comes next. The hot path: of an event's 50 keys and strings, hardly one
    /// is anything else, and a slice is handed back in registers.
    #[inline]
    pub(crate) fn plain_string(&mut self) -> Option<&'a str> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.pos + 1;
        let end = special_at(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return None;
        }
        self.pos = end + 1;
        Some(&self.text[start..end])
    }

    /// A string, at its opening quote; borrowed unless it holds an escape.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>> {
        if let Some(text) = self.plain_string() {
            return Ok(Cow::Borrowed(text));
        }
        let start = self.pos + 1;
        self.pos = start;
        let end = self.plain_run()?;
        self.escaped(start, end).map(Cow::Owned)
    }

    /// Where the run of plain characters ends: at a quote or a backslash. Control characters are refused.
    fn plain_run(&mut self) -> Result<usize> {
        let at = special_at(self.text.as_bytes(), self.pos);
        if at < self.text.len() {
            return self.stop_at(at);
        }
        self.pos = at;
        Err(self.error("the end of a string"))
    }

    fn stop_at(&mut self, at: usize) -> Result<usize> {
        if self.text.as_bytes()[at] < 0x20 {
            self.pos = at;
            return Err(self.error("no control character in a string"));
        }
        Ok(at)
    }

    #[cold]
    fn escaped(&mut self, start: usize, first: usize) -> Result<String> {
        let mut text = self.text[start..first].to_owned();
        self.pos = first;
        loop {
            self.pos += 1; // the backslash
            let escape = self.text.as_bytes().get(self.pos).copied();
            self.pos += 1;
            text.push(match escape {
                Some(plain @ (b'"' | b'\\' | b'/')) => plain as char,
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(b'u') => self.unicode_escape()?,
                _ => {
                    self.pos -= 1;
                    return Err(self.error("an escape"));
                }
            });
            let from = self.pos;
            let end = self.plain_run()?;
            text.push_str(&self.text[from..end]);
            self.pos = end;
            if self.text.as_bytes()[end] == b'"' {
                self.pos += 1;
                return Ok(text);
            }
        }
    }

    /// The character of `\uXXXX` or of a surrogate pair, after the `u`.
    fn unicode_escape(&mut self) -> Result<char> {
        let first = self.hex4()?;
        let code = match first {
            0xd800..=0xdbff => {
                if !self.text.as_bytes()[self.pos..].starts_with(b"\\u") {
                    return Err(self.error("the second half of a surrogate pair"));
                }
                self.pos += 2;
                let second = self.hex4()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(self.error("the second half of a surrogate pair"));
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            other => other,
        };
        char::from_u32(code).ok_or_else(|| self.error("a character"))
    }

    fn hex4(&mut self) -> Result<u32> {
        let bytes = self.text.as_bytes().get(self.pos..self.pos + 4);
        let Some(bytes) = bytes.filter(|bytes| bytes.iter().all(u8::is_ascii_hexdigit)) else {
            return Err(self.error("four hexadecimal digits"));
        };
        let code = bytes.iter().fold(0, |code, byte| code * 16 + (*byte as char).to_digit(16).unwrap_or(0));
        self.pos += 4;
        Ok(code)
    }

    /// An object or array, skipped without recursion: its text.
    fn nested(&mut self) -> Result<&'a str> {
        let start = self.pos;
        let mut open: Vec<u8> = Vec::with_capacity(4);
        loop {
            // Here a value must begin.
            match self.peek() {
                Some(bracket @ (b'{' | b'[')) => {
                    if open.len() == MAX_DEPTH {
                        return Err(ParseError::TooDeep { offset: self.pos, limit: MAX_DEPTH });
                    }
                    let close = if bracket == b'{' { b'}' } else { b']' };
                    self.pos += 1;
                    if self.peek() != Some(close) {
                        open.push(close);
                        if close == b'}' {
                            self.key()?;
                        }
                        continue;
                    }
                    self.pos += 1;
                }
                _ => {
                    self.value()?;
                }
            }
            if !self.next_sibling(&mut open)? {
                return Ok(self.slice(start));
            }
        }
    }

    /// After a value: leaves what ends here, and goes to the next value; false when nothing is open any more.
    fn next_sibling(&mut self, open: &mut Vec<u8>) -> Result<bool> {
        while let Some(&close) = open.last() {
            match self.peek() {
                Some(b',') => {
                    self.pos += 1;
                    if close == b'}' {
                        self.key()?;
                    }
                    return Ok(true);
                }
                Some(byte) if byte == close => {
                    self.pos += 1;
                    open.pop();
                }
                _ => return Err(self.error("`,` or the closing bracket")),
            }
        }
        Ok(false)
    }
}

/// Where, from `at` on, the first quote, backslash or control character is; the length of the text if there is none.
#[inline]
fn special_at(bytes: &[u8], mut at: usize) -> usize {
    while let Some(sixteen) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        let sixteen = u8x16::new(*sixteen);
        let control = sixteen.min(u8x16::splat(0x1f)).simd_eq(sixteen);
        let special = sixteen.simd_eq(u8x16::splat(b'"')) | sixteen.simd_eq(u8x16::splat(b'\\')) | control;
        let mask = special.to_bitmask();
        if mask != 0 {
            return at + mask.trailing_zeros() as usize;
        }
        at += 16;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\') || *byte < 0x20).unwrap_or(rest.len())
}
