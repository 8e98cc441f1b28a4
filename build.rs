//! Keymaps that ship with the program, brought into a form that is read in a tenth of the time.
//!
//! A keymap is written and read by people as TOML. Reading ours costs a millisecond and half a megabyte, at every
//! start and before the first frame; so the build reads them once, with their lines, and the program reads JSON.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use toml::{Spanned, Value};

/// The keymaps, by the names of their files.
const KEYMAPS: [&str; 4] = ["default", "plain", "tabs", "v1"];

type File = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Value>>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    for name in KEYMAPS {
        let path = format!("src/keymap/{name}.toml");
        println!("cargo::rerun-if-changed={path}");
        let text = std::fs::read_to_string(&path)?;
        let file: File = toml::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
        let packed = serde_json::to_string(&packed(&text, &file))?;
        std::fs::write(Path::new(&out).join(format!("{name}.json")), packed)?;
    }
    Ok(())
}

/// A scope, its line and what it binds: the keys, their line, and what they are bound to.
type Packed<'a> = Vec<(&'a str, usize, Vec<(&'a str, usize, &'a Value)>)>;

fn packed<'a>(text: &str, file: &'a File) -> Packed<'a> {
    let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let scopes = file.iter().map(|(scope, entries)| {
        let entries = entries
            .iter()
            .map(|(keys, value)| (keys.get_ref().as_str(), line(keys.span().start), value))
            .collect();
        (scope.get_ref().as_str(), line(scope.span().start), entries)
    });
    scopes.collect()
}
