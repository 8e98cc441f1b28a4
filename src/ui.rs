//! Placeholder docs for ui.
