//! The query as it was written: a tree of terms that knows the grammar and nothing of any kind.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Range;

/// The place of something in the text of a query, in bytes.
///
/// All places are equal: two queries are the same when they say the same.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A parsed query: which records, in which order, how many.
///
/// It prints in a canonical form that parses to an equal query.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub(super) root: Node,
    pub(super) sort: Vec<Sort>,
    pub(super) limit: Option<usize>,
}

/// A part of the tree. `All` and `Any` hold at least two parts, except for the empty query, which is an
/// empty `All`; neither holds one of its own sort directly.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Words(Words),
    Term(Term),
}

/// Text to search for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) span: Span,
}

/// A field, a relation and the values on its right; at least one value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub(super) path: Path,
    pub(super) relation: Relation,
    pub(super) operands: Vec<Operand>,
}

/// A field name, or several with dots between them; at least one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    pub(super) steps: Vec<Name>,
}

/// One step of a path, in lower case with underscores.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) span: Span,
}

/// How a field is held against a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Is,
    Exactly,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// What stands on the right of a relation: one value, or a range with at least one end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    One(Atom),
    From(Atom),
    To(Atom),
    Between(Atom, Atom),
}

/// One value as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Atom {
    pub(super) text: String,
    pub(super) quoted: bool,
    pub(super) span: Span,
}

/// One key of the order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sort {
    pub(super) path: Path,
    pub(super) descending: bool,
}

impl Query {
    /// Returns the names of the fields of `sort:`, dotted if need be, and whether each runs downwards.
    pub fn sort(&self) -> impl Iterator<Item = (String, bool)> + '_ {
        self.sort
            .iter()
            .map(|sort| (sort.path.to_string(), sort.descending))
    }

    /// Returns the number of `limit:`.
    pub fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// Tells whether the query asks for nothing in particular: every record, in the usual order.
    pub fn is_empty(&self) -> bool {
        self.root == Node::All(Vec::new()) && self.sort.is_empty() && self.limit.is_none()
    }
}

impl Path {
    /// Returns the place of the whole path.
    pub(super) fn span(&self) -> Span {
        Span {
            start: self.steps.first().map_or(0, |name| name.span.start),
            end: self.steps.last().map_or(0, |name| name.span.end),
        }
    }
}

impl Relation {
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Relation::Is => ":",
            Relation::Exactly => "=",
            Relation::Less => "<",
            Relation::AtMost => "<=",
            Relation::More => ">",
            Relation::AtLeast => ">=",
        }
    }

    /// Tells whether it asks for more or less rather than for the same.
    pub(super) const fn compares(self) -> bool {
        !matches!(self, Relation::Is | Relation::Exactly)
    }
}

/// Returns the ASCII form of the punctuation that the grammar knows, for those who type with an input method.
pub(super) const fn plain(c: char) -> char {
    match c {
        '：' => ':',
        '＝' => '=',
        '＜' => '<',
        '＞' => '>',
        '（' => '(',
        '）' => ')',
        '，' => ',',
        '－' => '-',
        '“' | '”' | '＂' => '"',
        other => other,
    }
}

/// Tells whether a character ends a bare word.
pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(plain(c), '(' | ')' | '"' | ':' | '=' | '<' | '>')
}

/// Tells whether a character ends a bare value.
pub(super) fn ends_value(c: char) -> bool {
    c.is_whitespace() || matches!(plain(c), '(' | ')' | '"' | ',')
}

/// Recognises the words of the grammar, in any case.
pub(super) fn keyword(word: &str) -> Option<Keyword> {
    [
        ("or", Keyword::Or),
        ("and", Keyword::And),
        ("not", Keyword::Not),
    ]
    .into_iter()
    .find_map(|(name, keyword)| word.eq_ignore_ascii_case(name).then_some(keyword))
}

/// A word of the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Or,
    And,
    Not,
}

/// Returns the text as one word or value of a query: as it is, or in quotes where it needs them.
///
/// ```
/// assert_eq!(cnm::query::quote("nova"), "nova");
/// assert_eq!(cnm::query::quote("say \"hi\""), r#""say \"hi\"""#);
/// ```
pub fn quote(text: &str) -> Cow<'_, str> {
    let bare = !text.is_empty()
        && !text.chars().any(|c| ends_word(c) || ends_value(c))
        && !text.starts_with(|c| plain(c) == '-')
        && !text.contains("..")
        && keyword(text).is_none()
        && !matches!(text, "none" | "any" | "me" | "my-team");
    if bare {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(quoted(text))
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

impl fmt::Display for Query {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        if self.root != Node::All(Vec::new()) {
            parts.push(self.root.to_string());
        }
        if !self.sort.is_empty() {
            let keys: Vec<String> = self
                .sort
                .iter()
                .map(|sort| format!("{}{}", if sort.descending { "-" } else { "" }, sort.path))
                .collect();
            parts.push(format!("sort:{}", keys.join(",")));
        }
        if let Some(limit) = self.limit {
            parts.push(format!("limit:{limit}"));
        }
        out.write_str(&parts.join(" "))
    }
}

impl fmt::Display for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::All(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        out.write_char(' ')?;
                    }
                    match part {
                        Node::Any(_) => write!(out, "({part})")?,
                        _ => write!(out, "{part}")?,
                    }
                }
                Ok(())
            }
            Node::Any(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        out.write_str(" or ")?;
                    }
                    write!(out, "{part}")?;
                }
                Ok(())
            }
            Node::Not(inner) => match **inner {
                Node::All(_) | Node::Any(_) => write!(out, "-({inner})"),
                _ => write!(out, "-{inner}"),
            },
            Node::Words(words) => write!(out, "{words}"),
            Node::Term(term) => write!(out, "{term}"),
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        let bare = !text.is_empty()
            && !text.chars().any(ends_word)
            && !text.starts_with(|c| plain(c) == '-')
            && keyword(text).is_none();
        if bare {
            out.write_str(text)
        } else {
            out.write_str(&quoted(text))
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.path, self.relation.sign())?;
        for (index, operand) in self.operands.iter().enumerate() {
            if index > 0 {
                out.write_char(',')?;
            }
            match operand {
                Operand::One(atom) => write!(out, "{atom}")?,
                Operand::From(low) => write!(out, "{low}..")?,
                Operand::To(high) => write!(out, "..{high}")?,
                Operand::Between(low, high) => write!(out, "{low}..{high}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.steps.iter().enumerate() {
            if index > 0 {
                out.write_char('.')?;
            }
            out.write_str(&name.text)?;
        }
        Ok(())
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quoted {
            out.write_str(&quoted(&self.text))
        } else {
            out.write_str(&self.text)
        }
    }
}
