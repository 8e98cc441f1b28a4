//! Placeholder docs for triage.
