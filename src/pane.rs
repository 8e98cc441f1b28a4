//! Layer 2: what can be on screen, as plain state: no widget, no size, no colour.
//!
//! A [`Place`] is what fills the body of the screen; each place that is a list has a [`Shelf`]: its
//! [`ListView`] with filter and sort. [`Screen`] holds all of that for one console.

mod arrange;
mod at_hand;
mod filter;
mod follow_ups;
mod funnel;
mod import;
mod inbox;
mod notice;
mod offers;
mod page;
mod readings;
mod slots;
mod standing;
mod tally;
mod ways;

pub use arrange::{Stamp, Stretch, arrange, arrange_all, arrange_stale, network_needs};
pub use at_hand::{Unhandled, answered, at_hand, unhandled};
pub use filter::Filter;
pub use follow_ups::{DueTab, DueView, subject_name, without_next_step};
pub use funnel::{
    Column, Decided, FunnelScreen, FunnelView, Reach, Stepping, board_columns, board_step,
    funnel_report, journeys, pressing, terms,
};
pub use import::ImportScreen;
pub use inbox::{Split, sweepable};
pub use notice::{Countdown, Notice, PastNotice, Told};
pub use offers::{OFFERED, Offer, Offers, offers};
pub use page::{
    CreatorFigures, DimensionRow, MetricGrowth, MetricRow, NetworkFigures, PageFigures,
    PortfolioFigures, Tab, dimension_rows, leading_metric, metric_def, metric_name, metric_rows,
    series_of, timeline, utc_today,
};
pub use readings::{Contacts, Readings};
pub use slots::{Anchored, SlotOrder, SlotView, SlotsScreen};
pub use standing::{Standing, Stands};
pub use tally::{StageCount, Tally, is_needy};
pub use ways::Ways;

use std::collections::BTreeMap;

use crate::effect::{OutboxRow, SyncStatus};
use crate::list::ListView;
use crate::record::{AnyRef, Id, Kind, Network};

/// What fills the body of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Everything that needs me now.
    Today,
    /// Threads.
    Inbox,
    /// Leads by stage.
    Funnel,
    /// Creator Networks.
    Networks,
    /// Follow-ups, overdue first.
    FollowUps,
    /// Leads and CNs without a next step; a view of the follow-ups.
    NextSteps,
    /// Promises found in what was sent; a view of the follow-ups.
    Offers,
    /// The hours of people in all zones.
    Slots,
    /// Edits that conflict or were refused.
    Conflicts,
    /// Edits that wait for the server.
    Outbox,
    /// What an import would change.
    Import,
    /// Any other kind of record, as a table.
    Browse(Kind),
    /// A tab of the page of a CN: a part of the place of CNs.
    Page(Tab),
}

impl Place {
    /// The places with a number key, in the order of the header.
    pub const TABS: [Place; 6] = [
        Place::Today,
        Place::Inbox,
        Place::Funnel,
        Place::Networks,
        Place::FollowUps,
        Place::Slots,
    ];

    /// Returns the place with this number in the header, counted from 1.
    pub fn of_tab(number: usize) -> Option<Place> {
        Self::TABS.get(number.checked_sub(1)?).copied()
    }

    /// Returns the kind of record that this place lists.
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Place::Inbox => Some(Kind::Thread),
            Place::Funnel => Some(Kind::Lead),
            Place::Networks => Some(Kind::Network),
            Place::FollowUps => Some(Kind::FollowUp),
            Place::Browse(kind) => Some(kind),
            Place::Page(tab) => Some(tab.kind()),
            Place::Today
            | Place::NextSteps
            | Place::Offers
            | Place::Slots
            | Place::Conflicts
            | Place::Outbox
            | Place::Import => None,
        }
    }

    /// Returns the place that shows records of this kind.
    pub const fn of_kind(kind: Kind) -> Place {
        match kind {
            Kind::Thread | Kind::Message => Place::Inbox,
            Kind::Lead | Kind::StageEvent => Place::Funnel,
            Kind::Network => Place::Networks,
            Kind::FollowUp => Place::FollowUps,
            other => Place::Browse(other),
        }
    }

    /// Returns the name on screen.
    pub const fn title(self) -> &'static str {
        match self {
            Place::Today => "Today",
            Place::Inbox => "Inbox",
            Place::Funnel => "Funnel",
            Place::Networks => "CNs",
            Place::FollowUps => "Follow-ups",
            Place::NextSteps => "No next step",
            Place::Offers => "Promises found",
            Place::Slots => "Slots",
            Place::Conflicts => "Conflicts",
            Place::Outbox => "Outbox",
            Place::Import => "Import",
            Place::Browse(kind) => kind.plural(),
            Place::Page(tab) => tab.title(),
        }
    }

    /// Returns the name in keymaps and queries.
    pub fn name(self) -> &'static str {
        match self {
            Place::Today => "today",
            Place::Inbox => "inbox",
            Place::Funnel => "funnel",
            Place::Networks => "networks",
            Place::FollowUps => "follow-ups",
            Place::NextSteps => "next-steps",
            Place::Offers => "promises",
            Place::Slots => "slots",
            Place::Conflicts => "conflicts",
            Place::Outbox => "outbox",
            Place::Import => "import",
            Place::Browse(kind) => kind.path(),
            Place::Page(tab) => tab.name(),
        }
    }

    /// Finds a place by its name.
    pub fn from_name(name: &str) -> Option<Place> {
        Self::TABS
            .into_iter()
            .chain([
                Place::NextSteps,
                Place::Offers,
                Place::Conflicts,
                Place::Outbox,
                Place::Import,
            ])
            .chain(Tab::ALL.map(Place::Page))
            .find(|place| place.name() == name)
            .or_else(|| {
                Kind::from_path(name)
                    .or_else(|| Kind::from_name(name))
                    .map(Place::Browse)
            })
    }
}

/// Returns the record behind a row of a list: on the timeline of a CN its key names the kind, too.
pub fn link_of(place: Place, kind: Kind, key: &str) -> AnyRef {
    let named = match place {
        Place::Page(Tab::Timeline) => AnyRef::parse(key),
        _ => None,
    };
    named.unwrap_or_else(|| AnyRef::new(kind, key))
}

/// Which part of a place has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    #[default]
    List,
    /// The preview or detail beside it.
    Detail,
}

/// A list with its filter.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// The rows, the cursor and the marks.
    pub list: ListView,
    /// The filter in the query language, as it was typed; empty shows everything.
    pub filter: String,
    /// The split, by position among the splits of the place.
    pub split: usize,
}

/// How a message in the status line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something to know.
    Info,
    /// Something went wrong.
    Error,
}

/// The panels of Today, in the order of `Tab`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panel {
    /// The inbox.
    #[default]
    Inbox,
    /// Overdue follow-ups.
    Overdue,
    /// The funnel.
    Funnel,
    /// CNs that need me.
    Networks,
    /// Meetings and tonight's hours.
    Slots,
}

impl Panel {
    /// All panels in order.
    pub const ALL: [Panel; 5] = [
        Panel::Inbox,
        Panel::Overdue,
        Panel::Funnel,
        Panel::Networks,
        Panel::Slots,
    ];

    /// Returns the place that the panel is a view of.
    pub const fn place(self) -> Place {
        match self {
            Panel::Inbox => Place::Inbox,
            Panel::Overdue => Place::FollowUps,
            Panel::Funnel => Place::Funnel,
            Panel::Networks => Place::Networks,
            Panel::Slots => Place::Slots,
        }
    }
}

/// A place as it was when it was left: what history goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// What filled the body.
    pub place: Place,
    /// The panel of Today that had the keys.
    pub panel: Panel,
    /// Which part of the place had the keys.
    pub focus: Focus,
    /// The filter and the split of its list.
    pub filter: (String, usize),
    /// The record under the cursor.
    pub cursor: Option<String>,
}

/// At most so many visits are remembered.
const VISITS: usize = 200;

/// The creators of a CN in their order, and what the order was made of.
pub(crate) type KeptCreators = (Id<Network>, Vec<u64>, std::sync::Arc<[String]>);

/// Everything that is a matter of the screen and not of the records.
#[derive(Clone, Debug)]
pub struct Screen {
    /// What fills the body.
    pub place: Place,
    /// The panel of Today that has the keys.
    pub panel: Panel,
    /// Which part of the place has the keys.
    pub focus: Focus,
    /// Whether the focused part fills the body.
    pub zoom: bool,
    /// The tab of the page of a CN.
    pub tab: Tab,
    /// First line of the detail that is shown.
    pub detail_scroll: usize,
    /// The message of the thread that the user went to, counted from the newest, which is 0; where they went
    /// to none it is the first that asks something.
    pub message: Option<usize>,
    /// The lists.
    pub shelves: BTreeMap<Place, Shelf>,
    /// What to go back to.
    pub back: Vec<Visit>,
    /// What to go forward to.
    pub forward: Vec<Visit>,
    /// The record on which the cursor belongs once the list it came back to is in order.
    pub returning: Option<String>,
    /// The line above the footer.
    pub notice: Option<Notice>,
    /// What was told before, and what waits to be told.
    pub told: Told,
    /// How the console stands to its server.
    pub sync: SyncStatus,
    /// The outbox as it was last read.
    pub outbox: Vec<OutboxRow>,
    /// Whether it has been read at all.
    pub outbox_read: bool,
    /// The funnel place.
    pub funnel: FunnelScreen,
    /// The slots place.
    pub slots: SlotsScreen,
    /// The import that waits for a decision.
    pub import: Option<Box<ImportScreen>>,
    /// Links whose children have been read from the cache.
    pub loaded: Vec<(AnyRef, Kind)>,
    /// What was counted when the lists were put in order.
    pub tally: Tally,
    /// The columns of the list of CNs that were chosen here; without any, those of the configuration.
    pub columns: Vec<String>,
    /// What the order of each place was made from.
    pub arranged: BTreeMap<Place, Stamp>,
    /// The creators of a CN in their order, and what that was made from.
    pub(crate) creators: Option<KeptCreators>,
    /// What was read in the threads of the inbox.
    pub readings: Readings,
    /// How CNs stand by their figures.
    pub standing: Standing,
    /// Promises found in what was sent.
    pub offers: Offers,
    /// Saved views of the inbox: name and filter.
    pub views: Vec<(String, String)>,
}

/// Something on screen that can be pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The tab of a place.
    Tab(Place),
    /// A split of the inbox, by position.
    Split(usize),
    /// A panel of Today.
    Panel(Panel),
    /// The list of the place.
    List,
    /// A row of the list, or of the panel that it lies in, by its key.
    Row(String),
    /// The detail beside the list.
    Detail,
    /// One of the choices that are offered, by position.
    Choice(usize),
}

/// What is done with a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointing {
    /// The main button is pressed.
    Click,
    /// The wheel is turned away from the user.
    WheelUp,
    /// The wheel is turned towards the user.
    WheelDown,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            place: Place::Today,
            panel: Panel::default(),
            focus: Focus::default(),
            zoom: false,
            tab: Tab::default(),
            detail_scroll: 0,
            message: None,
            shelves: BTreeMap::new(),
            back: Vec::new(),
            forward: Vec::new(),
            returning: None,
            notice: None,
            told: Told::default(),
            sync: SyncStatus::default(),
            outbox: Vec::new(),
            outbox_read: false,
            funnel: FunnelScreen::default(),
            slots: SlotsScreen::default(),
            import: None,
            loaded: Vec::new(),
            tally: Tally::default(),
            columns: Vec::new(),
            arranged: BTreeMap::new(),
            creators: None,
            readings: Readings::default(),
            standing: Standing::default(),
            offers: Offers::default(),
            views: Vec::new(),
        }
    }
}

impl Screen {
    /// Returns the place whose list has the keys: on Today that of the focused panel, on the page of a CN its tab.
    pub fn active(&self) -> Place {
        match (self.place, self.focus) {
            (Place::Today, _) => self.panel.place(),
            (Place::FollowUps, _) => self.due_view().place(),
            (Place::Networks, Focus::Detail) => Place::Page(self.tab),
            (place, _) => place,
        }
    }

    /// Returns the scope of the keymap that holds here: that of the active place, on Today within that of Today.
    pub fn scope(&self) -> &'static str {
        if self.place != Place::Today {
            return self.active().name();
        }
        match self.panel {
            Panel::Inbox => "today/inbox",
            Panel::Overdue => "today/follow-ups",
            Panel::Funnel => "today/funnel",
            Panel::Networks => "today/networks",
            Panel::Slots => "today/slots",
        }
    }

    /// Returns the view of the follow-ups that is shown; Today shows all of them.
    pub fn due_view(&self) -> DueView {
        if self.place == Place::Today {
            return DueView::All;
        }
        let shelf = self.shelves.get(&Place::FollowUps);
        shelf.map_or(DueView::All, |shelf| DueView::at(shelf.split))
    }

    /// Returns the split of a place that is shown, by position.
    pub fn split_of(&self, place: Place) -> usize {
        match place {
            Place::FollowUps => self.due_view().position(),
            _ => self.shelf(place).map_or(0, |shelf| shelf.split),
        }
    }

    /// Goes to a view of the follow-ups.
    pub fn show_view(&mut self, view: DueView) {
        self.go(Place::FollowUps);
        self.shelf_mut(Place::FollowUps).split = view.position();
    }

    /// Returns the link to the record that a row of a place stands for.
    pub fn link_of(&self, place: Place, key: &str) -> Option<AnyRef> {
        match place {
            Place::NextSteps => AnyRef::parse(key),
            Place::Offers => {
                let offer = self.offers.of(key)?;
                Some(offer.message.link())
            }
            place => Some(link_of(place, place.kind()?, key)),
        }
    }

    /// Returns the CN under the cursor of their list.
    pub fn network(&self) -> Option<Id<Network>> {
        Some(Id::new(self.shelf(Place::Networks)?.list.cursor()?))
    }

    /// Returns the shelf of a place.
    pub fn shelf(&self, place: Place) -> Option<&Shelf> {
        self.shelves.get(&place)
    }

    /// Returns the shelf of a place for a change, making it if needed.
    pub fn shelf_mut(&mut self, place: Place) -> &mut Shelf {
        self.shelves.entry(place).or_default()
    }

    /// Returns the list that has the keys.
    pub fn list(&self) -> Option<&ListView> {
        self.shelves.get(&self.active()).map(|shelf| &shelf.list)
    }

    /// Returns the link to the record under the cursor.
    pub fn selected(&self) -> Option<AnyRef> {
        self.link_of(self.active(), self.list()?.cursor()?)
    }

    /// Goes to a place and remembers where it came from.
    pub fn go(&mut self, place: Place) {
        if place != self.place {
            self.leave_trace();
        }
        self.place = place;
        self.focus = Focus::List;
        self.detail_scroll = 0;
        self.message = None;
    }

    /// Remembers what is on screen, so that history comes back to it.
    pub fn leave_trace(&mut self) {
        let here = self.visit();
        if self.back.last() != Some(&here) {
            self.back.push(here);
        }
        if self.back.len() > VISITS {
            self.back.remove(0);
        }
        self.forward.clear();
    }

    fn visit(&self) -> Visit {
        let shelf = self.shelf(self.active());
        Visit {
            place: self.place,
            panel: self.panel,
            focus: self.focus,
            filter: shelf.map_or_else(Default::default, |shelf| {
                (shelf.filter.clone(), shelf.split)
            }),
            cursor: shelf.and_then(|shelf| shelf.list.cursor().map(str::to_owned)),
        }
    }

    /// Goes back or forward in the history; says whether there was somewhere to go.
    ///
    /// The list that it comes back to has to be put in order again; then its cursor belongs on `returning`.
    pub fn travel(&mut self, forward: bool) -> bool {
        let here = self.visit();
        let target = if forward {
            self.forward.pop()
        } else {
            self.back.pop()
        };
        let Some(target) = target else {
            return false;
        };
        if forward {
            self.back.push(here);
        } else {
            self.forward.push(here);
        }
        self.place = target.place;
        self.panel = target.panel;
        self.focus = target.focus;
        self.detail_scroll = 0;
        self.message = None;
        let active = self.active();
        if let Some(shelf) = self.shelves.get_mut(&active) {
            (shelf.filter, shelf.split) = target.filter;
            if let Some(cursor) = &target.cursor {
                shelf.list.go_to_key(cursor);
            }
        }
        self.returning = target.cursor;
        true
    }
}
