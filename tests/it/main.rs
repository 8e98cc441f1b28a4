//! The one integration-test binary; one module a topic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "test helpers may fail loudly"
)]

mod analytics;
mod cache;
mod hostile_text;
mod model;
mod phrases;
mod store;
mod sync;
mod triage_templates;
mod walls;
