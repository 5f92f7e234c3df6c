//! The two APIs as clients speak them: transports, authentication, the model they are held to, and the operations.

pub(crate) mod auth;
pub(crate) mod model;
pub(crate) mod operations;
pub(crate) mod refusal;
pub(crate) mod v1;
pub(crate) mod v2;
