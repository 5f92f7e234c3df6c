//! All ARNs of a file are of one partition, one region and one account: AWS takes no others.

use std::ops::Range;

use toml::Spanned;

use crate::desired::arn::{Arn, Kind};
use crate::desired::{Fault, Reading};

/// What the ARNs that were read so far have in common, and which of them said so first.
#[derive(Debug, Default)]
pub(super) struct SamePlace {
    partition: Option<(String, Range<usize>)>,
    region: Option<(String, Range<usize>)>,
    account: Option<(String, Range<usize>)>,
}

impl SamePlace {
    /// The region of the ARNs that have one.
    pub(super) fn region(self) -> Option<String> {
        self.region.map(|(region, _)| region)
    }

    /// Reads the ARN of a `kind`, and compares its place with that of the others.
    pub(super) fn arn(&mut self, arn: &Spanned<String>, kind: Kind, reading: &mut Reading<'_>) -> Option<String> {
        let text = reading.text(arn)?;
        let read = match Arn::read(&text.value, kind) {
            Ok(read) => read,
            Err(message) => {
                reading.fault(&text.place, message);
                return None;
            }
        };
        let parts = [
            ("partition", read.partition, &mut self.partition),
            ("region", read.region, &mut self.region),
            ("account", read.account, &mut self.account),
        ];
        for (what, value, common) in parts.into_iter().filter(|(_, value, _)| !value.is_empty()) {
            let (first, place) = common.get_or_insert_with(|| (value.to_owned(), text.place.clone()));
            if first != value {
                let message = format!("this is of the {what} {value}, and what comes before it of {first}");
                reading
                    .faults
                    .push(Fault::at(text.place.clone(), message).beside(place.clone(), format!("of {first}")));
            }
        }
        Some(text.value)
    }
}
