//! Placeholder docs for config.
