//! Placeholder docs for text.
