//! Files that are made from the program and committed: references and pictures.

use std::path::Path;

/// Compares a committed file with what the program says now, or writes it anew where `UPDATE_DOCS` is set.
pub(crate) fn keep(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let committed = committed.replace("\r\n", "\n");
    let line = committed
        .lines()
        .zip(text.lines())
        .position(|(before, after)| before != after)
        .unwrap_or_else(|| committed.lines().count().min(text.lines().count()));
    assert!(
        committed == text,
        "{file} is out of date from line {}; write it anew with `UPDATE_DOCS=1 cargo test --test it`",
        line + 1
    );
}
