//! An import on its way: first shown, applied by a command.

use super::App;
use crate::effect::Effect;
use crate::import::backstage::Plan;
use crate::pane::{ImportScreen, Place, Tone, arrange};

impl App {
    /// Shows what files would change.
    pub(super) fn take_import(&mut self, plans: Result<Vec<Plan>, String>) -> Vec<Effect> {
        match plans {
            Ok(plans) => self.show_import(plans),
            Err(why) => self.screen.say(Tone::Error, why),
        }
        self.imported_for()
    }

    fn show_import(&mut self, plans: Vec<Plan>) {
        let changes: usize = plans.iter().map(|plan| plan.changes.len()).sum();
        let words = if changes == 0 {
            "nothing would change".to_owned()
        } else {
            format!("{changes} changes wait: `a` applies them, `d` drops them")
        };
        self.screen.import = Some(Box::new(ImportScreen::new(plans)));
        self.screen.go(Place::Import);
        arrange(&self.world, &mut self.screen, Place::Import, true);
        self.screen.say(Tone::Info, words);
    }
}
