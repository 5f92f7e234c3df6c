//! Faults of the API: requests that are refused, held back, or left without an answer, because a rule file or a test
//! says so.

mod checked;
mod error;
mod refused;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;
use serde_json::json;
use smsvoice_lifecycle::seeded;

use self::checked::Fault;
use crate::account::{
    life::hits,
    message::Api,
    rules::{ApiFault, Reply},
};
use crate::place::Place;

pub(super) use self::error::WireError;
pub use self::refused::FaultError;

/// Distinguishes the random draws of these faults from all others: the bytes of "apifault".
const DRAWS: u64 = 0x6170_6966_6175_6c74;

/// A fault in force, and how it fared.
struct Row {
    id: u64,
    fault: Arc<Fault>,
    /// Requests that it might have befallen.
    met: u64,
    befallen: u64,
}

impl Row {
    /// Counts a request, and says whether the fault befalls it.
    fn befalls(&mut self, seed: u64) -> bool {
        let written = &self.fault.written;
        if written.times.is_some_and(|times| self.befallen >= times) {
            return false;
        }
        self.met += 1;
        let befalls = self.met > written.skip && hits(written.share, &mut seeded(seed ^ DRAWS ^ self.id, self.met));
        self.befallen += u64::from(befalls);
        befalls
    }
}

/// A fault in force, as the control endpoint shows it.
#[derive(Serialize)]
pub(crate) struct Shown {
    id: u64,
    met: u64,
    befallen: u64,
    #[serde(flatten)]
    written: ApiFault,
}

#[derive(Default)]
struct InForce {
    rows: Vec<Row>,
    /// Ids are never given again.
    last_id: u64,
}

impl InForce {
    fn add(&mut self, faults: impl IntoIterator<Item = Arc<Fault>>) {
        for fault in faults {
            self.last_id += 1;
            self.rows.push(Row { id: self.last_id, fault, met: 0, befallen: 0 });
        }
    }
}

/// The faults in force: those of the rule file, then those that were added.
pub(crate) struct Faults {
    seed: u64,
    /// Those of the rule file.
    lasting: Vec<Arc<Fault>>,
    in_force: Mutex<InForce>,
}

impl Faults {
    /// The faults of the rule file, under a seed. The error says which fault it is about,
    /// counted from 1.
    pub(crate) fn new(seed: u64, written: Vec<ApiFault>) -> Result<Self, (usize, FaultError)> {
        let read = |(number, fault)| Fault::read(fault).map(Arc::new).map_err(|error| (number, error));
        let lasting = (1..).zip(written).map(read).collect::<Result<Vec<_>, _>>()?;
        let faults = Self { seed, lasting, in_force: Mutex::default() };
        faults.reset();
        Ok(faults)
    }

    /// Puts a fault in force, after those that are.
    pub(crate) fn add(&self, written: ApiFault) -> Result<Shown, FaultError> {
        let fault = Arc::new(Fault::read(written.clone())?);
        let mut in_force = self.lock();
        in_force.add([fault]);
        Ok(Shown { id: in_force.last_id, met: 0, befallen: 0, written })
    }

    /// All that are in force, and how often each befell a request.
    pub(crate) fn list(&self) -> Vec<Shown> {
        let shown = |row: &Row| {
            let written = row.fault.written.clone();
            Shown { id: row.id, met: row.met, befallen: row.befallen, written }
        };
        self.lock().rows.iter().map(shown).collect()
    }

    /// Ends all faults, or the one of this id; returns how many ended.
    pub(crate) fn clear(&self, id: Option<u64>) -> usize {
        let mut in_force = self.lock();
        let before = in_force.rows.len();
        in_force.rows.retain(|row| id.is_some_and(|id| row.id != id));
        before - in_force.rows.len()
    }

    /// The faults of the rule file alone, as if none had befallen anything.
    pub(crate) fn reset(&self) {
        let mut in_force = self.lock();
        in_force.rows.clear();
        in_force.last_id = 0;
        in_force.add(self.lasting.iter().cloned());
    }

    /// What befalls this request, if anything does.
    pub(super) fn befalling(&self, api: Api, operation: &str, caller: &Place) -> Option<Befalling> {
        let mut in_force = self.lock();
        let mut concerned = in_force.rows.iter_mut().filter(|row| row.fault.victim(api, operation).is_some());
        let row = concerned.find_map(|row| row.befalls(self.seed).then_some(row))?;
        let fault = &row.fault;
        let error = fault.victim(api, operation).and_then(|victim| victim.error.clone());
        let (performed, delay) = (fault.written.performed, Duration::from_millis(fault.written.delay_ms));
        Some(Befalling {
            error: error.map(|error| worded(error, operation, caller)),
            reply: fault.reply,
            performed,
            delay,
        })
    }

    fn lock(&self) -> MutexGuard<'_, InForce> {
        // A panic between two changes leaves a count too low at worst.
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn worded(mut error: WireError, operation: &str, caller: &Place) -> WireError {
    if error.body["Message"] == "" {
        error.body["Message"] = json!(error::usual_words(error.kind, operation, &caller.account_id));
    }
    error
}

/// What befalls one request.
pub(super) struct Befalling {
    error: Option<WireError>,
    reply: Reply,
    performed: bool,
    delay: Duration,
}

/// What a fault makes of an answer.
pub(super) enum Interruption {
    Error(WireError),
    /// The connection is to be closed.
    Lost,
}

/// Performs an operation, or not, as the fault that befalls it says.
pub(super) async fn around<T, E: From<Interruption>>(
    befalling: Option<Befalling>,
    performing: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let Some(Befalling { error, reply, performed, delay }) = befalling else { return performing.await };
    let answers = error.is_none() && reply == Reply::Ordinary;
    let done = if performed || answers { Some(performing.await) } else { None };
    tokio::time::sleep(delay).await;
    match (reply, error, done) {
        (Reply::Never, ..) => std::future::pending().await,
        (Reply::Ordinary, Some(error), _) => Err(Interruption::Error(error).into()),
        (Reply::Ordinary, None, Some(done)) => done,
        (Reply::Lost | Reply::Ordinary, ..) => Err(Interruption::Lost.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Api, ApiFault, Faults, Interruption, Place, around};

    fn written(json: serde_json::Value) -> ApiFault {
        serde_json::from_value(json).unwrap()
    }

    fn caller() -> Place {
        Place { region: "us-east-1".into(), account_id: "111122223333".into() }
    }

    fn faults(written: &[serde_json::Value]) -> Faults {
        let read = |json: &serde_json::Value| serde_json::from_value(json.clone()).unwrap();
        Faults::new(7, written.iter().map(read).collect()).ok().unwrap()
    }

    #[test]
    fn skip_times_and_share_say_which_requests_it_befalls_and_the_seed_says_which_of_them() {
        let draws = |faults: &Faults| -> Vec<bool> {
            (0..200).map(|_| faults.befalling(Api::V2, "TagResource", &caller()).is_some()).collect()
        };
        let limited = draws(&faults(&[json!({"error": "Throttling", "skip": 2, "times": 3})]));
        assert_eq!(limited[..7], [false, false, true, true, true, false, false]);
        let shared = faults(&[json!({"error": "Throttling", "share": 0.25})]);
        let (first, second) = (draws(&shared), draws(&shared));
        assert!((30..70).contains(&first.iter().filter(|befell| **befell).count()), "{first:?}");
        assert_ne!(first, second, "it goes on");
        shared.reset();
        assert_eq!(draws(&shared), first, "and begins again");
    }

    #[test]
    fn the_first_fault_that_befalls_a_request_decides_and_each_can_be_ended() {
        let faults = faults(&[json!({"error": "Throttling", "times": 1}), json!({"error": "AccessDenied"})]);
        let kind = || faults.befalling(Api::V2, "TagResource", &caller()).and_then(|b| b.error).map(|e| e.kind);
        assert_eq!(kind(), Some("ThrottlingException"));
        assert_eq!(kind(), Some("AccessDeniedException"));
        let added = faults.add(written(json!({"error": "InternalServer"}))).unwrap();
        assert_eq!((added.id, faults.clear(Some(2))), (3, 1));
        assert_eq!(kind(), Some("InternalServerException"));
        let counts: Vec<_> = faults.list().iter().map(|row| (row.id, row.met, row.befallen)).collect();
        assert_eq!(counts, [(1, 1, 1), (3, 1, 1)]);
        assert_eq!((faults.clear(None), kind()), (2, None));
    }

    #[tokio::test]
    async fn the_work_is_done_only_if_the_fault_says_so() {
        for (fault, is_done) in [
            (json!({"error": "InternalServer"}), false),
            (json!({"error": "InternalServer", "performed": true}), true),
            (json!({"reply": "lost"}), false),
            (json!({"reply": "lost", "performed": true}), true),
            (json!({"delay_ms": 1}), true),
        ] {
            let faults = faults(std::slice::from_ref(&fault));
            let mut done = false;
            let work = async {
                done = true;
                Ok::<_, Interruption>(())
            };
            let answer = around(faults.befalling(Api::V2, "TagResource", &caller()), work).await;
            assert_eq!(done, is_done, "{fault}");
            assert_eq!(matches!(answer, Err(Interruption::Lost)), fault["reply"] == "lost", "{fault}");
        }
    }
}
