//! From an accepted message to what destinations get of it: the life it lives, when each event is due, who takes it.

pub(crate) mod agenda;
pub(crate) mod courier;
pub(crate) mod emission;
pub(crate) mod life;
pub(crate) mod rules;
pub(crate) mod sink;
pub(crate) mod sinks;
