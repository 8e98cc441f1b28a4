//! From text to tree.

use super::error::{Fault, QueryError};
use super::syntax::{
    Atom, Keyword, Name, Node, Operand, Path, Query, Relation, Sort, Span, Term, Words, ends_value,
    ends_word, keyword, plain,
};

/// How deep parentheses and negations may nest: far more than a person writes, and far less than the
/// stack of a thread holds.
const DEEPEST: usize = 48;

impl Query {
    /// Reads a query; only the grammar is checked here.
    ///
    /// # Errors
    /// Says where the text stops following the grammar: a quote or parenthesis that is not closed, a
    /// value that is missing, a `sort:` inside parentheses, …
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        let mut parser = Parser {
            text,
            at: 0,
            depth: 0,
            sort: Vec::new(),
            limit: None,
        };
        let root = parser.alternatives()?;
        if let Some(c) = parser.peek() {
            return Err(parser.error_here(
                c,
                "nothing was opened",
                "remove it, or put it in quotes",
            ));
        }
        Ok(Query {
            root: root.unwrap_or_else(|| Node::All(Vec::new())),
            sort: parser.sort,
            limit: parser.limit,
        })
    }
}

impl std::str::FromStr for Query {
    type Err = QueryError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Query::parse(text)
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    sort: Vec<Sort>,
    limit: Option<usize>,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn peek_plain(&self) -> Option<char> {
        self.peek().map(plain)
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Takes the next character if its ASCII form is this one.
    fn takes(&mut self, wanted: char) -> bool {
        let found = self.peek_plain() == Some(wanted);
        if found {
            self.take();
        }
        found
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }

    fn span_from(&self, start: usize) -> Span {
        Span {
            start,
            end: self.at,
        }
    }

    fn error_here(&self, c: char, why: &str, hint: &str) -> QueryError {
        let span = self.at..self.at + c.len_utf8();
        QueryError::new(Fault::Syntax, span, &c.to_string(), why, hint)
    }

    fn error_since(&self, start: usize, why: &str, hint: &str) -> QueryError {
        let what = self.text.get(start..self.at).unwrap_or("").trim();
        QueryError::new(Fault::Syntax, start..self.at, what, why, hint)
    }

    /// Goes one level deeper; refuses what no person writes.
    fn descend(&mut self, start: usize) -> Result<(), QueryError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error_since(
                start,
                "too many parentheses or negations inside each other",
                "write the query flatter",
            ));
        }
        Ok(())
    }

    /// Reads terms up to `)` or the end, with `or` between the alternatives.
    fn alternatives(&mut self) -> Result<Option<Node>, QueryError> {
        let mut alternatives = Vec::new();
        let mut or_at: Option<usize> = None;
        loop {
            let parts = self.conjunction()?;
            let next_or = self.at_keyword(Keyword::Or);
            if parts.is_empty() && (or_at.is_some() || next_or) {
                let start = or_at.unwrap_or(self.at);
                if or_at.is_none() {
                    self.take_while(|c| !ends_word(c));
                }
                return Err(self.error_since(
                    start,
                    "needs a term on both sides",
                    "add the missing term, or put the word in quotes to search for it",
                ));
            }
            match joined(parts, Node::All) {
                Some(Node::Any(inner)) => alternatives.extend(inner),
                other => alternatives.extend(other),
            }
            if !next_or {
                return Ok(joined(alternatives, Node::Any));
            }
            or_at = Some(self.at);
            self.take_while(|c| !ends_word(c));
        }
    }

    /// Reads terms up to `or`, `)` or the end.
    fn conjunction(&mut self) -> Result<Vec<Node>, QueryError> {
        let mut parts = Vec::new();
        loop {
            self.skip_space();
            if matches!(self.peek_plain(), None | Some(')')) || self.at_keyword(Keyword::Or) {
                return Ok(parts);
            }
            if self.at_keyword(Keyword::And) {
                self.take_while(|c| !ends_word(c));
                continue;
            }
            match self.unary(false)? {
                Some(Node::All(inner)) => parts.extend(inner),
                other => parts.extend(other),
            }
        }
    }

    /// Tells whether the next word is this word of the grammar and not the name of a field.
    fn at_keyword(&self, wanted: Keyword) -> bool {
        let rest = self.rest();
        let end = rest.find(ends_word).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        keyword(word) == Some(wanted)
            && !after.starts_with(|c| matches!(plain(c), ':' | '=' | '<' | '>'))
    }

    /// Reads one term with what stands before it; `None` for `sort:` and `limit:`.
    fn unary(&mut self, negated: bool) -> Result<Option<Node>, QueryError> {
        let start = self.at;
        let minus = self.peek_plain() == Some('-');
        if minus || self.at_keyword(Keyword::Not) {
            if minus {
                self.take();
            } else {
                self.take_while(|c| !ends_word(c));
                self.skip_space();
            }
            let nothing = self.peek().is_none_or(|c| c.is_whitespace() || c == ')');
            if nothing || self.at_keyword(Keyword::Or) || self.at_keyword(Keyword::And) {
                return Err(self.error_since(
                    start,
                    "needs a term after it",
                    "write `-field:value`, or put it in quotes to search for it",
                ));
            }
            self.descend(start)?;
            let inner = self.unary(true)?;
            self.depth -= 1;
            return Ok(inner.map(|inner| Node::Not(Box::new(inner))));
        }
        match self.peek_plain() {
            Some('(') => self.group().map(Some),
            Some('"') => {
                let (text, span) = self.quoted()?;
                Ok(Some(Node::Words(Words { text, span })))
            }
            _ => self.word(negated),
        }
    }

    fn group(&mut self) -> Result<Node, QueryError> {
        let start = self.at;
        self.take();
        self.descend(start)?;
        let inner = self.alternatives()?;
        self.depth -= 1;
        if !self.takes(')') {
            return Err(self.error_since(start, "the parenthesis is not closed", "add `)`"));
        }
        inner.ok_or_else(|| {
            self.error_since(
                start,
                "nothing in the parentheses",
                "remove them, or add a term",
            )
        })
    }

    /// Reads text in quotes; `\"` and `\\` stand for the character itself.
    fn quoted(&mut self) -> Result<(String, Span), QueryError> {
        let start = self.at;
        let curly = self.take() == Some('“');
        let mut text = String::new();
        loop {
            match self.take() {
                None => {
                    return Err(self.error_since(start, "the quote is not closed", "add `\"`"));
                }
                Some('”') if curly => break,
                Some('"' | '＂') if !curly => break,
                Some('\\') => match self.peek() {
                    Some(c @ ('"' | '\\')) => {
                        self.take();
                        text.push(c);
                    }
                    _ => text.push('\\'),
                },
                Some(c) => text.push(c),
            }
        }
        Ok((text, self.span_from(start)))
    }

    /// Reads a bare word: text to search for, or a field if a relation follows at once.
    fn word(&mut self, negated: bool) -> Result<Option<Node>, QueryError> {
        let start = self.at;
        let word = self.take_while(|c| !ends_word(c));
        let span = self.span_from(start);
        let Some(relation) = self.relation() else {
            let text = word.to_owned();
            return Ok(Some(Node::Words(Words { text, span })));
        };
        let path = self.path(word, span)?;
        let operands = self.operands(start, relation)?;
        match path.steps.as_slice() {
            [only] if only.text == "sort" || only.text == "limit" => {
                if negated || self.depth > 0 {
                    return Err(self.error_since(
                        start,
                        "concerns the whole result",
                        "write it once, outside parentheses and without `-`",
                    ));
                }
                if only.text == "sort" {
                    self.sort_keys(start, relation, operands)?;
                } else {
                    self.limit_of(start, relation, &operands)?;
                }
                Ok(None)
            }
            _ => Ok(Some(Node::Term(Term {
                path,
                relation,
                operands,
            }))),
        }
    }

    fn relation(&mut self) -> Option<Relation> {
        let sign = self.peek_plain()?;
        if !matches!(sign, ':' | '=' | '<' | '>') {
            return None;
        }
        self.take();
        Some(match sign {
            '<' if self.takes('=') => Relation::AtMost,
            '<' => Relation::Less,
            '>' if self.takes('=') => Relation::AtLeast,
            '>' => Relation::More,
            '=' => Relation::Exactly,
            _ => Relation::Is,
        })
    }

    fn path(&self, word: &str, span: Span) -> Result<Path, QueryError> {
        let mut steps = Vec::new();
        let mut start = span.start;
        for step in word.split('.') {
            let end = start + step.len();
            if step.is_empty() {
                return Err(self.error_since(
                    span.start,
                    "the name of a field is missing",
                    "write `field:value`, or put the text in quotes to search for it",
                ));
            }
            steps.push(Name {
                text: step.to_lowercase().replace('-', "_"),
                span: Span { start, end },
            });
            start = end + 1;
        }
        Ok(Path { steps })
    }

    /// Reads the values after a relation, with commas between them.
    fn operands(&mut self, start: usize, relation: Relation) -> Result<Vec<Operand>, QueryError> {
        let mut operands = Vec::new();
        loop {
            let operand = self.operand(start)?;
            let single = matches!(operand, Operand::One(_));
            operands.push(operand);
            let more = self.takes(',');
            if relation.compares() && (more || !single) {
                return Err(self.error_since(
                    start,
                    "a comparison takes one value",
                    "use `:` for several values or a range",
                ));
            }
            if !more {
                return Ok(operands);
            }
        }
    }

    fn operand(&mut self, start: usize) -> Result<Operand, QueryError> {
        let low = self.atom()?;
        let range = self.rest().starts_with("..");
        if range {
            self.at += 2;
        }
        let high = if range { self.atom()? } else { None };
        if range && self.rest().starts_with("..") {
            self.at += 2;
            return Err(self.error_since(start, "a range has two ends", "write `field:from..to`"));
        }
        match (low, range, high) {
            (Some(one), false, _) => Ok(Operand::One(one)),
            (Some(low), true, None) => Ok(Operand::From(low)),
            (None, true, Some(high)) => Ok(Operand::To(high)),
            (Some(low), true, Some(high)) => Ok(Operand::Between(low, high)),
            (None, _, _) => Err(self.error_since(
                start,
                "a value is missing",
                "write `field:value`, `field:none` or `field:any`",
            )),
        }
    }

    /// Reads one value, if there is one.
    fn atom(&mut self) -> Result<Option<Atom>, QueryError> {
        if self.peek_plain() == Some('"') {
            let (text, span) = self.quoted()?;
            return Ok(Some(Atom {
                text,
                quoted: true,
                span,
            }));
        }
        let start = self.at;
        let rest = self.rest();
        let end = rest.find(ends_value).unwrap_or(rest.len());
        let end = rest.find("..").map_or(end, |dots| dots.min(end));
        self.at += end;
        let text = rest.get(..end).unwrap_or("").to_owned();
        Ok((!text.is_empty()).then(|| Atom {
            text,
            quoted: false,
            span: self.span_from(start),
        }))
    }

    fn sort_keys(
        &mut self,
        start: usize,
        relation: Relation,
        operands: Vec<Operand>,
    ) -> Result<(), QueryError> {
        for operand in operands {
            let (Operand::One(atom), Relation::Is | Relation::Exactly) = (operand, relation) else {
                return Err(self.error_since(
                    start,
                    "needs names of fields",
                    "write `sort:field,-other`",
                ));
            };
            let name = atom.text.strip_prefix(['-', '－']).unwrap_or(&atom.text);
            let skipped = atom.text.len() - name.len();
            let span = Span {
                start: atom.span.start + skipped,
                end: atom.span.end,
            };
            if atom.quoted || name.chars().any(ends_word) {
                return Err(self.error_since(
                    start,
                    "needs names of fields",
                    "write `sort:field,-other`",
                ));
            }
            self.sort.push(Sort {
                path: self.path(name, span)?,
                descending: skipped > 0,
            });
        }
        Ok(())
    }

    fn limit_of(
        &mut self,
        start: usize,
        relation: Relation,
        operands: &[Operand],
    ) -> Result<(), QueryError> {
        let number = match (relation, operands) {
            (Relation::Is | Relation::Exactly, [Operand::One(atom)]) => {
                atom.text.parse::<usize>().ok()
            }
            _ => None,
        };
        let number = number.ok_or_else(|| {
            self.error_since(start, "needs a whole number", "write it as `limit:20`")
        })?;
        self.limit = Some(number);
        Ok(())
    }
}

/// Makes one node of several; a single one stays what it is.
fn joined(mut nodes: Vec<Node>, join: fn(Vec<Node>) -> Node) -> Option<Node> {
    match nodes.len() {
        0 => None,
        1 => nodes.pop(),
        _ => Some(join(nodes)),
    }
}
