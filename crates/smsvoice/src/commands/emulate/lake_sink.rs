//! A lake as a destination of the emulator's events: read and written by the same code as in the Lambda.

use futures::future::{BoxFuture, FutureExt};
use smsvoice_emulator::{Parcel, Sink};
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

    fn files(&self, parcels: &[Parcel]) -> Result<Vec<LakeFile>, LakeError> {
        let mut reader = Reader::new(&self.settings, usize::MAX, LakeWriter::default());
        for parcel in parcels {
            let at = i64::try_from(parcel.at_ms).ok().and_then(Timestamp::from_millis).unwrap_or(Timestamp::EPOCH);
            let origin = Origin::new(Source::Emulator, at, "emulator");
            reader.text(&parcel.payload, &origin.of_configuration_set(parcel.configuration_set.as_deref()));
        }
        let (writer, _) = reader.finish();
        Ok(writer.finish()?.0)
    }
}

impl Sink for LakeSink {
    fn deliver<'a>(&'a self, parcels: &'a [Parcel]) -> BoxFuture<'a, Vec<Result<(), String>>> {
        async move {
            let put = async {
                for file in self.files(parcels)? {
                    self.lake.put(&file).await?;
                }
                Ok::<(), LakeError>(())
            };
            // One file that is not there means that none of these events is known to be safe; writing the others
            // again is harmless.
            let result = put.await.map_err(|error| error.chain());
            vec![result; parcels.len()]
        }
        .boxed()
    }
}
