//! Full-text search over everything, filled behind the rows.
//!
//! The index holds folded texts under a number that begins with the record's instant, so the newest hits
//! come first without sorting, and the lower bits of that number lead back to the row.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use unicode_normalization::char::is_combining_mark;

use super::columns::words;
use super::mirror::{COLUMNS, Mirror, MirrorRow, count, read_row};
use crate::record::Kind;
use crate::text::fold;

/// Bits of a search number that name the row; the rest are seconds since 1970.
const ROW_BITS: u32 = 28;

/// Returns the number under which a row stands in the index.
fn doc(num: i64, at: Option<i64>) -> i64 {
    let seconds = at
        .unwrap_or(0)
        .div_euclid(1_000_000)
        .clamp(0, (1 << 34) - 1);
    (seconds << ROW_BITS) | (num & ((1 << ROW_BITS) - 1))
}

/// Returns the row that a search number names.
fn row_of(doc: i64) -> i64 {
    doc & ((1 << ROW_BITS) - 1)
}

/// Returns the number of the last row in the index.
pub(super) fn mark(db: &Connection, set: i64) -> rusqlite::Result<i64> {
    let upto = db
        .prepare_cached("SELECT upto FROM search_mark WHERE live = ?1")?
        .query_row([set], |row| row.get(0))
        .optional()?;
    Ok(upto.unwrap_or(0))
}

/// Remembers that what the index holds of this record is about to be outdated.
pub(super) fn note_old(
    db: &Connection,
    set: i64,
    mark: i64,
    kind: &str,
    id: &str,
) -> rusqlite::Result<()> {
    let old: Option<(i64, Option<i64>)> = db
        .prepare_cached(&format!(
            "SELECT num, at FROM row{set} WHERE id = ?1 AND kind = ?2"
        ))?
        .query_row([id, kind], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((num, at)) = old.filter(|(num, _)| *num <= mark) {
        db.prepare_cached("INSERT OR IGNORE INTO search_stale(doc) VALUES (?1)")?
            .execute([doc(num, at)])?;
    }
    Ok(())
}

impl Mirror {
    /// Brings the index forward by at most this many rows; tells whether more is left.
    pub(super) fn index_step(&mut self, rows: usize) -> rusqlite::Result<bool> {
        self.refresh()?;
        let set = self.place().live;
        let upto = mark(&self.db, set)?;
        let stale: Vec<i64> = self
            .db
            .prepare_cached("SELECT doc FROM search_stale LIMIT ?1")?
            .query_map([count(rows)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let fresh: Vec<(i64, Option<i64>, String, String)> = self
            .db
            .prepare_cached(&format!(
                "SELECT num, at, kind, fields FROM row{set} WHERE num > ?1 ORDER BY num LIMIT ?2"
            ))?
            .query_map(params![upto, count(rows)], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect::<Result<_, _>>()?;
        if stale.is_empty() && fresh.is_empty() {
            return Ok(false);
        }
        let more = stale.len() == rows || fresh.len() == rows;
        let reached = fresh.last().map_or(upto, |row| row.0);
        let mut texts: Vec<(i64, String)> = Vec::with_capacity(fresh.len());
        for (num, at, kind, fields) in fresh {
            push_text(&mut texts, num, at, &kind, &fields);
        }
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut delete =
                transaction.prepare_cached(&format!("DELETE FROM search{set} WHERE rowid = ?1"))?;
            let mut reread = transaction.prepare_cached(&format!(
                "SELECT at, kind, fields FROM row{set} WHERE num = ?1 AND num <= ?2"
            ))?;
            let mut nums: Vec<i64> = Vec::new();
            for doc in &stale {
                delete.execute([doc])?;
                nums.push(row_of(*doc));
                transaction
                    .prepare_cached("DELETE FROM search_stale WHERE doc = ?1")?
                    .execute([doc])?;
            }
            nums.sort_unstable();
            nums.dedup();
            for num in nums {
                let row: Option<(Option<i64>, String, String)> = reread
                    .query_row([num, upto], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                    })
                    .optional()?;
                if let Some((at, kind, fields)) = row {
                    push_text(&mut texts, num, at, &kind, &fields);
                }
            }
            // In order of their numbers the index takes them in one go.
            texts.sort_unstable();
            let mut insert = transaction.prepare_cached(&format!(
                "INSERT INTO search{set}(rowid, text) VALUES (?1, ?2)"
            ))?;
            for (doc, text) in &texts {
                // A row that changed twice may stand there under the same number.
                delete.execute([doc])?;
                insert.execute(params![doc, text])?;
            }
        }
        transaction
            .prepare_cached("INSERT OR REPLACE INTO search_mark(live, upto) VALUES (?1, ?2)")?
            .execute([set, reached])?;
        transaction.commit()?;
        Ok(more)
    }

    /// Finds the newest records that hold all the words.
    pub(super) fn search(&self, text: &str, limit: usize) -> rusqlite::Result<Vec<MirrorRow>> {
        let Some(expression) = expression(text) else {
            return Ok(Vec::new());
        };
        let set = self.place().live;
        let docs: Vec<i64> = self
            .db
            .prepare_cached(&format!(
                "SELECT rowid FROM search{set} WHERE search{set} MATCH ?1 ORDER BY rowid DESC LIMIT ?2"
            ))?
            .query_map(params![expression, count(limit)], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut by_num = self
            .db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM row{set} WHERE num = ?1"))?;
        let mut found = Vec::with_capacity(docs.len());
        for doc in docs {
            // The index runs behind: a row that is gone by now is simply not found.
            found.extend(by_num.query_row([row_of(doc)], read_row).optional()?);
        }
        Ok(found)
    }
}

fn push_text(texts: &mut Vec<(i64, String)>, num: i64, at: Option<i64>, kind: &str, fields: &str) {
    if let Some(words) = Kind::from_name(kind).and_then(|kind| words(kind, fields)) {
        let text = spell(&words);
        if !text.is_empty() {
            texts.push((doc(num, at), text));
        }
    }
}

/// Folds a text for the index: case, accents and width do not matter, and each character of a script that
/// writes without spaces is a word of its own.
pub(super) fn spell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut space = true;
    // Marks that folding leaves would end a word in the tokenizer.
    for c in fold(text).chars().filter(|c| !is_combining_mark(*c)) {
        let alone = is_unspaced(c);
        if (alone || !c.is_alphanumeric()) && !space {
            out.push(' ');
            space = true;
        }
        if alone {
            out.push(c);
            out.push(' ');
        } else if c.is_alphanumeric() {
            out.push(c);
            space = false;
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Tells whether words of this character's script are written without spaces between them.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff            // Thai, Lao
        | 0x1000..=0x109f          // Burmese
        | 0x1780..=0x17ff          // Khmer
        | 0x3040..=0x30ff          // kana
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_134f) // Han
}

/// Turns what was typed into an FTS5 expression: every word must occur, the beginning of a word is enough.
///
/// Nothing that was typed reaches the parser of FTS5 but letters and digits inside quotes.
fn expression(text: &str) -> Option<String> {
    let mut out = String::new();
    for (index, part) in text.split('"').enumerate() {
        let quoted = index % 2 == 1;
        let phrases: Vec<String> = if quoted {
            vec![spell(part)]
        } else {
            part.split_whitespace().map(spell).collect()
        };
        for phrase in phrases.into_iter().filter(|phrase| !phrase.is_empty()) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push('"');
            out.push_str(&phrase);
            out.push('"');
            if !quoted {
                out.push('*');
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Tells whether a text would be found by the words: for records that exist only in the outbox.
pub(super) fn holds(text: &str, query: &str) -> bool {
    let text = format!(" {} ", spell(text));
    query.split('"').enumerate().all(|(index, part)| {
        if index % 2 == 1 {
            let phrase = spell(part);
            phrase.is_empty() || text.contains(&format!(" {phrase} "))
        } else {
            part.split_whitespace()
                .map(spell)
                .all(|word| text.contains(&format!(" {word}")))
        }
    })
}

/// Tells whether there is anything to look for.
pub(super) fn has_words(query: &str) -> bool {
    expression(query).is_some()
}

#[cfg(test)]
mod tests {
    use super::{doc, expression, holds, row_of, spell};

    #[test]
    fn folding_ignores_case_accents_and_width() {
        assert_eq!(spell("Café ＬＩＶＥ"), "cafe live");
        assert_eq!(spell("北京gato"), "北 京 gato");
        assert_eq!(spell("한국어"), "한국어");
    }

    #[test]
    fn what_is_typed_cannot_speak_the_index_language() {
        assert_eq!(expression("a OR b*"), Some(r#""a"* "or"* "b"*"#.into()));
        assert_eq!(
            expression(r#"x" NEAR("y" z"#),
            Some(r#""x"* "near" "y"* "z""#.into())
        );
        assert_eq!(expression(" () "), None);
        assert_eq!(expression("北京"), Some(r#""北 京"*"#.into()));
    }

    #[test]
    fn numbers_lead_back_to_the_row_and_sort_by_time() {
        let early = doc(77, Some(1_000_000));
        let late = doc(3, Some(2_000_000));
        assert_eq!((row_of(early), row_of(late)), (77, 3));
        assert!(early < late);
    }

    #[test]
    fn words_of_the_outbox_are_found_alike() {
        assert!(holds("Holiday Battle in 北京", "batt 北"));
        assert!(holds("Holiday Battle", "\"holiday battle\""));
        assert!(!holds("Holiday Battle", "\"battle holiday\""));
    }
}
