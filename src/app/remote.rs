//! What another program asks of the running console, and what it is told.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{App, Mode};
use crate::command::{Command, find_kind, record_json, split_words};
use crate::effect::{Effect, OutputTo, Purpose, Ran};
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

/// A request of which not everything is done yet.
#[derive(Debug)]
pub(super) struct Held {
    id: u64,
    rest: VecDeque<String>,
    results: Vec<Json>,
    waits: Wait,
}

/// What a request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// The end of a program.
    Program,
    /// Files that are read to be imported.
    Import,
    /// What the console does at once, but not by itself: files that are read and written, a theme.
    Turn,
}

impl App {
    /// Does what another program asks; the answer follows when all of it is done.
    pub(super) fn asked(&mut self, id: u64, request: &str) -> Vec<Effect> {
        let refused = |why: String| {
            let text = json!({"ok": false, "error": why}).to_string();
            vec![Effect::Answer { id, text }]
        };
        match serde_json::from_str::<Request>(request) {
            Ok(request) if request.run.len() <= COMMANDS => self.go_on(Held {
                id,
                rest: request.run.into(),
                results: Vec::new(),
                waits: Wait::Turn,
            }),
            Ok(_) => refused(format!("more than {COMMANDS} commands; send fewer")),
            Err(error) => refused(format!(
                "the request is not `{{\"run\": [\"COMMAND\"]}}`: {error}"
            )),
        }
    }

    /// Runs the commands of a request up to the first that fails or has to be waited for.
    fn go_on(&mut self, mut held: Held) -> Vec<Effect> {
        let mut effects = Vec::new();
        while is_ok(&held.results)
            && let Some(line) = held.rest.pop_front()
        {
            let mut made = Vec::new();
            let result = self.one_asked(&line, &mut made);
            held.results.push(result);
            let waits = if is_ok(&held.results) {
                self.waits_for(&line, held.id, &mut made)
            } else {
                None
            };
            effects.append(&mut made);
            if let Some(waits) = waits {
                if waits == Wait::Turn {
                    effects.push(Effect::Follow(held.id));
                }
                held.waits = waits;
                self.asked_for.push(held);
                return effects;
            }
        }
        let ok = is_ok(&held.results);
        effects.push(Effect::Answer {
            id: held.id,
            text: json!({"ok": ok, "results": held.results}).to_string(),
        });
        effects
    }

    /// Tells what has to be waited for until it is known whether a command did what it was to do.
    fn waits_for(&mut self, line: &str, id: u64, made: &mut [Effect]) -> Option<Wait> {
        let runs = matches!(self.parse(line), Ok(Command::Exec(_)));
        for effect in made.iter_mut() {
            match effect {
                Effect::Exec(_, purpose) if runs => {
                    *purpose = Purpose::Asked(id, Box::new(purpose.clone()));
                    return Some(Wait::Program);
                }
                Effect::Import(_) => return Some(Wait::Import),
                Effect::Theme(_)
                | Effect::ReadCalendar { .. }
                | Effect::Export { .. }
                | Effect::Copy(_)
                | Effect::Open(_)
                | Effect::Notify { .. }
                | Effect::KeepMacro { .. }
                | Effect::Reload => return Some(Wait::Turn),
                _ => {}
            }
        }
        None
    }

    fn take_held(&mut self, is: impl Fn(&Held) -> bool) -> Option<Held> {
        let at = self.asked_for.iter().position(is)?;
        Some(self.asked_for.remove(at))
    }

    /// Goes on with a request after what its last command began was carried out.
    pub(super) fn followed(&mut self, id: u64) -> Vec<Effect> {
        match self.take_held(|held| held.id == id && held.waits == Wait::Turn) {
            Some(held) => self.judged(held),
            None => Vec::new(),
        }
    }

    /// Goes on with the request that waits for files to be read, if there is one.
    pub(super) fn imported_for(&mut self) -> Vec<Effect> {
        match self.take_held(|held| held.waits == Wait::Import) {
            Some(held) => self.judged(held),
            None => Vec::new(),
        }
    }

    /// Takes what the console says now as the end of the last command.
    fn judged(&mut self, mut held: Held) -> Vec<Effect> {
        let notice = self.screen.notice.clone();
        if let Some(result) = held.results.last_mut().and_then(Json::as_object_mut)
            && let Some(notice) = notice
        {
            if notice.tone == Tone::Error {
                result.insert("ok".into(), false.into());
                result.insert("error".into(), notice.text.into());
                result.remove("said");
            } else {
                result.insert("said".into(), notice.text.into());
            }
        }
        self.go_on(held)
    }

    /// Takes the end of a program that another one asked for.
    pub(super) fn ran_for(&mut self, id: u64, ran: Ran) -> Vec<Effect> {
        let held = self.take_held(|held| held.id == id && held.waits == Wait::Program);
        let (output, error) = match &ran.output {
            Ok(output) => (output.clone(), None),
            Err(why) => (ran.end.wrote.clone(), Some(format!("{}: {why}", ran.name))),
        };
        let exit = ran.end.exit;
        let runs = crate::command::runs(&ran.name);
        self.screen.notice.take_if(|notice| notice.text == runs);
        let before = self.screen.notice.take();
        // What is only to be shown is shown to whoever asked; the screen is somebody else's.
        let shows = matches!(
            ran.purpose,
            Purpose::Output {
                to: OutputTo::Show,
                ..
            }
        );
        let mut effects = Vec::new();
        if !shows {
            effects = self.take_ran(ran);
        }
        let notice = self.screen.notice.clone();
        if self.screen.notice.is_none() {
            self.screen.notice = before;
        }
        let Some(mut held) = held else {
            return effects;
        };
        let refused = notice.filter(|notice| notice.tone == Tone::Error);
        let error = error.or(refused.map(|notice| notice.text));
        if let Some(result) = held.results.last_mut().and_then(Json::as_object_mut) {
            result.remove("said");
            result.insert("ok".into(), error.is_none().into());
            result.insert("exit".into(), exit.into());
            result.insert("output".into(), output.into());
            if let Some(error) = error {
                result.insert("error".into(), error.into());
            }
        }
        effects.extend(self.go_on(held));
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

/// Tells whether the last command of a request did what it was to do.
fn is_ok(results: &[Json]) -> bool {
    results
        .last()
        .is_none_or(|result| result.get("ok") == Some(&Json::Bool(true)))
}
