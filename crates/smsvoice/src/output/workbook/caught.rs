//! The crate that writes workbooks panics where a disk refuses what it writes. Here that is an error, as everywhere else.

use std::any::Any;
use std::cell::Cell;
use std::io::{self, Seek, SeekFrom, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use rust_xlsxwriter::XlsxError;

thread_local! {
    /// Whether a panic of this thread will be told as an error, and so is not told as a panic.
    static CATCHES: Cell<bool> = const { Cell::new(false) };
}

/// What `write` answers; its panic is an error.
pub(super) fn caught<T>(write: impl FnOnce() -> Result<T, XlsxError>) -> io::Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |told| {
            if !CATCHES.get() {
                usual(told);
            }
        }));
    });
    CATCHES.set(true);
    let written = panic::catch_unwind(AssertUnwindSafe(write));
    CATCHES.set(false);
    match written {
        Ok(Ok(written)) => Ok(written),
        Ok(Err(XlsxError::IoError(error))) => Err(error),
        Ok(Err(error)) => Err(io::Error::other(error)),
        Err(panic) => Err(of_panic(&*panic)),
    }
}

/// The error of the operating system that a panic tells of. It is about the temporary file: the result's own are kept.
fn of_panic(panic: &(dyn Any + Send)) -> io::Error {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("the crate that writes workbooks panicked");
    let code = text.split_once("code: ").and_then(|(_, code)| {
        let end = code.find(|c: char| !c.is_ascii_digit()).unwrap_or(code.len());
        code[..end].parse().ok()
    });
    code.map_or_else(|| io::Error::other(text.to_owned()), io::Error::from_raw_os_error)
}

/// A file that seems to take everything, and tells at the end what it did not.
pub(super) struct Kept<W> {
    out: W,
    error: Option<io::Error>,
}

impl<W> Kept<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, error: None }
    }
}

impl<W: Write> Kept<W> {
    /// Whether all of it was taken.
    pub(super) fn told(&mut self) -> io::Result<()> {
        self.error.take().map_or_else(|| self.out.flush(), Err)
    }
}

impl<W: Write> Write for Kept<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.error.is_some() {
            return Ok(bytes.len());
        }
        self.out.write(bytes).or_else(|error| {
            self.error = Some(error);
            Ok(bytes.len())
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Seek> Seek for Kept<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.out.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_about_the_disk_is_the_error_of_the_disk() {
        let full = || -> Result<(), XlsxError> {
            let refuses = |code| Err::<(), _>(io::Error::from_raw_os_error(code));
            refuses(28).expect("Couldn't write to xml file");
            Ok(())
        };
        assert_eq!(caught(full).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(caught(|| Ok(3)).unwrap(), 3);
    }
}
