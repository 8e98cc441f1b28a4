//! Placeholder docs for server.
