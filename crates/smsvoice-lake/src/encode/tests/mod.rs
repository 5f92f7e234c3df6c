//! The file that this encoder makes and the one that Arrow's own writer makes of the same rows are the same to a reader.

mod agreement;
mod arrow_file;
mod expected;
mod rows;
