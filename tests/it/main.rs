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

#[cfg(feature = "server")]
mod server;
