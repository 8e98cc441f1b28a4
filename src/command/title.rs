//! What is to be done about a message, in a few words of it.

/// Names what is to be done about a message: the first sentence of its words, at most 72 characters.
pub(crate) fn inferred_title(text: &str) -> String {
    let text = without_mention(text.trim_start());
    let first = text.lines().find(|line| !line.trim().is_empty());
    let line = crate::triage::first_content(text).or(first);
    let line = line.unwrap_or("Follow up").trim();
    let end = sentence_end(line);
    let sentence = line
        .get(..end)
        .filter(|part| part.chars().count() > 8)
        .unwrap_or(line);
    let words = crate::text::first_words(sentence, 72);
    let mut letters = words.chars();
    // What stood behind a courtesy begins a title.
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Where the first sentence of a line ends: a mark of Latin scripts ends one only before a blank, so that `v2.3` and
/// `@tofu.bakes123` stay whole.
fn sentence_end(line: &str) -> usize {
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let blank = letters.peek().is_none_or(|(_, next)| next.is_whitespace());
        let latin = matches!(letter, '.' | '?' | '!');
        if matches!(letter, '。' | '？' | '！') || (latin && blank) {
            return at;
        }
    }
    line.len()
}

/// Drops the names that a message calls at its beginning: `@Ana`, but no handle such as `@tofu.bakes123`, which is
/// what the message is about.
fn without_mention(text: &str) -> &str {
    let mut rest = text;
    while let Some((name, after)) = rest
        .strip_prefix('@')
        .and_then(|name| name.split_once([' ', ',', ':', '，', '：']))
    {
        let after = after.trim_start_matches([' ', ',', ':', '，', '：']);
        let called = name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphabetic);
        if !called || after.is_empty() {
            break;
        }
        rest = after;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_sentence_that_says_something() {
        for (text, title) in [
            (
                "@tofu.bakes123 was suspended. Can you look?",
                "@tofu.bakes123 was suspended",
            ),
            (
                "v2.3 breaks the badge of our hosts. Help!",
                "V2.3 breaks the badge of our hosts",
            ),
            (
                "Good evening, Ana. How can I add a manager?",
                "How can I add a manager",
            ),
            (
                "@Ana can you look at the payouts? Thanks",
                "Can you look at the payouts",
            ),
            ("@Ana, hi! Where is the list?", "Where is the list"),
            ("@Ana", "@Ana"),
            ("直播间被封了。怎么办？", "直播间被封了。"),
            ("", "Follow up"),
        ] {
            assert_eq!(inferred_title(text), title, "{text}");
        }
    }
}
