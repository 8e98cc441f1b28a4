//! Whether what is typed in the palette means the entry that stands first.

use crate::command::{Entry, SHELL_ONLY, synonyms};
use crate::text::fold;

/// Says why an entry that merely stands first is not run for what was typed; nothing where it is meant.
///
/// Each word that is typed must begin a word of what the entry is called, of what it does or of other words for it; a
/// command of the shell is told as one, unless an entry has its name.
pub(super) fn why_not(typed: &str, entry: &Entry) -> Option<String> {
    if typed.trim().is_empty() || typed.starts_with(&entry.name) || is_name(typed, entry) {
        return None;
    }
    if let Some(why) = of_shell(typed) {
        return Some(why);
    }
    let text = format!("{} {} {}", entry.name, entry.help, synonyms(&entry.name));
    if begins(&fold(typed.trim()), &text) {
        return None;
    }
    let typed = crate::text::first_words(typed.trim(), 40);
    Some(format!(
        "no command is called `{typed}`; the arrows go to one of those above, and Enter runs it"
    ))
}

/// Says where a command runs that only the shell has.
pub(super) fn of_shell(typed: &str) -> Option<String> {
    let typed = fold(typed.trim());
    let first = typed.split_whitespace().next()?;
    let verb = SHELL_ONLY.iter().find(|verb| **verb == first)?;
    Some(format!(
        "`{verb}` is a command of the shell: leave with `app quit` or take another terminal, and run `cnm {verb}`"
    ))
}

/// Tells whether what is typed are words of what an entry is called.
pub(super) fn is_name(typed: &str, entry: &Entry) -> bool {
    begins(&fold(typed.trim()), &entry.name)
}

/// Tells whether each of the words begins a word of a text; words without blanks between them, as Chinese ones, may stand
/// anywhere.
fn begins(words: &str, text: &str) -> bool {
    let text = fold(text);
    let parts = || text.split(|letter: char| !letter.is_alphanumeric());
    words.split_whitespace().all(|word| {
        let plain = word.is_ascii();
        parts().any(|part| part.starts_with(word))
            || (!plain || word.contains('-')) && text.contains(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::reference;

    fn why(typed: &str, name: &str) -> Option<String> {
        let entry = reference().into_iter().find(|entry| entry.name == name);
        assert!(entry.is_some(), "{name}");
        entry.and_then(|entry| why_not(typed, &entry))
    }

    #[test]
    fn words_of_a_command_mean_it_and_scattered_letters_do_not() {
        for (typed, name) in [
            ("done", "inbox done"),
            ("inb don", "inbox done"),
            ("archive", "inbox done"),
            ("归档", "inbox done"),
            ("follow-up", "inbox follow-up"),
            ("inbox snooze tomorow", "inbox snooze"),
            ("sync", "app sync"),
        ] {
            assert_eq!(why(typed, name), None, "{typed}");
        }
        for (typed, name) in [
            ("dctr", "inbox done"),
            ("inbox dome", "inbox done"),
            ("zzz", "undo"),
        ] {
            let why = why(typed, name).unwrap();
            assert!(why.starts_with("no command is called"), "{typed}: {why}");
        }
        for typed in ["doctor", "demo --fresh", "config check"] {
            let why = why(typed, "app reload").unwrap();
            assert!(why.contains("command of the shell"), "{typed}: {why}");
        }
    }
}
