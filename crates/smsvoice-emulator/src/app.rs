//! What every request is answered from.

use std::sync::Arc;

use crate::{
    api::{Service, auth::Credentials, fault::Faults},
    delivery::Courier,
    emulator::Emulator,
};

/// The parts of a running emulator.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) emulator: Arc<Emulator>,
    pub(crate) courier: Arc<Courier>,
    /// The key pair that requests to the APIs must be signed with; with none, any access key will do.
    pub(crate) credentials: Option<Credentials>,
    /// Faults of the APIs.
    pub(crate) faults: Arc<Faults>,
}

impl App {
    /// What requests to the APIs are answered from.
    pub(crate) fn service(&self) -> Service<'_> {
        Service { emulator: &self.emulator, credentials: self.credentials.as_ref(), faults: &self.faults }
    }
}
