//! Placeholder docs for store.
