//! Placeholder docs for query.
