//! Placeholder docs for sync.
