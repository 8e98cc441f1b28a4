//! Placeholder docs for list.
