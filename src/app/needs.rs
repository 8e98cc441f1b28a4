//! What needs me now, across all places, the most urgent first, each with its reason.

use jiff::{SignedDuration, Timestamp};

use super::App;
use crate::effect::Effect;
use crate::pane::{Place, Tone};
use crate::record::{
    AnyRef, FollowUpKind, Kind, Lead, Meeting, Network, Person, Role, Stage, ThreadState,
};
use crate::triage::{self, Mark};
use crate::when::{clock, zone};

/// How pressing a need is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// Late, broken, or within the hour.
    Now,
    /// Today.
    Today,
    /// Soon, and easily forgotten.
    Soon,
}

/// One thing that needs me.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// How pressing it is.
    pub pressure: Pressure,
    /// The record; none for what is settled in a place of its own.
    pub link: Option<AnyRef>,
    /// The place in which one acts on it.
    pub place: Place,
    /// What it is, unsanitised.
    pub title: String,
    /// Why it needs me, unsanitised.
    pub why: String,
    /// By when, for the order.
    order: i64,
}

/// At most so many of each kind are named, so that one place cannot fill the list.
const NAMED: usize = 4;

/// What a waiting promise is brought forward by in the order.
const PROMISE: SignedDuration = SignedDuration::from_hours(24);

/// When a message without a clock is taken to be due, after it came.
const UNTIMED: SignedDuration = SignedDuration::from_hours(24);

/// A message without a clock stands behind all that is due within this time.
const BEHIND: SignedDuration = SignedDuration::from_hours(4);

impl App {
    /// Returns what needs me now, at most this many, the most urgent first.
    pub fn needs(&self, most: usize) -> Vec<Need> {
        let mut needs = Vec::new();
        let stuck = self.screen.sync.conflicts + self.screen.sync.refused;
        if stuck > 0 {
            needs.push(Need {
                pressure: Pressure::Now,
                link: None,
                place: Place::Conflicts,
                title: format!("{stuck} of your edits"),
                why: "the server did not take them; choose mine or theirs".into(),
                order: i64::MIN,
            });
        }
        needs.extend(self.meetings_soon());
        needs.extend(self.pressing_threads());
        needs.extend(self.late_follow_ups());
        needs.extend(self.needy_networks());
        needs.extend(self.stuck_leads());
        needs.sort_by(|one, other| {
            (one.pressure, one.order, &one.title).cmp(&(other.pressure, other.order, &other.title))
        });
        needs.truncate(most);
        needs
    }

    /// Goes to the most urgent need, to the next one where the cursor is on it already.
    pub(super) fn reach_urgent(&mut self) -> Vec<Effect> {
        let needs = self.needs(usize::MAX);
        let here = (self.screen.place != Place::Today).then(|| self.screen.selected());
        let here = here.flatten();
        let at = needs.iter().position(|need| match &need.link {
            Some(_) => need.link == here,
            None => need.place == self.screen.place,
        });
        let next = at.map_or(0, |at| at + 1);
        let Some(need) = needs.get(next).or_else(|| needs.first()) else {
            self.screen.say(Tone::Done, "nothing is late, nobody waits");
            return Vec::new();
        };
        let words = format!("{}: {}", need.title, need.why);
        let effects = if let Some(link) = need.link.clone() {
            self.reach_record(&link)
        } else {
            self.screen.go(need.place);
            vec![Effect::LoadOutbox]
        };
        self.screen.say(Tone::Info, words);
        effects
    }

    fn meetings_soon(&self) -> Vec<Need> {
        let now = self.world.view.now;
        let mut needs = Vec::new();
        for (at, id) in self.figures.meetings() {
            let left = at.duration_since(now);
            if left < -SignedDuration::from_mins(15) || left > SignedDuration::from_hours(12) {
                continue;
            }
            let Some(meeting) = self.world.get::<Meeting>(id) else {
                continue;
            };
            let names: Vec<String> = meeting
                .attendees
                .iter()
                .filter_map(|one| self.world.get::<Person>(&one.person))
                .filter(|person| {
                    person
                        .user
                        .as_ref()
                        .is_none_or(|user| *user.as_str() != *self.world.view.me)
                })
                .map(|person| person.name.clone())
                .take(2)
                .collect();
            let with = if names.is_empty() {
                String::new()
            } else {
                format!(" with {}", names.join(", "))
            };
            let when = if left.is_positive() {
                format!("in {}", clock::length(left))
            } else {
                "now".to_owned()
            };
            needs.push(Need {
                pressure: if left < SignedDuration::from_hours(1) {
                    Pressure::Now
                } else {
                    Pressure::Today
                },
                link: Some(id.link()),
                place: Place::Browse(Kind::Meeting),
                title: meeting.title.clone(),
                why: format!(
                    "{when}, {} {}{with}",
                    clock::stamp(*at, &self.world.view.zone),
                    zone::short_name(&zone::name(&self.world.view.zone))
                ),
                order: at.as_second(),
            });
        }
        needs.truncate(NAMED);
        needs
    }

    fn pressing_threads(&self) -> Vec<Need> {
        let view = &self.world.view;
        let mut needs = Vec::new();
        for id in &self.screen.tally.first.threads {
            let (Some(thread), Some(read)) = (self.world.get(id), self.screen.readings.of(id))
            else {
                continue;
            };
            let mark = Mark::of(thread, read, view);
            if thread.state != ThreadState::Open || mark == Mark::Fyi {
                continue;
            }
            let sender = self
                .world
                .follow::<Person>(read.asker().or(thread.from.as_ref()));
            let words = triage::Badge::of(thread, read, sender, view);
            let from = sender.map_or(thread.from_name.as_str(), |person| person.name.as_str());
            let title = if thread.title.is_empty() {
                from.to_owned()
            } else {
                format!("{from}: {}", thread.title)
            };
            // Without a clock it is due a day after it came, and behind the clocks of the next hours.
            let due = thread.sla_due.unwrap_or_else(|| {
                let came = thread.last_at.unwrap_or(view.now);
                let later = |at: Timestamp, by| at.checked_add(by).unwrap_or(at);
                later(came, UNTIMED).max(later(view.now, BEHIND))
            });
            needs.push(Need {
                pressure: if mark == Mark::Urgent {
                    Pressure::Now
                } else {
                    Pressure::Today
                },
                link: Some(id.link()),
                place: Place::Inbox,
                title,
                why: words.reason,
                order: due.as_second(),
            });
        }
        needs.sort_by_key(|need| (need.pressure, need.order));
        needs.truncate(NAMED);
        needs
    }

    fn late_follow_ups(&self) -> Vec<Need> {
        let view = &self.world.view;
        let mut needs = Vec::new();
        for id in &self.screen.tally.first.follow_ups {
            let Some(follow_up) = self.world.get(id) else {
                continue;
            };
            let Some(late) = follow_up.late(view).filter(|late| late.as_hours() > -24) else {
                continue;
            };
            let promise = follow_up.kind == FollowUpKind::Promise;
            let about = self
                .world
                .follow::<Network>(follow_up.network.as_ref())
                .map(|network| network.name.clone())
                .or_else(|| {
                    let lead = self.world.follow::<Lead>(follow_up.lead.as_ref());
                    lead.map(|lead| lead.name.clone())
                });
            let mut why = if late.is_positive() {
                format!("{} late", clock::length(late))
            } else {
                format!("due in {}", clock::length(late.abs()))
            };
            if promise {
                why.push_str(", promised");
            }
            if let Some(about) = about {
                why.push_str(if promise { " to " } else { ", " });
                why.push_str(&about);
            }
            let whose = self.world.colleague(follow_up.owner.as_ref());
            if let Some(whose) = whose {
                why = format!("{whose}: {why}");
            }
            let due = view.now.checked_sub(late).unwrap_or(view.now);
            let due = if promise {
                due.checked_sub(PROMISE).unwrap_or(due)
            } else {
                due
            };
            needs.push(Need {
                // What somebody else does comes after what I do.
                pressure: if whose.is_some() {
                    Pressure::Soon
                } else if late.is_positive() && (promise || late.as_hours() < 72) {
                    Pressure::Now
                } else {
                    Pressure::Today
                },
                link: Some(id.link()),
                place: Place::FollowUps,
                title: follow_up.title.clone(),
                why,
                order: due.as_second(),
            });
        }
        needs.sort_by_key(|need| (need.pressure, need.order));
        needs.truncate(NAMED);
        needs
    }

    fn needy_networks(&self) -> Vec<Need> {
        let me = self.world.my_id();
        let leads = self.world.me().is_some_and(|me| me.role == Role::Lead);
        let mut needs = Vec::new();
        for (at, id) in self.screen.tally.first.networks.iter().enumerate() {
            let Some(network) = self.world.get(id) else {
                continue;
            };
            if !leads && network.owner.as_ref().is_some_and(|owner| *owner != me) {
                continue;
            }
            let whose = self.world.colleague(network.owner.as_ref());
            let Some(reason) = self.figures.reasons(id).first() else {
                continue;
            };
            needs.push(Need {
                pressure: if crate::pane::is_needy(network) {
                    Pressure::Today
                } else {
                    Pressure::Soon
                },
                link: Some(id.link()),
                place: Place::Networks,
                title: network.name.clone(),
                why: whose.map_or_else(|| reason.to_string(), |whose| format!("{whose}: {reason}")),
                order: self.in_hours(at),
            });
        }
        needs.truncate(NAMED);
        needs
    }

    /// Leads whose next step is due, and those that stand in their stage longer than they should.
    fn stuck_leads(&self) -> Vec<Need> {
        let view = &self.world.view;
        let me = self.world.my_id();
        let today = view.today();
        let mut needs: Vec<(i64, Need)> = Vec::new();
        for (id, lead) in self.world.table::<Lead>().records() {
            if lead.closed_at.is_some() || lead.owner.as_ref() != Some(&me) {
                continue;
            }
            let stage = self.world.follow::<Stage>(lead.stage.as_ref());
            let over = stage
                .zip(lead.entered_at)
                .is_some_and(|(stage, entered)| stage.is_over_limit(entered, view.now));
            let due = lead.next_due.filter(|due| *due <= today);
            let stands = lead.entered_at.map_or(0, |entered| {
                view.now.duration_since(entered).as_hours() / 24
            });
            let name = stage.map_or("its stage", |stage| stage.name.as_str());
            let why = match (due, over) {
                (Some(due), _) => {
                    let days = (today - due).get_days();
                    let step = if lead.next_step.is_empty() {
                        "next step"
                    } else {
                        lead.next_step.as_str()
                    };
                    match days {
                        0 => format!("{step}: due today"),
                        days => format!("{step}: {days}d late"),
                    }
                }
                (None, true) => format!("{stands}d in {name}, too long"),
                (None, false) => continue,
            };
            let pressure = if due.is_some() {
                Pressure::Today
            } else {
                Pressure::Soon
            };
            let order = self.in_hours(usize::try_from(1_000 - stands.min(999)).unwrap_or(0));
            needs.push((
                -stands,
                Need {
                    pressure,
                    link: Some(id.link()),
                    place: Place::Funnel,
                    title: lead.name.clone(),
                    why,
                    order,
                },
            ));
        }
        needs.sort_by(|one, other| {
            (one.1.pressure, one.0, &one.1.title).cmp(&(other.1.pressure, other.0, &other.1.title))
        });
        needs
            .into_iter()
            .map(|(_, need)| need)
            .take(NAMED)
            .collect()
    }

    /// A moment so many hours from now, for the order of what has no moment of its own.
    fn in_hours(&self, hours: usize) -> i64 {
        let hours = i64::try_from(hours).unwrap_or(i64::MAX / 4_000);
        self.world
            .view
            .now
            .as_second()
            .saturating_add(hours * 3_600)
    }
}
