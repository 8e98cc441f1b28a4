//! The paths that stand in Rust code, found without a parser of the whole language.

/// Tells whether a file holds nothing but unit tests.
pub(crate) fn is_test(file: &str) -> bool {
    file.ends_with("/tests.rs") || file.contains("/tests/")
}

/// Cuts off the module of unit tests at the end of a file.
pub(crate) fn without_tests(text: &str) -> &str {
    let mut at = 0;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let begins = line.trim_end() == "#[cfg(test)]"
            && lines.peek().is_none_or(|next| next.starts_with("mod "));
        if begins {
            return text.get(..at).unwrap_or(text);
        }
        at += line.len();
    }
    text
}

/// Puts blanks in the place of comments, texts and character literals; lines stay where they are.
pub(crate) fn code_only(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let end = skip(&letters, at);
        if end == at {
            code.push(letters[at]);
            at += 1;
        } else {
            let lines = letters[at..end].iter().filter(|letter| **letter == '\n');
            code.push(' ');
            code.extend(lines);
            at = end;
        }
    }
    code
}

/// Returns where the comment or literal that begins here ends; `at` itself where none begins.
fn skip(letters: &[char], at: usize) -> usize {
    let letter = |at: usize| letters.get(at).copied().unwrap_or('\0');
    let after_word = at > 0 && (letter(at - 1).is_alphanumeric() || letter(at - 1) == '_');
    match (letter(at), letter(at + 1)) {
        ('/', '/') => (at..letters.len())
            .find(|end| letter(*end) == '\n')
            .unwrap_or(letters.len()),
        ('/', '*') => end_of_block(letters, at),
        ('"', _) => end_of_text(letters, at),
        ('r', '"' | '#') if !after_word => end_of_raw(letters, at).unwrap_or(at),
        ('\'', '\\') => (at + 3..letters.len())
            .find(|end| letter(*end) == '\'')
            .map_or(letters.len(), |end| end + 1),
        ('\'', _) if letter(at + 2) == '\'' => at + 3,
        _ => at,
    }
}

fn end_of_block(letters: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut here = at;
    while here < letters.len() {
        match (letters[here], letters.get(here + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                here += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                here += 2;
                if depth == 0 {
                    return here;
                }
            }
            _ => here += 1,
        }
    }
    letters.len()
}

fn end_of_text(letters: &[char], at: usize) -> usize {
    let mut here = at + 1;
    while here < letters.len() {
        match letters[here] {
            '\\' => here += 2,
            '"' => return here + 1,
            _ => here += 1,
        }
    }
    letters.len()
}

fn end_of_raw(letters: &[char], at: usize) -> Option<usize> {
    let hashes = letters[at + 1..]
        .iter()
        .take_while(|letter| **letter == '#')
        .count();
    let open = at + 1 + hashes;
    if letters.get(open) != Some(&'"') {
        return None;
    }
    let closes = |end: usize| {
        letters[end] == '"'
            && letters
                .get(end + 1..end + 1 + hashes)
                .is_some_and(|rest| rest.iter().all(|letter| *letter == '#'))
    };
    let end = (open + 1..letters.len()).find(|end| closes(*end))?;
    Some(end + 1 + hashes)
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Colons,
    Open,
    Close,
    Comma,
    Other,
}

fn tokens(code: &str) -> Vec<(usize, Token)> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        let token = match letter {
            '\n' => {
                line += 1;
                continue;
            }
            letter if letter.is_whitespace() => continue,
            letter if letter.is_alphanumeric() || letter == '_' => {
                let mut word = String::from(letter);
                while let Some(next) =
                    letters.next_if(|next| next.is_alphanumeric() || *next == '_')
                {
                    word.push(next);
                }
                Token::Word(word)
            }
            ':' if letters.next_if_eq(&':').is_some() => Token::Colons,
            '{' => Token::Open,
            '}' => Token::Close,
            ',' => Token::Comma,
            _ => Token::Other,
        };
        tokens.push((line, token));
    }
    tokens
}

/// Lists the paths of at least two words in code, braces of `use` opened, each with its line.
pub(crate) fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let next = path(&tokens, at, &[], &mut found);
        at = next.max(at + 1);
    }
    found.retain(|(_, path)| path.len() > 1);
    found
}

/// Reads the path that begins here, after these words; returns where it ends.
fn path(
    tokens: &[(usize, Token)],
    at: usize,
    before: &[String],
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let Some((line, Token::Word(word))) = tokens.get(at) else {
        return at;
    };
    let mut words = before.to_vec();
    words.push(word.clone());
    let mut here = at + 1;
    while let Some((_, Token::Colons)) = tokens.get(here) {
        match tokens.get(here + 1) {
            Some((_, Token::Word(word))) => {
                words.push(word.clone());
                here += 2;
            }
            Some((_, Token::Open)) => return group(tokens, here + 2, &words, found),
            _ => break,
        }
    }
    found.push((*line, words));
    here
}

/// Reads the paths between braces that go on these words.
fn group(
    tokens: &[(usize, Token)],
    from: usize,
    before: &[String],
    found: &mut Vec<(usize, Vec<String>)>,
) -> usize {
    let mut at = from;
    while let Some((_, token)) = tokens.get(at) {
        match token {
            Token::Close => return at + 1,
            Token::Word(word) if word == "as" => at += 2,
            Token::Word(_) => at = path(tokens, at, before, found).max(at + 1),
            _ => at += 1,
        }
    }
    at
}
