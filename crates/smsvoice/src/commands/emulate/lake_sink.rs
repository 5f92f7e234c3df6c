//! A lake as a destination of the emulator's events: read and written by the same code as in the Lambda.

use std::borrow::Cow;

use futures::future::{BoxFuture, FutureExt};
use smsvoice_emulator::{DeliveryService, OutgoingEvent};
use smsvoice_event::Timestamp;
use smsvoice_ingest::{Origin, Reader, Settings};
use smsvoice_lake::{EventWriter, Lake, LakeError, LakeFile, QuarantineWriter, Source, WriterLimits};

use crate::world::World;

/// Puts every event into a lake.
pub(super) struct LakeSink {
    lake: Lake,
    settings: Settings,
}

impl LakeSink {
    /// Numbers stay as they are: the emulator sends no real messages.
    pub(super) fn open(url: &str, world: &World) -> anyhow::Result<Self> {
        Ok(Self { lake: Lake::create(url, world.env.iter().cloned())?, settings: Settings::plain() })
    }

    fn files(&self, events: &[OutgoingEvent]) -> Result<Vec<LakeFile>, LakeError> {
        let mut batches = Vec::new();
        let mut reader = Reader::new(&self.settings, usize::MAX, |batch| batches.push(batch));
        for event in events {
            let at = i64::try_from(event.at_ms).ok().and_then(Timestamp::from_millis).unwrap_or(Timestamp::EPOCH);
            let mut origin = Origin::new(Source::Emulator, at, "emulator");
            origin.configuration_set = event.configuration_set.as_deref().map(Cow::Borrowed);
            reader.text(&event.payload, &origin);
        }
        let (quarantined, _, _) = reader.finish();
        let mut writer = EventWriter::new(WriterLimits::default());
        for batch in batches {
            writer.route(batch);
        }
        let (mut files, _) = writer.finish()?;
        let mut quarantine = QuarantineWriter::default();
        for row in quarantined {
            files.extend(quarantine.push(row)?);
        }
        files.extend(quarantine.flush()?);
        Ok(files)
    }
}

impl DeliveryService for LakeSink {
    fn deliver<'a>(&'a self, events: &'a [OutgoingEvent]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        async move {
            let put = async {
                for file in self.files(events)? {
                    self.lake.put(&file).await?;
                }
                Ok::<(), LakeError>(())
            };
            // One file that is not there means that none of these events is known to be safe; writing the others
            // again is harmless.
            let result = put.await.map_err(|error| error.to_string());
            vec![result; events.len()]
        }
        .boxed()
    }
}
