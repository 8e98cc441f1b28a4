//! Taking in another configuration while the console runs.

use super::{App, Configured};
use crate::config::Config;
use crate::keymap::Layout;
use crate::pane::{Place, Tone, arrange};

impl App {
    /// Takes in what was read anew, and says so.
    pub(super) fn configure(&mut self, configured: Configured) {
        self.settings = configured.config.settings();
        self.layout = Layout::read(&configured.config.keys.layout).unwrap_or_default();
        self.config = configured.config;
        self.screen.views = saved_views(&self.config);
        arrange(&self.world, &mut self.screen, Place::Inbox, true);
        self.keymap = configured.keymap;
        self.theme = configured.theme;
        self.parsed.clear();
        self.redraw = true;
        match configured.problems.first() {
            Some(problem) => self.screen.say(Tone::Error, problem.clone()),
            None => self
                .screen
                .say(Tone::Done, "config, keys and theme read again"),
        }
    }
}

/// Returns the saved views of the inbox: name and filter of each.
pub(super) fn saved_views(config: &Config) -> Vec<(String, String)> {
    let views = config.inbox.views.iter();
    views
        .map(|view| (view.name.clone(), view.filter.clone()))
        .collect()
}
