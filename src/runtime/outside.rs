//! The editor, the clipboard, the browser, files: what lies outside the program.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Largest text that goes to the clipboard; terminals drop longer ones without a word.
const CLIPBOARD_MAX: usize = 100_000;

/// Lets the user edit a text in `$VISUAL` or `$EDITOR`.
pub(super) fn edit(state: &Path, text: &str) -> Result<String, String> {
    let editor = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|editor| !editor.trim().is_empty())
        .unwrap_or_else(|| "vi".into());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let file = state.join(format!("edit-{}.txt", std::process::id()));
    write_private(&file, text)
        .map_err(|error| format!("{}: {error}; free some space", file.display()))?;
    let status = Command::new(program)
        .args(words)
        .arg(&file)
        .env_remove("CNM_TOKEN")
        .status();
    let edited = match status {
        Err(error) => Err(format!(
            "editor `{editor}`: {error}; set EDITOR to a program that is installed"
        )),
        Ok(status) if !status.success() => Err(format!(
            "editor `{editor}` left with {status}; nothing was taken over"
        )),
        Ok(_) => std::fs::read_to_string(&file)
            .map(|text| text.strip_suffix('\n').unwrap_or(&text).to_owned())
            .map_err(|error| format!("{}: {error}; nothing was taken over", file.display())),
    };
    let _ = std::fs::remove_file(&file);
    edited
}

/// Reads a file that the user named, unless it is larger than this many bytes.
pub fn read_file(path: &str, most: usize) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let name = expanded(path);
    let fail = |error: io::Error| format!("{path}: {error}; check the name of the file");
    // Asked before it is opened: a pipe would be waited for until somebody writes into it.
    if !std::fs::metadata(&name).map_err(fail)?.is_file() {
        return Err(format!("{path}: is no file; name the file itself"));
    }
    let file = std::fs::File::open(&name).map_err(fail)?;
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    // One byte more, so that whoever reads it sees that it is too large.
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(fail)?;
    Ok(bytes)
}

/// Replaces `~/` at the beginning by the user's home.
fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Writes a file that only this user can read.
pub(super) fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(file)?.write_all(text.as_bytes())
}

/// Puts a text on the clipboard through the terminal (OSC 52), also from inside tmux and over SSH.
pub(super) fn copy(text: &str) -> Result<(), String> {
    if text.len() > CLIPBOARD_MAX {
        return Err(format!(
            "copy: {} bytes are more than a terminal takes; copy less",
            text.len()
        ));
    }
    let clean = crate::text::plain_body(text);
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(clean.as_bytes()));
    let sequence = if std::env::var_os("TMUX").is_some() {
        format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))
    } else {
        sequence
    };
    let mut out = io::stdout().lock();
    out.write_all(sequence.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| format!("copy: {error}"))
}

/// Opens an address in the browser; only web and mail addresses without a user name in them.
pub(super) fn open_address(address: &str) -> Result<(), String> {
    let allowed = ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| address.starts_with(scheme));
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let odd = address
        .chars()
        .any(|letter| letter.is_control() || letter.is_whitespace());
    if !allowed || odd || host.contains('@') {
        let shown = crate::text::plain(address);
        return Err(format!(
            "open: `{shown}` is not a plain web or mail address; it was left alone"
        ));
    }
    open::that_detached(address).map_err(|error| format!("open: {error}; no browser was found"))
}

/// Writes a text to a file that the user named; returns where it lies, from the root on.
pub(super) fn export(path: &str, text: &str) -> Result<String, String> {
    let path = expanded(path);
    let full = std::path::absolute(&path).unwrap_or(path);
    std::fs::write(&full, text)
        .map_err(|error| format!("{}: {error}; choose another place", full.display()))?;
    Ok(full.display().to_string())
}
