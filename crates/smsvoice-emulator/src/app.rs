//! What every request is answered from.

use std::sync::Arc;

use crate::{
    api::{Service, auth::Auth, fault::Faults},
    delivery::Courier,
    emulator::Emulator,
    pictures::Pictures,
};

/// The parts of a running emulator.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) emulator: Arc<Emulator>,
    pub(crate) courier: Arc<Courier>,
    /// What requests to the APIs are held to.
    pub(crate) auth: Arc<Auth>,
    /// Pictures that were sent with the inbox's form.
    pub(crate) pictures: Pictures,
    /// Faults of the APIs.
    pub(crate) faults: Arc<Faults>,
}

impl App {
    /// What requests to the APIs are answered from.
    pub(crate) fn service(&self) -> Service<'_> {
        Service { emulator: &self.emulator, auth: &self.auth, faults: &self.faults }
    }
}
