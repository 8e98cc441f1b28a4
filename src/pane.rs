//! Placeholder docs for pane.
