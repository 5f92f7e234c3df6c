//! The Lambda function from outside: replies, retries, the Runtime API, and logs without numbers.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod batch;
mod bounds;
mod flaky;
mod linear;
mod payloads;
mod privacy;
mod replies;
mod retries;
mod runtime_api;

/// The lake a test's function writes, and what it holds.
mod world {
    use std::collections::BTreeMap;
    use std::ops::Range;
    use std::sync::Arc;

    use arrow::array::AsArray;
    use arrow::datatypes::TimestampMillisecondType;
    use futures::FutureExt;
    use futures::future::BoxFuture;
    use object_store::memory::InMemory;
    use object_store::path::Path;
    use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
    use smsvoice_event::{EventId, Timestamp};
    use smsvoice_ingest::lambda::Consumer;
    use smsvoice_ingest::{ObjectName, Objects, Part, Settings};
    use smsvoice_lake::{Lake, Table};

    /// A function over these stores; every bucket is `objects`.
    pub(crate) fn consumer(lake: Arc<dyn ObjectStore>, objects: Arc<dyn ObjectStore>) -> Consumer {
        let lake = Lake::in_store(lake, Path::default(), "memory");
        let objects: Arc<dyn Objects> = Arc::new(InStore(objects));
        Consumer { lake, settings: Settings::plain(), buckets: Arc::new(move |_| objects.clone()) }
    }

    /// A bucket whose objects lie in a store of `object_store`.
    struct InStore(Arc<dyn ObjectStore>);

    impl Objects for InStore {
        fn get<'a>(
            &'a self,
            object: &'a ObjectName,
            range: Range<u64>,
            tag: Option<&'a str>,
        ) -> BoxFuture<'a, object_store::Result<Part>> {
            let range = (range.start > 0).then(|| range.into());
            let options = GetOptions { range, if_match: tag.map(str::to_owned), ..GetOptions::default() };
            let get = async move {
                let got = self.0.get_opts(&Path::parse(&object.key)?, options).await?;
                let meta = got.meta.clone();
                let last_modified = Timestamp::from_millis(meta.last_modified.timestamp_millis());
                Ok(Part { size: meta.size, tag: meta.e_tag, last_modified, bytes: got.into_stream() })
            };
            get.boxed()
        }
    }

    /// A store with one object.
    pub(crate) async fn bucket(key: &str, bytes: Vec<u8>) -> Arc<dyn ObjectStore> {
        let store = InMemory::new();
        store.put(&Path::parse(key).unwrap(), bytes.into()).await.unwrap();
        Arc::new(store)
    }

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    /// Event ids in the lake with how often each rests there, and the payloads in quarantine.
    pub(crate) async fn contents(lake: &Lake) -> (BTreeMap<String, usize>, usize) {
        let mut events = BTreeMap::new();
        for file in lake.files(Table::Events).await.unwrap() {
            for batch in lake.read_events(&file).await.unwrap() {
                let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
                let (message, kind) = (text("message_id"), text("event_type"));
                let times = batch.column_by_name("event_time").unwrap();
                let times = times.as_primitive::<TimestampMillisecondType>();
                for row in 0..batch.num_rows() {
                    let id = EventId::of(message.value(row), kind.value(row), times.value(row));
                    *events.entry(id.to_string()).or_default() += 1;
                }
            }
        }
        let mut quarantined = 0;
        for file in lake.files(Table::Quarantine).await.unwrap() {
            quarantined += lake.read_quarantine(&file).await.unwrap().len();
        }
        (events, quarantined)
    }
}
