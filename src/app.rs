//! Placeholder docs for app.
