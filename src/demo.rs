//! Placeholder docs for demo.
