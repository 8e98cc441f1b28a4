//! Placeholder docs for effect.
