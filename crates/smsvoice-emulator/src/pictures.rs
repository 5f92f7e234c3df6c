//! Pictures that were chosen in the form: kept in memory, the newest few, under an address as media messages have it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use xxhash_rust::xxh3::xxh3_64;

/// Pictures kept at once.
const KEPT: usize = 32;
/// Bytes of one; AWS takes 600 KB of most media files.
const LARGEST: usize = 600 * 1024;
/// Begins the address of each; it is the bucket of nobody.
const BUCKET: &str = "s3://smsvoice-emulator-inbox/";
/// The kinds, with what their files begin with and end in.
const KINDS: [(&str, &[u8], &str); 3] =
    [("image/png", b"\x89PNG\r\n", "png"), ("image/jpeg", b"\xff\xd8\xff", "jpg"), ("image/gif", b"GIF8", "gif")];

struct Picture {
    name: String,
    kind: &'static str,
    bytes: Vec<u8>,
}

#[derive(Clone, Default)]
pub(crate) struct Pictures(Arc<Mutex<VecDeque<Picture>>>);

impl Pictures {
    /// Keeps the picture of a `data:` address, and answers with its address as of a media file.
    pub(crate) fn keep(&self, data: &str) -> Result<String, String> {
        let bytes = data.split_once(";base64,").and_then(|(_, text)| base64_simd::STANDARD.decode_to_vec(text).ok());
        let bytes = bytes.ok_or("the picture cannot be read")?;
        if bytes.len() > LARGEST {
            return Err(format!("a picture has at most {} KB", LARGEST / 1024));
        }
        let kind = KINDS.iter().find(|(_, magic, _)| bytes.starts_with(magic));
        let (kind, _, ending) = kind.ok_or("a picture is a PNG, JPEG or GIF file")?;
        let name = format!("{:016x}.{ending}", xxh3_64(&bytes));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|picture| picture.name != name);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(Picture { name: name.clone(), kind, bytes });
        Ok(format!("{BUCKET}{name}"))
    }

    /// The kind and the bytes of the picture of this name.
    pub(crate) fn find(&self, name: &str) -> Option<(&'static str, Vec<u8>)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|picture| picture.name == name).map(|picture| (picture.kind, picture.bytes.clone()))
    }
}

/// Where the inbox shows the picture of this address; none if it did not come by the form.
pub(crate) fn picture_address(media_url: &str) -> Option<String> {
    media_url.strip_prefix(BUCKET).map(|name| format!("/inbox/picture/{name}"))
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Pictures, picture_address};

    fn data(bytes: &[u8]) -> String {
        format!("data:image/png;base64,{}", base64_simd::STANDARD.encode_to_string(bytes))
    }

    #[test]
    fn pictures_are_what_their_bytes_say_and_the_newest_are_kept() {
        let pictures = Pictures::default();
        let png = |n: usize| [b"\x89PNG\r\n".as_slice(), &n.to_le_bytes()].concat();
        let first = pictures.keep(&data(&png(0))).unwrap();
        assert!(picture_address(&first).unwrap().starts_with("/inbox/picture/"));
        assert!(picture_address("s3://bucket/a.png").is_none());
        let name = first.rsplit('/').next().unwrap();
        assert_eq!(pictures.find(name), Some(("image/png", png(0))));
        (1..=KEPT).for_each(|n| drop(pictures.keep(&data(&png(n))).unwrap()));
        assert_eq!(pictures.find(name), None);
        assert!(pictures.keep(&data(b"<svg onload=x>")).is_err() && pictures.keep("data:,x").is_err());
        assert!(pictures.keep(&data(&[b"GIF8".as_slice(), &vec![0; 700_000]].concat())).is_err());
    }
}
