//! Placeholder docs for funnel.
