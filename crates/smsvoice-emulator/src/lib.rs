#![doc = include_str!("../README.md")]
//!
//! ## The layout
//!
//! From the network inwards; each of these names only those below it.
//!
//! | module | |
//! |---|---|
//! | `start` | [`serve`]: builds everything and puts it together |
//! | `server`, `body`, `places` | HTTP on a listener: which path leads where, limits on heads and bodies, slow clients, memory, connections |
//! | `access`, `request_log` | who may talk to it; one line a request |
//! | `inbox`, `control` | the page at `/`, and `/_smsvoice/` for tests |
//! | `app` | what requests are answered from: the emulator, the courier, the key pair, the faults of the APIs |
//! | `api` | both APIs as clients speak them: transports (`v1`, `v2`), signatures (`auth`), what requests must satisfy (`model`, `constraints.txt`), the table of operations (`operations`), how one is performed (`perform`), and what goes wrong on purpose (`fault`) |
//! | `emission` | when an event is due, it becomes owed to its destinations, and the courier gets it |
//! | `emulator` | all accounts behind one lock: `transact` does one operation and waits until it is on disk |
//! | `state` | changes on disk |
//! | `world` | every account in every region, and the messages of all of them |
//! | `account` | the account and its operations, one file a kind of resource; no I/O, no clock. `send` checks a message, `accept` keeps it, `life` plans its events |
//! | `delivery` | recipients of events, the services that reach them, and the `courier` that tries until they have them |
//! | `pictures` | pictures that were sent with the inbox's form |
//! | `place`, `seed` | regions and account numbers; what ids follow from |
//! | `refusal`, `clock` | why a request is refused; emulated time |

mod access;
mod account;
mod api;
mod app;
mod body;
mod clock;
mod control;
mod delivery;
mod emission;
mod emulator;
mod inbox;
mod pictures;
mod place;
mod places;
mod refusal;
mod request_log;
mod seed;
mod server;
mod start;
mod state;
mod world;

pub use account::{
    Terms,
    rules::{ApiFault, Delays, Faults, Never, Rule, Rules, RulesError},
};
pub use api::{auth::Credentials, fault::FaultError};
pub use clock::{Clock, EpochMs, RealTime};
pub use delivery::{
    DeliveryService, DeliveryServices, FirehoseTarget, LogsTarget, OutgoingEvent, Recipient, RetryPolicy, SnsTarget,
    Target,
};
pub use place::{Place, PlaceError};
pub use request_log::RequestLog;
pub use seed::fresh_seed;
pub use start::{
    Components, Config, Emulation, StartError, prepare, read_endpoint_url, read_speed, serve, serve_components,
};
pub use state::StateError;
