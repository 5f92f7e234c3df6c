//! Bytes as text and back, and their hashes. Trino's meaning.

use base64_simd::{STANDARD, URL_SAFE};
use sha2::Digest;

use super::row_function::{Answer, Answered, Gives, Row, RowFunction, Takes};

pub(super) fn functions() -> Vec<RowFunction> {
    use Takes::{Bytes, Text};
    let written = |name, run| RowFunction::new(name, &[Bytes], 1, Gives::Text, run);
    let read = |name, run| RowFunction::new(name, &[Text], 1, Gives::Bytes, run);
    let hash = |name, run| RowFunction::new(name, &[Bytes], 1, Gives::Bytes, run);
    vec![
        written("to_hex", |row| Ok(Answer::Text(hex::encode_upper(row.bytes(0))))),
        written("to_base64", |row| Ok(Answer::Text(STANDARD.encode_to_string(row.bytes(0))))),
        written("to_base64url", |row| Ok(Answer::Text(URL_SAFE.encode_to_string(row.bytes(0))))),
        read("from_hex", |row| hex::decode(row.text(0)).map(Answer::Bytes).map_err(|error| error.to_string())),
        read("from_base64", |row| decoded(row, STANDARD.decode_to_vec(row.text(0)).ok())),
        read("from_base64url", |row| decoded(row, URL_SAFE.decode_to_vec(row.text(0)).ok())),
        read("to_utf8", |row| Ok(Answer::Bytes(row.text(0).as_bytes().to_vec()))),
        hash("sha256", |row| Ok(Answer::Bytes(sha2::Sha256::digest(row.bytes(0)).to_vec()))),
        hash("sha512", |row| Ok(Answer::Bytes(sha2::Sha512::digest(row.bytes(0)).to_vec()))),
    ]
}

fn decoded(row: &Row<'_>, bytes: Option<Vec<u8>>) -> Answered {
    bytes.map(Answer::Bytes).ok_or_else(|| format!("{:?} is no Base64", row.text(0)))
}
