//! The smsvoice command.
