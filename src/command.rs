//! Placeholder docs for command.
