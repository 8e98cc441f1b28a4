//! Courtesies: the words before what a message is about.

use super::acknowledgement::is_acknowledgement;
use super::cue::{continues_word, folded};

/// Words that greet; the name after them is part of the greeting. Folded, the longest first where one begins another.
const GREETINGS: &[&str] = &[
    "good morning",
    "good afternoon",
    "good evening",
    "good day",
    "hello",
    "hey",
    "hi",
    "dear",
    "buenos dias",
    "buenas tardes",
    "buenas noches",
    "buenas",
    "hola",
    "bom dia",
    "boa tarde",
    "boa noite",
    "ola",
    "oi",
    "您好",
    "你好",
    "大家好",
    "早上好",
    "下午好",
    "晚上好",
    "お疲れ様です",
    "お世話になっております",
    "こんにちは",
    "xin chao",
    "chao",
    "مرحبا",
    "السلام عليكم",
];

/// Words that only make room for what follows. Folded, the longest first where one begins another.
const FILLERS: &[&str] = &[
    "sorry for the late reply",
    "sorry for the delay",
    "sorry about the delay",
    "sorry for the wait",
    "sorry for my late reply",
    "sorry to bother you",
    "sorry to bother",
    "apologies for the delay",
    "apologies for the late reply",
    "my apologies",
    "apologies",
    "sorry",
    "hope you are doing well",
    "hope you're doing well",
    "hope you are well",
    "hope you're well",
    "hope all is well",
    "hope this finds you well",
    "i hope you are well",
    "i hope this finds you well",
    "how are you",
    "quick question",
    "one more thing",
    "just a quick one",
    "thanks for the update",
    "thanks for your reply",
    "thanks for getting back",
    "thank you for your patience",
    "long time no see",
    "disculpa la demora",
    "disculpe la demora",
    "perdon por la demora",
    "perdona la demora",
    "perdon",
    "disculpa",
    "espero que estes bien",
    "espero que este bien",
    "como estas",
    "una pregunta",
    "desculpe a demora",
    "desculpa a demora",
    "desculpe",
    "tudo bem",
    "espero que esteja bem",
    "uma pergunta",
    "不好意思打扰了",
    "不好意思打扰",
    "打扰一下",
    "打扰了",
    "不好意思",
    "抱歉回复晚了",
    "抱歉晚回",
    "抱歉",
    "请教一下",
    "请问一下",
    "辛苦了",
    "遅くなりました",
    "すみません",
    "xin loi",
    "cam on",
    "عذرا على التاخير",
    "عذرا",
];

/// A name after a greeting is not longer than this many letters.
const NAME: usize = 24;

/// Returns the first sentence of a text that says something, without the courtesies before it; `None` where all are
/// courtesies. Quoted lines (`> …`) are somebody else's.
pub fn first_content(text: &str) -> Option<&str> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('>'));
    lines.flat_map(sentences).find_map(content)
}

/// Cuts a line after marks that end a sentence: those of Latin scripts only before a blank.
fn sentences(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let blank = letters.peek().is_none_or(|(_, next)| next.is_whitespace());
        let ends =
            matches!(letter, '。' | '？' | '！') || (matches!(letter, '.' | '?' | '!') && blank);
        if ends {
            let end = at + letter.len_utf8();
            found.extend(line.get(start..end));
            start = end;
        }
    }
    found.extend(line.get(start..));
    found
}

/// Takes the courtesies off the beginning of a sentence.
fn content(sentence: &str) -> Option<&str> {
    let mut rest = trimmed(sentence);
    loop {
        if !rest.contains(char::is_alphanumeric) || is_acknowledgement(&folded(rest)) {
            return None;
        }
        let after = GREETINGS
            .iter()
            .find_map(|words| without(rest, words))
            .map(without_name)
            .or_else(|| {
                FILLERS
                    .iter()
                    .find_map(|words| without(rest, words))
                    .filter(|rest| ends_there(rest))
            });
        match after {
            Some(after) => rest = trimmed(after),
            None => return Some(rest),
        }
    }
}

/// Drops blanks and marks at the beginning, blanks at the end.
fn trimmed(text: &str) -> &str {
    text.trim_start_matches(|letter: char| {
        letter.is_whitespace()
            || matches!(
                letter,
                ',' | '.'
                    | '!'
                    | '?'
                    | ';'
                    | ':'
                    | '-'
                    | '–'
                    | '—'
                    | '，'
                    | '。'
                    | '！'
                    | '？'
                    | '、'
                    | '：'
                    | '；'
                    | '~'
                    | '～'
                    | '،'
            )
    })
    .trim_end()
}

/// A filler fills only if a mark or nothing follows it: `sorry, …`, not `sorry state of the payouts`.
fn ends_there(rest: &str) -> bool {
    let rest = rest.trim_start_matches(' ');
    rest.chars()
        .next()
        .is_none_or(|next| !next.is_alphanumeric())
}

/// Returns what follows these folded words at the beginning of a text.
fn without<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let mut wanted = words.chars().peekable();
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        if wanted.peek().is_none() {
            break;
        }
        let mut buffer = [0; 4];
        for letter in folded(letter.encode_utf8(&mut buffer)).chars() {
            if wanted.next() != Some(letter) {
                return None;
            }
        }
        end = at + letter.len_utf8();
    }
    let rest = text.get(end..)?;
    let inside = words.ends_with(continues_word) && rest.starts_with(continues_word);
    (wanted.peek().is_none() && !inside).then_some(rest)
}

/// Drops the name after a greeting: up to the mark that ends it, if one comes soon and no sentence stands before it.
fn without_name(rest: &str) -> &str {
    let rest = after_comma(rest);
    let ends = |letter: char| {
        matches!(
            letter,
            ',' | '，' | '!' | '！' | ':' | '：' | '.' | '。' | '-' | '–' | '—' | '、' | '،'
        )
    };
    let place = rest.char_indices().find(|(_, letter)| ends(*letter));
    match place {
        Some((at, _)) if rest.get(..at).is_some_and(is_name) => rest.get(at..).unwrap_or(""),
        None if is_name(rest) => "",
        _ => rest,
    }
}

/// Drops the comma between a greeting and one name: `Good evening, Ana.`
fn after_comma(rest: &str) -> &str {
    let Some(name) = rest.trim_start().strip_prefix(',') else {
        return rest;
    };
    let name = name.trim_start();
    let end = name
        .find(|letter: char| !letter.is_alphabetic())
        .unwrap_or(name.len());
    let closed = name
        .get(end..)
        .and_then(|after| after.chars().next())
        .is_none_or(|after| matches!(after, '.' | ',' | '!'));
    if name.starts_with(char::is_uppercase) && closed {
        name
    } else {
        rest
    }
}

/// Up to three words, each with a capital or of a script without capitals.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let capital = |word: &&str| {
        let first = word.trim_start_matches('@').chars().next();
        first.is_some_and(|first| !first.is_lowercase())
    };
    let all = |word: &&str| {
        matches!(
            *word,
            "all" | "there" | "team" | "everyone" | "both" | "todos" | "equipo" | "pessoal"
        )
    };
    text.chars().count() <= NAME
        && words.len() <= 3
        && words.iter().all(|word| capital(word) || all(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies_are_passed_over() {
        for (text, wanted) in [
            (
                "Sorry for the delay. The payout of October is missing.",
                "The payout of October is missing.",
            ),
            (
                "Sorry for the delay, the payout of October is missing",
                "the payout of October is missing",
            ),
            (
                "Hi Ana, where do I add a manager?",
                "where do I add a manager?",
            ),
            (
                "Hi Ana!\nHope you are well.\nOur badge is wrong since Friday.",
                "Our badge is wrong since Friday.",
            ),
            (
                "Good morning team, the list closes at 5pm",
                "the list closes at 5pm",
            ),
            ("Thanks! Which room do we use?", "Which room do we use?"),
            (
                "Good evening, Ana. How can I add a manager?",
                "How can I add a manager?",
            ),
            ("Hi, payouts are missing.", "payouts are missing."),
            (
                "Hola Ana, perdón por la demora. ¿Dónde agrego un manager?",
                "¿Dónde agrego un manager?",
            ),
            (
                "您好，打扰一下，直播间被封了怎么办？",
                "直播间被封了怎么办？",
            ),
            (
                "Olá! Tudo bem? O pagamento não caiu.",
                "O pagamento não caiu.",
            ),
            ("お疲れ様です。振込がまだです。", "振込がまだです。"),
            ("> Old words.\nThe new ones count.", "The new ones count."),
            (
                "Version 2.1 broke the badge. Help!",
                "Version 2.1 broke the badge.",
            ),
            // Words that only look like a courtesy are none.
            (
                "Sorry state of payouts this month",
                "Sorry state of payouts this month",
            ),
            ("Hiring plan for Q1", "Hiring plan for Q1"),
            (
                "hi there is a bug in the widget",
                "there is a bug in the widget",
            ),
            ("Dear lord what a night we had", "lord what a night we had"),
        ] {
            assert_eq!(first_content(text), Some(wanted), "{text}");
        }
        for text in [
            "Sorry for the delay.",
            "Hi Ana!",
            "谢谢",
            "",
            "👍",
            "Hello team, hope you are well!",
        ] {
            assert_eq!(first_content(text), None, "{text}");
        }
    }

    #[test]
    fn every_courtesy_is_folded() {
        for words in GREETINGS.iter().chain(FILLERS) {
            assert_eq!(folded(words), *words);
        }
    }
}
