//! Placeholder docs for slots.
