//! Placeholder docs for theme.
