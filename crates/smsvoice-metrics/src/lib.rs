//! How well it went: SQL views, the engine that runs them, reports.
