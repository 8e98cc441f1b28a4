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
mod hostile_text;
mod phrases;
mod walls;
mod analytics;
mod cache;
mod model;
mod store;
mod sync;
