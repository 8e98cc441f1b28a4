//! Placeholder docs for cli.
