//! What the writers of a lake agree on: the first decides, whoever comes at the same moment.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use smsvoice_lake::{AskedOfLake, Lake, LakeError, LakeSettings, PhoneNumbersSetting, SETTINGS_FILE};

fn asked(numbers: PhoneNumbersSetting) -> AskedOfLake {
    AskedOfLake { phone_numbers: Some(numbers), ..AskedOfLake::default() }
}

/// Many writers at once, each with a wish; those who got it, and the lake's settings.
async fn race(lake: &Lake) -> (usize, LakeSettings) {
    let wishes = (0..32).map(|n| PhoneNumbersSetting::ALL[n % 4]);
    let writers = wishes.map(|wish| {
        let lake = lake.clone();
        tokio::spawn(async move { (wish, lake.agree(&asked(wish)).await) })
    });
    let writers: Vec<_> = writers.collect();
    let mut got = 0;
    let mut outcomes = Vec::new();
    for writer in writers {
        outcomes.push(writer.await.unwrap());
    }
    let held = lake.settings().await.unwrap().unwrap();
    for (wish, outcome) in outcomes {
        match outcome {
            Ok(settings) => {
                assert_eq!((settings.phone_numbers, &settings), (wish, &held));
                got += 1;
            }
            Err(error) => assert!(matches!(error, LakeError::OtherSettings { .. }), "{error}"),
        }
    }
    (got, held)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_first_writers_one_decides_and_its_like_go_along() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..8 {
        let disk = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        let stores: [Arc<dyn ObjectStore>; 2] = [Arc::new(InMemory::new()), Arc::new(disk)];
        for store in stores {
            let lake = Lake::in_store(store, Path::from(format!("lake-{round}")), "a lake");
            assert_eq!(race(&lake).await.0, 8, "a quarter of the writers wished the same");
        }
    }
}

#[tokio::test]
async fn settings_that_cannot_be_read_are_named() {
    let store = Arc::new(InMemory::new());
    let lake = Lake::in_store(store.clone(), Path::default(), "memory:///");
    let newer = r#"{"layout":9,"phone_numbers":"mask","origination":"plain","context_columns":[]}"#;
    for (text, word) in [("{", "EOF"), (newer, "version 9"), (r#"{"layout":2}"#, "phone_numbers")] {
        store.put(&Path::from(SETTINGS_FILE), text.into()).await.unwrap();
        let error = lake.agree(&AskedOfLake::default()).await.unwrap_err().to_string();
        assert!(error.contains(SETTINGS_FILE) && error.contains(word), "{error}");
    }
}

#[tokio::test]
async fn a_change_holds_for_the_next_writer() {
    let lake = Lake::in_store(Arc::new(InMemory::new()), Path::default(), "memory:///");
    lake.agree(&AskedOfLake::default()).await.unwrap();
    let plain = LakeSettings { phone_numbers: PhoneNumbersSetting::Plain, ..LakeSettings::default() };
    lake.set(&plain).await.unwrap();
    assert_eq!(lake.agree(&asked(PhoneNumbersSetting::Plain)).await.unwrap(), plain);
    assert!(lake.agree(&asked(PhoneNumbersSetting::Mask)).await.is_err());
}
