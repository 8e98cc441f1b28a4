//! What another program asks of the running console, and what it is told.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{App, Mode};
use crate::command::{find_kind, record_json, split_words};
use crate::effect::Effect;
use crate::pane::{Filter, Tone};
use crate::record::AnyRef;

/// Most records in one answer.
const RECORDS: usize = 10_000;

/// Most commands in one request.
const COMMANDS: usize = 1_000;

/// What another program asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// Command lines; `list KIND QUERY` and `status` read, everything else is a command.
    run: Vec<String>,
}

impl App {
    /// Does what another program asks; the last effect is the answer.
    pub(super) fn asked(&mut self, id: u64, request: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        let answer = match serde_json::from_str::<Request>(request) {
            Ok(request) if request.run.len() <= COMMANDS => {
                let mut results = Vec::new();
                let mut ok = true;
                for line in &request.run {
                    let result = self.one_asked(line, &mut effects);
                    ok = result.get("ok") == Some(&Json::Bool(true));
                    results.push(result);
                    if !ok {
                        break;
                    }
                }
                json!({"ok": ok, "results": results})
            }
            Ok(_) => {
                json!({"ok": false, "error": format!("more than {COMMANDS} commands; send fewer")})
            }
            Err(error) => json!({
                "ok": false,
                "error": format!("the request is not `{{\"run\": [\"COMMAND\"]}}`: {error}"),
            }),
        };
        effects.push(Effect::Answer {
            id,
            text: answer.to_string(),
        });
        effects
    }

    fn one_asked(&mut self, line: &str, effects: &mut Vec<Effect>) -> Json {
        let refused = |why: String| json!({"line": line, "ok": false, "error": why});
        let words = match split_words(line) {
            Ok(words) => words,
            Err(error) => return refused(error.to_string()),
        };
        match words.first().map(String::as_str) {
            Some("status") => return self.status(line),
            Some("list") => {
                return match self.listed(&words) {
                    Ok(records) => json!({"line": line, "ok": true, "records": records}),
                    Err(why) => refused(why),
                };
            }
            _ => {}
        }
        if let Err(error) = self.parse(line) {
            return refused(error.to_string());
        }
        // What somebody types here is theirs: a command may work beside it, not take its place.
        let mode = std::mem::take(&mut self.mode);
        let before = self.screen.notice.take();
        let busy = !matches!(mode, Mode::Normal);
        let mut made = self.run_line(line);
        if busy {
            let opened = !matches!(self.mode, Mode::Normal);
            self.mode = mode;
            if opened {
                self.screen.notice = before;
                return refused(
                    "something is being typed in the console; give all words of the command".into(),
                );
            }
        }
        let notice = self.screen.notice.clone();
        let changed: Vec<Json> = made
            .iter()
            .filter_map(|effect| match effect {
                Effect::Save(batch) => Some(&batch.edits),
                _ => None,
            })
            .flatten()
            .map(|edit| json!({"kind": edit.kind, "id": edit.id, "op": edit.op}))
            .collect();
        effects.append(&mut made);
        match notice {
            Some(notice) if notice.tone == Tone::Error => refused(notice.text),
            notice => json!({
                "line": line,
                "ok": true,
                "said": notice.map(|notice| notice.text),
                "changed": changed,
            }),
        }
    }

    fn status(&self, line: &str) -> Json {
        let shelf = self.screen.shelf(self.screen.active());
        let sync = &self.screen.sync;
        json!({
            "line": line,
            "ok": true,
            "place": self.screen.active().name(),
            "selected": self.screen.selected().map(|link| record_json(&self.world, &link)),
            "marked": shelf.map_or(0, |shelf| shelf.list.mark_count()),
            "rows": shelf.map_or(0, |shelf| shelf.list.len()),
            "filter": shelf.map_or("", |shelf| shelf.filter.as_str()),
            "typing": !matches!(self.mode, Mode::Normal),
            "queued": sync.queued,
            "conflicts": sync.conflicts,
            "refused": sync.refused,
            "synced_at": sync.synced_at.map(|at| at.to_string()),
            "me": &*self.world.view.me,
        })
    }

    /// Reads records in memory: what is open, with the edits that the server has not confirmed.
    fn listed(&self, words: &[String]) -> Result<Vec<Json>, String> {
        let name = words
            .get(1)
            .ok_or("list needs a kind; write for example `list thread state:open`")?;
        let kind = find_kind(name).map_err(|error| error.to_string())?;
        let query = words.get(2..).unwrap_or_default().join(" ");
        let filter =
            Filter::compile(kind, &query, &self.world.view).map_err(|error| error.to_string())?;
        let mut ids = Vec::new();
        self.world
            .any(kind)
            .each(&mut |id, _| ids.push(id.to_owned()));
        ids.sort_unstable();
        let found = filter.apply(&self.world, &ids);
        Ok(found
            .iter()
            .take(RECORDS)
            .map(|id| record_json(&self.world, &AnyRef::new(kind, id)))
            .collect())
    }
}
