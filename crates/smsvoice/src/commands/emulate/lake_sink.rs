//! A lake as a destination of the emulator's events: read and written by the same code as in the Lambda.

use futures::future::{BoxFuture, FutureExt};
use smsvoice_emulator::{DeliveryService, OutgoingEvent};
use smsvoice_event::Timestamp;
use smsvoice_ingest::{Origin, Reader, Settings};
use smsvoice_lake::{Lake, LakeError, LakeFile, LakeWriter, Source};

use crate::settings::SettingsArgs;
use crate::world::World;

/// Puts every event into a lake.
pub(super) struct LakeSink {
    lake: Lake,
    settings: Settings,
}

impl LakeSink {
    /// A lake that is written as `replay` and the function write it: with the lake's own privacy, `mask` if it is new.
    pub(super) async fn open(url: &str, settings: &SettingsArgs, world: &World) -> anyhow::Result<Self> {
        let lake = Lake::create(url, world.env.iter().cloned())?;
        let settings = settings.settle(&lake, world).await?;
        Ok(Self { lake, settings })
    }

    fn files(&self, events: &[OutgoingEvent]) -> Result<Vec<LakeFile>, LakeError> {
        let mut reader = Reader::new(&self.settings, usize::MAX, LakeWriter::default());
        for event in events {
            let at = i64::try_from(event.at_ms).ok().and_then(Timestamp::from_millis).unwrap_or(Timestamp::EPOCH);
            let origin = Origin::new(Source::Emulator, at, "emulator");
            let origin = origin.of_configuration_set(event.configuration_set.as_deref());
            let place = &event.place;
            reader.text(&event.payload, &origin.of_account(Some(&place.account_id), Some(&place.region)));
        }
        let (writer, _) = reader.finish();
        Ok(writer.finish()?.0)
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
            let result = put.await.map_err(|error| error.chain());
            vec![result; events.len()]
        }
        .boxed()
    }
}
