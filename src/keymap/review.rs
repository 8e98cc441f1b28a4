//! What a keymap hides: keys that can never be reached, defaults that are gone, and what an upgrade changed.

use std::collections::BTreeMap;

use super::{
    Binding, EVERYWHERE, Key, Keymap, KeymapError, MODES, Node, PAGE, Preset, TODAY, reach::gather,
    show_sequence,
};
use crate::command::Command;
use crate::pane::{Panel, Place, Tab};
use crate::record::Kind;

/// Something about a binding of the user's that is worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, as it is shown.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What it is, in a sentence.
    pub what: String,
    /// Whether something cannot be reached, and not merely does something else now.
    pub blocks: bool,
    /// Whether a binding of the user's can never do what it says.
    pub never: bool,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// A key that does something else in another version of the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The place.
    pub scope: String,
    /// The keys.
    pub keys: Vec<Key>,
    /// What they did.
    pub before: Option<String>,
    /// What they do.
    pub after: Option<String>,
}

impl std::fmt::Display for Change {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys = show_sequence(&self.keys);
        let scope = &self.scope;
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(out, "new      {scope}: {keys}  {after}"),
            (Some(before), None) => write!(out, "gone     {scope}: {keys}  {before}"),
            (Some(before), Some(after)) => {
                write!(out, "changed  {scope}: {keys}  {before}  is now  {after}")
            }
            (None, None) => Ok(()),
        }
    }
}

/// Finds keys that terminals send as another one, or not at all.
fn lost_on_the_way(scope: &str, keys: &[Key], binding: &Binding, found: &mut Vec<Finding>) {
    for key in keys {
        let what = match key.arrives_as() {
            Some(same) if same == *key => continue,
            Some(other) => format!(
                "most terminals send `{key}` of {scope} as `{other}`; only those with kitty's keyboard protocol tell \
                 them apart"
            ),
            None => {
                format!("no terminal sends `{key}` of {scope}: bind the character that it types")
            }
        };
        found.push(Finding {
            file: binding.source.file.clone(),
            line: binding.source.line,
            what,
            blocks: true,
            never: key.arrives_as().is_none(),
        });
    }
}

type Bound<'a> = (Vec<Key>, &'a Binding);

fn listed<'a>(scopes: &'a BTreeMap<String, Node>, scope: &str) -> Vec<Bound<'a>> {
    let mut found = Vec::new();
    if let Some(root) = scopes.get(scope) {
        gather(root, &mut Vec::new(), &mut found);
    }
    found.sort_by_key(|(_, _, binding)| binding.source.line);
    found
        .into_iter()
        .map(|(keys, _, binding)| (keys, binding))
        .collect()
}

fn is_prefix(short: &[Key], long: &[Key]) -> bool {
    short.len() < long.len() && long.starts_with(short)
}

impl Keymap {
    /// Looks for bindings of the user's that cannot be reached, and for defaults that they hide or block.
    pub fn review(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for scope in self.user.keys() {
            let mine = listed(&self.user, scope);
            for (at, (keys, binding)) in mine.iter().enumerate() {
                self.unreachable(scope, &mine, at, &mut findings);
                if binding.when.is_none() {
                    self.hidden(scope, keys, binding, &mut findings);
                }
                if !binding.unbound {
                    self.waiting(scope, keys, binding, &mut findings);
                    lost_on_the_way(scope, keys, binding, &mut findings);
                    self.lacking(scope, keys, binding, &mut findings);
                }
            }
        }
        self.lacking_in_macros(&mut findings);
        findings.sort_by(|one, other| {
            (&one.file, one.line, &one.what).cmp(&(&other.file, other.line, &other.what))
        });
        findings.dedup();
        findings
    }

    /// Finds what stops a binding of the user's from ever being run.
    fn unreachable(&self, scope: &str, mine: &[Bound<'_>], at: usize, found: &mut Vec<Finding>) {
        let Some((keys, binding)) = mine.get(at) else {
            return;
        };
        let everywhere = if scope == EVERYWHERE || MODES.contains(&scope) {
            Vec::new()
        } else {
            listed(&self.user, EVERYWHERE)
        };
        let before = mine
            .iter()
            .take(at)
            .find(|(other, earlier)| other == keys && earlier.when.is_none());
        let beginning = mine
            .iter()
            .find(|(other, earlier)| is_prefix(other, keys) && earlier.when.is_none());
        let mut say = |binding: &Binding, what: String| {
            found.push(Finding {
                file: binding.source.file.clone(),
                line: binding.source.line,
                what,
                blocks: true,
                never: true,
            });
        };
        let shown = show_sequence(keys);
        if let Some((_, earlier)) = before {
            say(
                binding,
                format!(
                    "`{shown}` of {scope} is never reached: line {} binds it without a condition",
                    earlier.source.line
                ),
            );
        } else if let Some((other, earlier)) = beginning {
            say(
                binding,
                format!(
                    "`{shown}` of {scope} is never reached: line {} binds `{}`, which it begins with",
                    earlier.source.line,
                    show_sequence(other)
                ),
            );
        }
        // What holds everywhere and begins like a key of this place.
        for (other, general) in &everywhere {
            if is_prefix(keys, other) && binding.when.is_none() && !general.unbound {
                say(
                    general,
                    format!(
                        "`{}` cannot be reached in {scope}: line {} binds `{shown}` there",
                        show_sequence(other),
                        binding.source.line
                    ),
                );
            }
        }
    }

    /// The scopes of the defaults that a binding in this scope lies over.
    fn below<'a>(&'a self, scope: &'a str) -> Vec<&'a str> {
        if scope == EVERYWHERE {
            let places = self.ours.keys().map(String::as_str);
            return places.filter(|name| !MODES.contains(name)).collect();
        }
        if MODES.contains(&scope) {
            return vec![scope];
        }
        if scope == TODAY {
            // Its panels are views of other places, and have the keys of those.
            let panels = Panel::ALL.into_iter().map(|panel| panel.place().name());
            return [TODAY]
                .into_iter()
                .chain(panels)
                .chain([EVERYWHERE])
                .collect();
        }
        vec![scope, EVERYWHERE]
    }

    /// Finds defaults of the same keys, and those that begin with them.
    fn hidden(&self, scope: &str, keys: &[Key], binding: &Binding, found: &mut Vec<Finding>) {
        let mut longer: Vec<String> = Vec::new();
        let mut same: Vec<(String, Vec<&str>)> = Vec::new();
        for below in self.below(scope) {
            for (other, default) in listed(&self.ours, below) {
                if default.unbound {
                    continue;
                }
                let many = [EVERYWHERE, TODAY].contains(&scope);
                if other == keys && (many || same.is_empty()) {
                    let commands = default.commands.join(" · ");
                    match same.iter_mut().find(|(known, _)| *known == commands) {
                        Some((_, places)) if places.contains(&below) => {}
                        Some((_, places)) => places.push(below),
                        None => same.push((commands, vec![below])),
                    }
                } else if is_prefix(keys, &other) {
                    let shown = show_sequence(&other);
                    if !longer.contains(&shown) {
                        longer.push(shown);
                    }
                }
            }
        }
        let own = binding.commands.join(" · ");
        same.retain(|(commands, _)| *commands != own);
        let shown = show_sequence(keys);
        let verb = if binding.unbound {
            "takes away"
        } else {
            "hides"
        };
        let mut say = |what: String, blocks: bool| {
            found.push(Finding {
                file: binding.source.file.clone(),
                line: binding.source.line,
                what,
                blocks,
                never: false,
            });
        };
        let placed = |(commands, places): &(String, Vec<&str>)| {
            if [EVERYWHERE, TODAY].contains(&scope) && *places != [EVERYWHERE] {
                format!("`{commands}` ({})", places.join(", "))
            } else {
                format!("`{commands}`")
            }
        };
        match same.as_slice() {
            [] => {}
            [only] => say(
                format!("`{shown}` of {scope} {verb} the default {}", placed(only)),
                false,
            ),
            many => {
                let named: Vec<String> = many.iter().map(placed).collect();
                let (many, named) = (many.len(), named.join(", "));
                say(
                    format!("`{shown}` of {scope} {verb} {many} defaults: {named}"),
                    false,
                );
            }
        }
        if !longer.is_empty() {
            say(
                format!(
                    "`{shown}` of {scope} {verb} {} defaults that begin with it: {}",
                    longer.len(),
                    longer.join(", ")
                ),
                !binding.unbound,
            );
        }
    }

    /// Finds defaults that a longer sequence of the user's keeps waiting for a second key.
    fn waiting(&self, scope: &str, keys: &[Key], binding: &Binding, found: &mut Vec<Finding>) {
        for below in self.below(scope) {
            for (other, default) in listed(&self.ours, below) {
                if is_prefix(&other, keys) && !default.unbound {
                    found.push(Finding {
                        file: binding.source.file.clone(),
                        line: binding.source.line,
                        what: format!(
                            "`{}` waits for more keys since `{}` of {scope} begins with it: the default `{}` \
                             cannot be reached by it",
                            show_sequence(&other),
                            show_sequence(keys),
                            default.commands.join(" · ")
                        ),
                        blocks: true,
                        never: false,
                    });
                }
            }
        }
    }

    /// Says what a command names that lies in a file of the user's and is not there.
    fn lacks(&self, command: &Command) -> Option<String> {
        let macros = |name: &str| self.macros.contains_key(name);
        // Where nobody has looked for themes nothing is said about them.
        let themes =
            |name: &str| self.themes.is_empty() || self.themes.iter().any(|theme| theme == name);
        command.lacks(&macros, &themes)
    }

    /// Finds bindings that name a macro or a theme that is not there.
    fn lacking(&self, scope: &str, keys: &[Key], binding: &Binding, found: &mut Vec<Finding>) {
        for line in &binding.commands {
            let verb = line.split_whitespace().next().unwrap_or_default();
            if line.contains('{') || !["macro", "app"].contains(&verb) {
                continue;
            }
            let lacks = Command::parse(line)
                .ok()
                .and_then(|command| self.lacks(&command));
            if let Some(lacks) = lacks {
                found.push(Finding {
                    file: binding.source.file.clone(),
                    line: binding.source.line,
                    what: format!(
                        "`{}` of {scope} runs `{line}`: {lacks}",
                        show_sequence(keys)
                    ),
                    blocks: true,
                    never: true,
                });
            }
        }
    }

    /// Finds lines of macros that name a macro or a theme that is not there.
    fn lacking_in_macros(&self, found: &mut Vec<Finding>) {
        for (name, known) in &self.macros {
            for step in &known.steps {
                if let Some(lacks) = self.lacks(&step.command) {
                    found.push(Finding {
                        file: format!("macros/{name}.cnm"),
                        line: step.number,
                        what: format!("`{}`: {lacks}", step.line),
                        blocks: true,
                        never: true,
                    });
                }
            }
        }
    }

    /// Lists the scopes that have keys of their own.
    pub fn scopes(&self) -> Vec<&str> {
        let places = Place::TABS
            .into_iter()
            .chain([Place::NextSteps, Place::Offers])
            .chain([Place::Conflicts, Place::Outbox, Place::Import])
            .map(Place::name);
        let tabs = Tab::ALL.map(|tab| Place::Page(tab).name());
        let kinds = Kind::ALL.iter().map(|kind| Place::Browse(*kind).name());
        let mut scopes: Vec<&str> = Vec::new();
        for name in std::iter::once(EVERYWHERE)
            .chain(places)
            .chain([PAGE])
            .chain(tabs)
            .chain(kinds)
            .chain(MODES.iter().copied())
        {
            let known = self.user.contains_key(name) || self.ours.contains_key(name);
            if known && !scopes.contains(&name) {
                scopes.push(name);
            }
        }
        scopes
    }
}

/// Lists what differs between two versions of the default keys.
pub fn changes(preset: Preset, from: &str, to: &str) -> Result<Vec<Change>, KeymapError> {
    let (old, new) = (Keymap::shipped(preset, from)?, Keymap::shipped(preset, to)?);
    let table = |keymap: &Keymap| -> BTreeMap<(String, Vec<Key>), String> {
        let scopes: Vec<String> = keymap.ours.keys().cloned().collect();
        scopes
            .into_iter()
            .flat_map(|scope| {
                listed(&keymap.ours, &scope)
                    .into_iter()
                    .filter(|(_, binding)| !binding.unbound)
                    .map(|(keys, binding)| ((scope.clone(), keys), binding.shown()))
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let (old, new) = (table(&old), table(&new));
    let mut list = Vec::new();
    for (at, before) in &old {
        let after = new.get(at);
        if after != Some(before) {
            list.push(Change {
                scope: at.0.clone(),
                keys: at.1.clone(),
                before: Some(before.clone()),
                after: after.cloned(),
            });
        }
    }
    for (at, after) in &new {
        if !old.contains_key(at) {
            list.push(Change {
                scope: at.0.clone(),
                keys: at.1.clone(),
                before: None,
                after: Some(after.clone()),
            });
        }
    }
    Ok(list)
}
