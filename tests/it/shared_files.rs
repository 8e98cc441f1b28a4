//! Finds files that are shared between checkouts and not part of the repository.

use std::path::PathBuf;

/// Returns the file or folder that an environment variable names, else the shared one, if it exists.
pub(crate) fn find(variable: &str, shared: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map_or_else(
        || {
            PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                .join("../shared")
                .join(shared)
        },
        PathBuf::from,
    );
    path.exists().then_some(path)
}
