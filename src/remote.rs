//! Placeholder docs for remote.
