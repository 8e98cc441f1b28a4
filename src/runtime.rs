//! Placeholder docs for runtime.
