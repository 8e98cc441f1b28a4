//! Placeholder docs for keymap.
