//! What rests in a lake's quarantine, to be read again; what is encrypted there is opened by whoever has the identity.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use smsvoice_event::Timestamp;
use smsvoice_ingest::{Identities, Input, Place, is_sealed};
use smsvoice_lake::{LakeError, QuarantinedPayload, Source};

/// What rests in quarantine, and the identities that open what is encrypted.
pub(super) struct Rest {
    identities: Option<Identities>,
    /// Payloads that were left as they are, because there is no identity.
    sealed: AtomicU64,
}

impl Rest {
    /// With the identities of a file, if one is given.
    pub(super) fn of(identities: Option<&Path>) -> anyhow::Result<Self> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path);
            let text = text.with_context(|| format!("the file of identities {} cannot be read", path.display()))?;
            Identities::of(&text).with_context(|| path.display().to_string())
        };
        Ok(Self { identities: identities.map(read).transpose()?, sealed: AtomicU64::new(0) })
    }

    /// How many payloads were left encrypted.
    pub(super) fn sealed(&self) -> u64 {
        self.sealed.load(Ordering::Relaxed)
    }

    /// What one file of the quarantine holds, each payload an input of its own that came as it did the first time.
    pub(super) fn inputs(&self, file: String, rows: Result<Vec<QuarantinedPayload>, LakeError>) -> Vec<Input> {
        match rows {
            Ok(rows) => rows.into_iter().map(|row| self.again(row)).collect(),
            Err(error) => {
                let place = Place::file(file, Timestamp::EPOCH);
                vec![Input::new(place, move || Err(io::Error::other(error)))]
            }
        }
    }

    fn again(&self, row: QuarantinedPayload) -> Input {
        let QuarantinedPayload { received_at, source, account_id, aws_region, source_id, reason: _, payload } = row;
        let carrier = source.unwrap_or(Source::File);
        let place = Place { name: source_id, arrival: received_at, carrier, account_id, aws_region };
        let payload = self.open(payload);
        Input::new(place, move || Ok(Box::new(io::Cursor::new(payload?))))
    }

    /// The payload, decrypted if it is encrypted and somebody can.
    fn open(&self, payload: Vec<u8>) -> io::Result<Vec<u8>> {
        match &self.identities {
            Some(identities) if is_sealed(&payload) => identities.open(&payload).map_err(io::Error::other),
            None if is_sealed(&payload) => {
                self.sealed.fetch_add(1, Ordering::Relaxed);
                Ok(payload)
            }
            _ => Ok(payload),
        }
    }
}
