//! Placeholder docs for portfolio.
