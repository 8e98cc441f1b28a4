//! Programs that read a word as code: what is filled in may not stand where they look for it.
//!
//! A value is one word and can end no other, but to `sh -c` that word is a program. So nothing may be filled in
//! before the interpreter's program is known; behind it words are data. No list knows every program, so an
//! interpreter is looked for in every word, whatever runs it, and what looks like an option for code counts as one.
//! Where it is not certain that a word is data, it counts as code: there is always another way to hand it over.

use crate::command::CommandError;

/// A word of a program, as far as it is known before anything is filled in.
pub(super) struct Said {
    /// The word, or what it begins with where something is filled in.
    pub(super) text: String,
    /// What of the word is known before the last value that is filled in.
    pub(super) before: String,
    /// Whether a value of somebody's is filled in.
    pub(super) filled: bool,
    /// Whether the word is one value and nothing else.
    pub(super) whole: bool,
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
            "julia",
            "elixir",
            "groovy",
            "scala",
            "tclsh",
            "expect",
            "octave",
        ],
    ),
    (Reads::Sed, &["sed", "gsed"]),
    (Reads::Awk, &["awk", "gawk", "mawk", "nawk", "jq"]),
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
            "duckdb",
            "mongosh",
            "gnuplot",
            "gdb",
            "lldb",
            "bc",
            "dc",
            "at",
            "batch",
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
            "setpriv",
            "pkexec",
            "nsenter",
            "ltrace",
            "gosu",
            "entr",
            "-exec",
            "-execdir",
            "-ok",
            "-okdir",
        ],
    ),
];

/// Returns how a program reads its words, by its name with or without a path and a version.
fn reads(word: &str) -> Option<Reads> {
    let name = base(word);
    let name = name.as_str();
    let bare = name.trim_end_matches(|letter: char| {
        letter.is_ascii_digit() || matches!(letter, '.' | '-' | '_')
    });
    PROGRAMS
        .iter()
        .find(|(_, names)| names.contains(&name) || names.contains(&bare))
        .map(|(reads, _)| *reads)
}

/// Options whose word, or one behind it, is code to some program.
const CODE: &[&str] = &["-c", "-e", "-ex", "-x", "-E", "--run", "eval"];

/// Parts of the long names of such options, as in `--to-command`.
const CODE_PARTS: &[&str] = &[
    "command",
    "cmd",
    "eval",
    "exec",
    "expression",
    "program",
    "script",
    "shell",
    "rsh",
    "code",
];

/// Tells whether a word is an option for code, whatever program it is for.
fn is_code_flag(text: &str) -> bool {
    let name = text.split('=').next().unwrap_or(text);
    CODE.contains(&name)
        || name
            .strip_prefix("--")
            .is_some_and(|name| name.split('-').any(|part| CODE_PARTS.contains(&part)))
}

/// Returns the name of a program without its path and ending.
fn base(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let name = name.to_ascii_lowercase();
    name.strip_suffix(".exe").map(str::to_owned).unwrap_or(name)
}

/// Refuses a place that is filled in where the program, or one that it runs, reads code.
///
/// # Errors
/// There is such a place; the hint names the way out.
pub(super) fn check(words: &[Said]) -> Result<(), CommandError> {
    check_console(words)?;
    let mut flag: Option<&str> = None;
    for (at, word) in words.iter().enumerate() {
        if word.filled {
            check_glue(word)?;
            if let Some(flag) = flag {
                return Err(refused(&format!(
                    "a place stands behind `{flag}`, where a program reads code"
                )));
            }
            continue;
        }
        let rest = words.get(at + 1..).unwrap_or_default();
        let fits = match reads(&word.text) {
            None => true,
            Some(Reads::Wrapper) => runs_it(rest),
            Some(_) if !rest.iter().any(|word| word.filled) => return Ok(()),
            // The code of an option before it may be what reads the words behind this one.
            Some(reads) if flag.is_none() && data_from(reads, rest).is_some() => return Ok(()),
            Some(_) => false,
        };
        if !fits {
            return Err(refused(&format!(
                "a place stands where `{}` reads code",
                word.text
            )));
        }
        if is_code_flag(&word.text) {
            flag = flag.or(Some(&word.text));
        }
    }
    Ok(())
}

/// Refuses a value that is glued to what makes code or an option of it.
fn check_glue(word: &Said) -> Result<(), CommandError> {
    if word.text.starts_with(['-', '+']) {
        return Err(refused(&format!(
            "a place stands in the option `{}…`, which a program may run",
            word.text
        )));
    }
    let address = ["http://", "https://"]
        .iter()
        .any(|scheme| word.text.starts_with(scheme));
    let glue = word
        .before
        .chars()
        .find(|letter| matches!(letter, '!' | '$' | '`') || (*letter == '=' && !address));
    match glue {
        None => Ok(()),
        Some(glue) => Err(refused(&format!(
            "a place stands behind the {glue} of `{}…`, where some program reads code",
            word.before
        ))),
    }
}

fn refused(what: &str) -> CommandError {
    CommandError::usage(
        format!("{what}: what is filled in would be run"),
        "hand it over as data: as a word of its own, `sh -c 'echo \"$1\"' - {item.name}`, behind a `--` for those \
         that know it, or `$CNM_SEL_NAME`, which holds it anyway",
    )
}

/// The words of this program are commands and queries, also where a console takes them later.
fn check_console(words: &[Said]) -> Result<(), CommandError> {
    let Some(at) = words
        .iter()
        .position(|word| !word.filled && base(&word.text) == "cnm")
    else {
        return Ok(());
    };
    let mut dashed = false;
    for pair in words.get(at..).unwrap_or_default().windows(2) {
        let [option, word] = pair else { continue };
        dashed |= !option.filled && option.text == "--";
        let id = word.whole && !dashed && !option.filled && option.text == "--id";
        if word.filled && !id {
            return Err(CommandError::usage(
                "a place stands in the words of `cnm`, where it would be part of a command or a query",
                "only `--id {item.id}` takes one there; bind the command itself, or let a program read the records \
                 from its standard input (JSON) or `$CNM_SEL_ID`, `$CNM_SEL_NAME` and so on",
            ));
        }
    }
    Ok(())
}

/// Editors and pagers that read a word which begins with `+` as a command.
const PLUS: &[&str] = &[
    "vi",
    "vim",
    "nvim",
    "gvim",
    "view",
    "ex",
    "less",
    "more",
    "most",
    "nano",
    "emacs",
    "emacsclient",
];

/// Tells whether a value that begins with this letter would be an option in the word at `at` of these.
pub(super) fn is_option(words: &[Said], at: usize, first: char) -> bool {
    let mut before = words.iter().take(at).filter(|word| !word.filled);
    let plus = || {
        let names = words.iter().take(at).filter(|word| !word.filled);
        names
            .map(|word| base(&word.text))
            .any(|name| PLUS.contains(&name.as_str()))
    };
    (first == '-' || (first == '+' && plus()))
        && !before.any(|word| word.text == "--")
        && inline(words).is_none_or(|from| at < from)
}

/// Returns from which word on all are arguments of a text of code that stands in the line, as behind `sh -c CODE`.
fn inline(words: &[Said]) -> Option<usize> {
    let (at, reads) = words.iter().enumerate().find_map(|(at, word)| {
        let reads = reads(&word.text).filter(|reads| *reads != Reads::Wrapper)?;
        (!word.filled).then_some((at, reads))
    })?;
    let rest = words.get(at + 1..)?;
    let from = data_from(reads, rest)?;
    let given = |word: &Said| {
        let short = word.text.strip_prefix('-').unwrap_or_default();
        !short.starts_with('-') && short.ends_with('c')
    };
    // Where options are over is certain for these only.
    let known = matches!(reads, Reads::Shell | Reads::Python);
    (known && from >= 2 && rest.get(..from - 1)?.iter().any(given)).then_some(at + 1 + from)
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
            .map(|word| said(word))
            .collect();
        check(&words).is_ok()
    }

    fn said(word: &str) -> Said {
        Said {
            text: word.split('@').next().unwrap_or_default().to_owned(),
            before: word
                .rsplit_once('@')
                .map_or(word, |(before, _)| before)
                .replace('@', ""),
            filled: word.contains('@'),
            whole: word == "@",
        }
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
    fn a_value_is_never_code_whatever_program_stands_first() {
        for line in [
            "setpriv --reuid 5 sh -c 'x @'",
            "setpriv @",
            "docker exec box sh -c @",
            "kubectl exec pod -- sh -c 'echo @'",
            "pkexec sh -c 'x @'",
            "nsenter -t 1 -m bash -c @",
            "anything at all /bin/sh -c 'x @'",
            "flock FILE -c 'echo @'",
            "vim -c '!echo @' x",
            "vim -c x @",
            "julia -e 'print(@)'",
            "ghc -e @",
            "xterm -e @",
            "npx foo -c @",
            "nix-shell --run 'x @'",
            "foo --eval @",
            "foo --command x @",
            "foo -c -- @",
            "foo eval @",
            "foo -c sh -c x - @",
            "tar --to-command=@",
            "tar --to-command @ -xf a",
            "tar xf a --checkpoint-action=exec=@",
            "vim +!@",
            "vim +@",
            "git alias.x=!@",
            "foo 'alias.x=!echo @'",
            "foo a=@",
            "foo 'a@=@'",
            "foo $@",
            "foo '`@`'",
            "env NAME=@ sh -c 'echo \"$NAME\"'",
            "env LD_PRELOAD=@ ls",
            "find @",
            "find . -exec @ ;",
            "jq '.[] | select(.a == \"@\")'",
            "cnm remote 'edit @'",
            "cnm inbox done --where 'name:@'",
            "/usr/bin/cnm run @",
            "cnm exec -- @",
            "nice cnm inbox done --id=@",
            "cnm inbox done --id x@",
            "sh -c '\"$@\"' - cnm remote @",
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
            "firefox --new-tab @",
            "firefox https://host/cn/@",
            "firefox https://host/?cn=@",
            "cp report.csv out/@.csv",
            "notify-send 'SLA of @'",
            "setpriv --reuid 5 sh -c 'echo \"$1\"' - @",
            "kubectl exec pod -- sh -c 'echo \"$1\"' - @",
            "find . -exec ./log.sh @ ;",
            "cnm inbox done --id @",
            "cnm-log @",
        ] {
            assert!(holds(line), "{line}");
        }
    }

    #[test]
    fn a_value_is_an_option_unless_the_line_says_otherwise() {
        for (line, first, option) in [
            ("find . @", '-', true),
            ("find . @", 'x', false),
            ("ls -- @", '-', false),
            ("ls @ --", '-', true),
            ("ls -l @", '-', true),
            ("ls -l @", '+', false),
            ("vim @", '+', true),
            ("vim -- @", '+', false),
            ("sh script.sh @", '-', true),
            ("sh -e script.sh @", '-', true),
            ("sh -c x - @", '-', false),
            ("bash -lc x - @", '-', false),
            ("nice python3 -c x @", '-', false),
            ("python3 script.py @", '-', true),
            ("python3 script.py -c @", '-', true),
        ] {
            let words: Vec<Said> = split_words(line)
                .unwrap()
                .iter()
                .map(|word| said(word))
                .collect();
            let at = words.iter().position(|word| word.filled).unwrap();
            assert_eq!(is_option(&words, at, first), option, "{line} {first}");
        }
    }
}
