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
mod command_line;
mod hostile_text;
mod model;
mod online;
mod phrases;
mod remote;
mod store;
mod sync;
mod terminal;
mod walls;
