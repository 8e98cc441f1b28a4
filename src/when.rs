//! Placeholder docs for when.
