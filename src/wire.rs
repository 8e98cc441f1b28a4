//! Placeholder docs for wire.
