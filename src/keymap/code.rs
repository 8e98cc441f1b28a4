//! Programs that read a word as code: what is filled in may not stand where they look for it.
//!
//! A value is one word and can end no other, but to `sh -c` that word is a program. So nothing may be filled in
//! before the interpreter's program is known; behind it words are data. Where it is not certain that a word is
//! data, it counts as code: there is always another way to hand it over.

use crate::command::CommandError;

/// A word of a program, as far as it is known before anything is filled in.
pub(super) struct Said {
    /// The word, or what it begins with where something is filled in.
    pub(super) text: String,
    /// Whether a value of somebody's is filled in.
    pub(super) filled: bool,
}

/// How a program reads its words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// `-c CODE` or a script; what follows is data.
    Shell,
    /// As a shell, by the options of Python.
    Python,
    /// Options behind the code are options still, so that only `--` ends them.
    Perl,
    /// As Perl, and options may even stand behind the script.
    Sed,
    /// Its first word is the code; `-v name=value` is data.
    Awk,
    /// Every word may be code.
    All,
    /// It runs the program that follows.
    Wrapper,
}

const PROGRAMS: &[(Reads, &[&str])] = &[
    (
        Reads::Shell,
        &[
            "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "rbash", "csh", "tcsh",
        ],
    ),
    (Reads::Python, &["python", "pypy"]),
    (
        Reads::Perl,
        &[
            "perl",
            "ruby",
            "node",
            "nodejs",
            "php",
            "lua",
            "luajit",
            "fish",
            "osascript",
            "rscript",
            "guile",
            "nu",
        ],
    ),
    (Reads::Sed, &["sed", "gsed"]),
    (Reads::Awk, &["awk", "gawk", "mawk", "nawk"]),
    (
        Reads::All,
        &[
            "eval",
            "ssh",
            "pwsh",
            "powershell",
            "cmd",
            "su",
            "runuser",
            "script",
            "watch",
            "tmux",
            "screen",
            "make",
            "gmake",
            "sqlite",
            "psql",
            "mysql",
            "mariadb",
        ],
    ),
    (
        Reads::Wrapper,
        &[
            "env",
            "nice",
            "ionice",
            "nohup",
            "setsid",
            "time",
            "timeout",
            "gtimeout",
            "sudo",
            "doas",
            "command",
            "exec",
            "stdbuf",
            "chrt",
            "taskset",
            "unshare",
            "flock",
            "xargs",
            "parallel",
            "find",
            "busybox",
            "toybox",
            "caffeinate",
            "strace",
            "chroot",
            "systemd-run",
            "firejail",
            "bwrap",
            "npx",
            "uv",
            "poetry",
            "bundle",
            "deno",
            "bun",
            "unbuffer",
            "rlwrap",
        ],
    ),
];

/// Returns how a program reads its words, by its name with or without a path and a version.
fn reads(word: &str) -> Option<Reads> {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    let bare = name.trim_end_matches(|letter: char| {
        letter.is_ascii_digit() || matches!(letter, '.' | '-' | '_')
    });
    PROGRAMS
        .iter()
        .find(|(_, names)| names.contains(&name) || names.contains(&bare))
        .map(|(reads, _)| *reads)
}

/// Refuses a place that is filled in where the program, or one that it runs, reads code.
///
/// # Errors
/// There is such a place; the hint names the way out.
pub(super) fn check(words: &[Said]) -> Result<(), CommandError> {
    for (at, word) in words.iter().enumerate() {
        let Some(reads) = reads(&word.text).filter(|_| !word.filled) else {
            if at == 0 {
                return Ok(());
            }
            continue;
        };
        let rest = words.get(at + 1..).unwrap_or_default();
        if reads == Reads::Wrapper {
            if runs_it(rest) {
                continue;
            }
        } else if data_from(reads, rest).is_some() || !rest.iter().any(|word| word.filled) {
            return Ok(());
        }
        return Err(CommandError::usage(
            format!(
                "a place stands where `{}` reads code: what is filled in would be run",
                word.text
            ),
            "hand it over as data: `sh -c 'echo \"$1\"' - {item.name}`, behind a `--` for those that know it, or \
             `$CNM_SEL_NAME`, which holds it anyway",
        ));
    }
    Ok(())
}

/// Tells whether nothing is filled in before the name of the program that a wrapper runs.
fn runs_it(rest: &[Said]) -> bool {
    for word in rest {
        let assigns = word
            .text
            .split_once('=')
            .is_some_and(|(name, _)| is_name(name));
        let splits = word.text.starts_with("-S") || word.text.starts_with("--split-string");
        if splits {
            return !rest.iter().any(|word| word.filled);
        }
        if word.filled && !assigns {
            return false;
        }
        let number = word
            .text
            .starts_with(|letter: char| letter.is_ascii_digit());
        if !word.filled && !assigns && !number && !word.text.starts_with('-') {
            return true;
        }
    }
    true
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Returns from which word on an interpreter takes its words as data, where nothing is filled in before it.
fn data_from(reads: Reads, words: &[Said]) -> Option<usize> {
    // Whether the code or the script is known, and whether the next word belongs to the option before it.
    let (mut known, mut value) = (false, false);
    let behind = |at: usize| words.get(at).filter(|word| !word.filled).map(|_| at + 1);
    for (at, word) in words.iter().enumerate() {
        let text = word.text.as_str();
        if word.filled {
            let before = at.checked_sub(1).and_then(|at| words.get(at));
            if reads == Reads::Awk && assigns(text, before) {
                value = false;
                continue;
            }
            return None;
        }
        if std::mem::take(&mut value) {
            continue;
        }
        if text == "--" && reads != Reads::All {
            return if known { Some(at + 1) } else { behind(at + 1) };
        }
        if text.len() > 1 && text.starts_with(['-', '+']) {
            // What these name ends the options of Python; the word behind it is data.
            let short = !text.starts_with("--");
            if reads == Reads::Python && short && text.ends_with(['c', 'm']) {
                return behind(at + 1);
            }
            let (codes, takes) = option(reads, text, short);
            known |= codes;
            value = takes;
            continue;
        }
        match reads {
            Reads::Sed => known = true,
            Reads::All => {}
            _ => return Some(at + 1),
        }
    }
    None
}

/// Tells whether a word gives a variable of awk its value.
fn assigns(text: &str, before: Option<&Said>) -> bool {
    let option = text.starts_with("-v") || before.is_some_and(|word| word.text == "-v");
    let name = text.split_once('=').map_or("", |(name, _)| name);
    option && is_name(name.strip_prefix("-v").unwrap_or(name))
}

/// Tells whether an option gives the code, and whether it may take the next word.
fn option(reads: Reads, text: &str, short: bool) -> (bool, bool) {
    match reads {
        Reads::Shell => {
            let takes = short && text.ends_with(['o', 'O']);
            (false, takes || matches!(text, "--rcfile" | "--init-file"))
        }
        Reads::Python => (false, matches!(text, "-W" | "-X")),
        Reads::Awk => {
            let takes = matches!(text, "-f" | "-F" | "-v" | "-e" | "-i" | "-E" | "-l");
            let codes = ["-f", "-e", "--file", "--source"];
            let codes = codes.iter().any(|option| text.starts_with(option));
            (codes, takes || !(short || text.contains('=')))
        }
        Reads::Perl | Reads::Sed => {
            let long = ["--eval", "--print", "--command", "--expression", "--file"];
            let codes = if short {
                text.contains(['e', 'E', 'r', 'p', 'f', 'c'])
            } else {
                long.iter().any(|option| text.starts_with(option))
            };
            // Any of them may take the next word: only `--` is sure to end them.
            (codes, !text.contains('='))
        }
        Reads::All | Reads::Wrapper => (false, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::split_words;

    /// In these lines `@` is what is filled in.
    fn holds(line: &str) -> bool {
        let words: Vec<Said> = split_words(line)
            .unwrap()
            .iter()
            .map(|word| Said {
                text: word.split('@').next().unwrap_or_default().to_owned(),
                filled: word.contains('@'),
            })
            .collect();
        check(&words).is_ok()
    }

    #[test]
    fn a_value_is_never_code() {
        for line in [
            "sh -c 'echo @'",
            "sh -c @",
            "sh -c -e @",
            "sh -c -- @",
            "sh @ x",
            "/bin/sh -c 'echo @'",
            "bash -lc 'echo @'",
            "bash -o pipefail -c 'echo @'",
            "bash --rcfile x -c 'echo @'",
            "zsh -ec @",
            "env sh -c 'echo @'",
            "env A=b sh -c 'echo @'",
            "env -S 'sh -c' @",
            "env @ sh",
            "nice -n 5 bash -c 'echo @'",
            "timeout 5s sh -c @",
            "sudo -u root sh -c 'x @'",
            "find . -exec sh -c 'echo @' ;",
            "xargs -n 1 sh -c 'echo @'",
            "env python3 -c 'print(@)'",
            "python3.11 -c 'print(\"@\")'",
            "python -Ic @",
            "python -cprint(@)",
            "python -m @",
            "perl -e 'print @'",
            "perl -e 'print' @",
            "perl -w @",
            "perl -- @",
            "ruby -e 'puts 1' @",
            "node --eval=@",
            "node -e 'x' @",
            "osascript -e 'display @'",
            "fish -c 'a' @",
            "awk '/@/ {print}'",
            "awk -f @",
            "awk -v @ '{print}'",
            "sed 's/a/@/' file",
            "sed 's/a/b/' @",
            "ssh host @",
            "su -c @",
            "eval @",
            "busybox sh -c @",
            "sqlite3 x.db 'select @'",
        ] {
            assert!(!holds(line), "{line}");
        }
    }

    #[test]
    fn a_value_behind_the_code_is_data() {
        for line in [
            "printf %s @",
            "./log.sh @ sh -c x",
            "./sh.log @",
            "sh -c 'echo \"$1\"' - @",
            "sh ./script.sh @ -c @",
            "bash -o pipefail -c 'echo \"$1\"' - @",
            "env NAME=@ sh -c 'echo \"$NAME\"'",
            "env python3 -c 'import sys' @",
            "python3 -W ignore script.py @",
            "python3 -m json.tool @",
            "perl -e 'print' -- @",
            "perl script.pl @",
            "node -e 'x' -- @",
            "node script.js @",
            "osascript -e 'x' -- @",
            "awk '{print}' @",
            "awk -v name=@ '{print name}'",
            "awk -F, '{print}' @",
            "gawk -f prog -- @",
            "deno run script.ts @",
            "sed -e s/a/b/ -- @",
            "find . -name @",
            "nice -n 5 ./log.sh @",
            "timeout 5s curl --data @",
        ] {
            assert!(holds(line), "{line}");
        }
    }
}
