//! The header of a page, with the checksum of the page: Parquet's `PageHeader` in Thrift's compact protocol
//! (<https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>).
//!
//! The `parquet` crate reads and verifies the field `crc`, but writes none.

use parquet::basic::{Encoding, PageType};
use parquet::errors::Result;

use crate::encode::hybrid::varint;

/// What a header tells of its page.
pub(super) struct PageHeader {
    pub(super) page_type: PageType,
    /// Bytes of the page before compression, the header not counted.
    pub(super) uncompressed: usize,
    /// Bytes of the page as it lies in the file, the header not counted.
    pub(super) compressed: usize,
    /// CRC-32 (as in gzip) of the page as it lies in the file.
    pub(super) crc: u32,
    /// Values and nulls in a data page, distinct values in a dictionary.
    pub(super) values: usize,
    pub(super) encoding: Encoding,
}

/// The type of a field in Thrift's compact protocol, the lower half of the byte before it. The upper half says by how much
/// its number is larger than that of the field before.
const FALSE: u8 = 2;
const I32: u8 = 5;
const STRUCT: u8 = 12;
/// Stands where a struct ends.
const STOP: u8 = 0;

impl PageHeader {
    /// Appends the header.
    pub(super) fn write_to(&self, out: &mut Vec<u8>) -> Result<()> {
        // The numbers of these fields are 1, 2, 3 and 4.
        i32_field(self.page_type as i32, out);
        i32_field(self.uncompressed.try_into()?, out);
        i32_field(self.compressed.try_into()?, out);
        i32_field(self.crc as i32, out);
        if self.page_type == PageType::DICTIONARY_PAGE {
            out.push(3 << 4 | STRUCT); // 7: dictionary_page_header
            i32_field(self.values.try_into()?, out);
            i32_field(self.encoding as i32, out);
            out.push(1 << 4 | FALSE); // is_sorted
        } else {
            out.push(1 << 4 | STRUCT); // 5: data_page_header
            i32_field(self.values.try_into()?, out);
            i32_field(self.encoding as i32, out);
            i32_field(Encoding::RLE as i32, out); // of definition levels
            i32_field(Encoding::RLE as i32, out); // of repetition levels
        }
        out.extend([STOP, STOP]);
        Ok(())
    }
}

/// A number, in a field that comes right after the one before.
fn i32_field(value: i32, out: &mut Vec<u8>) {
    out.push(1 << 4 | I32);
    let zigzag = (value << 1) ^ (value >> 31);
    varint(u64::from(zigzag as u32), out);
}
