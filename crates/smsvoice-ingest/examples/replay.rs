//! A file of events into a lake in a local folder, with this library alone: `cargo run --release --example replay -p smsvoice-ingest -- events.ndjson lake`

#![allow(clippy::print_stdout)] // it is a program

use std::error::Error;
use std::path::PathBuf;

use smsvoice_ingest::{Aside, Files, Modified, ReplayOptions, replay};
use smsvoice_lake::Lake;

fn main() -> Result<(), Box<dyn Error>> {
    let [file, folder]: [PathBuf; 2] = std::env::args()
        .skip(1)
        .map(PathBuf::from)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "usage: replay FILE LAKE")?;
    let lake = Lake::create(&folder.to_string_lossy(), [])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let put = |file| runtime.block_on(lake.put(&file));
    let inputs = Files::new(Modified::default(), &Aside::default()).at(&file)?;
    let replayed = replay(inputs, &ReplayOptions::default(), &|_| (), put)?;
    println!("{:?}", replayed.ledger);
    Ok(())
}
