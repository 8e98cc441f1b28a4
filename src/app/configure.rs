//! Taking in another configuration while the console runs.

use super::App;
use crate::config::Config;
use crate::keymap::{Keymap, Layout};
use crate::pane::{Place, Tone, arrange};
use crate::theme::Theme;

/// What config, keymap and theme files say.
#[derive(Clone, Debug)]
pub struct Configured {
    /// The configuration.
    pub config: Config,
    /// The keys.
    pub keymap: Keymap,
    /// The colours.
    pub theme: Theme,
    /// What is wrong with files that were left out.
    pub problems: Vec<String>,
}

impl PartialEq for Configured {
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config && self.theme == other.theme && self.problems == other.problems
    }
}

impl App {
    /// Takes a theme that was asked for.
    pub(super) fn take_theme(&mut self, theme: Result<Box<Theme>, String>) {
        match theme {
            Ok(theme) => {
                self.screen.say(Tone::Done, format!("theme {}", theme.name));
                self.theme = *theme;
                self.redraw = true;
            }
            Err(why) => self.screen.say(Tone::Error, why),
        }
    }

    /// Tells whether nothing may speak up now.
    pub(super) fn is_quiet(&self) -> bool {
        let view = &self.world.view;
        let local = view.zone.to_datetime(view.now).time();
        self.config.notify.is_quiet(local)
    }

    /// Takes in what was read anew, and says so.
    pub(super) fn configure(&mut self, configured: Configured) {
        self.settings = configured.config.settings();
        self.layout = Layout::read(&configured.config.keys.layout).unwrap_or_default();
        let zones = (self.config.time.tzdb, configured.config.time.tzdb);
        self.config = configured.config;
        self.screen.views = saved_views(&self.config);
        arrange(&self.world, &mut self.screen, Place::Inbox, true);
        self.keymap = configured.keymap;
        self.theme = configured.theme;
        self.parsed.clear();
        self.redraw = true;
        match problem_of(&configured.problems) {
            Some(problem) => self.screen.say(Tone::Error, problem),
            None if zones.0 != zones.1 => self.screen.say(
                Tone::Info,
                "config, keys and theme read again; tzdb holds from the next start on",
            ),
            None => self
                .screen
                .say(Tone::Done, "config, keys and theme read again"),
        }
    }
}

/// Says what is wrong with files of the configuration: the first fault, how many more there are and where they stand.
pub(super) fn problem_of(problems: &[String]) -> Option<String> {
    let first = problems.first()?;
    let faults = match problems.len() - 1 {
        0 => return Some(first.clone()),
        1 => "1 more fault".to_owned(),
        many => format!("{many} more faults"),
    };
    Some(format!(
        "{first}; and {faults}: `cnm config check` names all"
    ))
}

/// Returns the saved views of the inbox: name and filter of each.
pub(super) fn saved_views(config: &Config) -> Vec<(String, String)> {
    let views = config.inbox.views.iter();
    views
        .map(|view| (view.name.clone(), view.filter.clone()))
        .collect()
}
