//! What to do next: a pure state machine over the time, what is wanted and what happened.
//!
//! Times are durations since the driver started; nothing here reads a clock, and chance comes in as a number.

use std::collections::HashMap;
use std::time::Duration;

/// The first wait after a failure.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_mins(1);
/// The wait where a person has to repair something at the other end.
const REPAIR: Duration = Duration::from_mins(5);
/// The most edits that are sent together; the first request has [`FEW`], and each that is taken doubles them.
const MOST: usize = 1_000;
const FEW: usize = 100;
/// Failures of one command alone after which it is set aside.
const POISON: u32 = 10;

/// The next thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask the server who it is and whose token this is.
    Identify,
    /// Ask for a page of the feed.
    Pull,
    /// Send at most this many edits.
    Push(usize),
    /// Wait until this time, or until something happens.
    Wait(Option<Duration>),
}

/// How a step failed, as far as the plan cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection, or none that answered: try again with growing waits.
    Line,
    /// The server failed on this request.
    Server,
    /// The request was too large.
    TooLarge,
    /// The server asks to wait so long.
    Busy(Duration),
    /// Nothing will change before somebody repairs something at the other end.
    Repair,
    /// Nothing will change before the user does something here.
    Halt,
}

/// What to do about a failed push beside waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Nothing.
    None,
    /// Set this edit aside: the server fails on it again and again while other requests succeed.
    Poison(String),
    /// Set this edit aside: it is too large by itself.
    Oversize(String),
}

/// Waits that double from one second to a minute, with chance from the second on.
#[derive(Clone, Copy, Debug, Default)]
struct Backoff {
    failures: u32,
    until: Duration,
}

impl Backoff {
    fn fail(&mut self, now: Duration, chance: f64) {
        let cap = FIRST.saturating_mul(1 << self.failures.min(6)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        // Never less than the first wait: a request a second is the most that is allowed.
        self.until = now + FIRST + cap.saturating_sub(FIRST).mul_f64(chance.clamp(0.0, 1.0));
    }

    fn hold(&mut self, until: Duration) {
        self.until = self.until.max(until);
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// How edits are sent: how many at a time, and which ones the server fails on.
#[derive(Clone, Debug)]
struct Batches {
    limit: usize,
    most: usize,
    /// How often each edit failed alone.
    alone: HashMap<String, u32>,
    /// Another request succeeded since the last failure.
    alive: bool,
}

/// The state of the plan.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each told by another event"
)]
pub struct Planner {
    known: bool,
    halted: bool,
    pull: bool,
    push: bool,
    may_write: bool,
    snapshot: bool,
    pulled_last: bool,
    line: Backoff,
    pushing: Backoff,
    /// The server's own wait, which nobody may cut short.
    busy_until: Duration,
    batches: Batches,
}

impl Default for Planner {
    fn default() -> Self {
        Self {
            known: false,
            halted: false,
            pull: true,
            push: true,
            may_write: true,
            snapshot: false,
            pulled_last: false,
            line: Backoff::default(),
            pushing: Backoff::default(),
            busy_until: Duration::ZERO,
            batches: Batches {
                limit: FEW,
                most: FEW,
                alone: HashMap::new(),
                alive: false,
            },
        }
    }
}

impl Planner {
    /// Says what to do next.
    pub fn next(&self, now: Duration) -> Step {
        if self.halted {
            return Step::Wait(None);
        }
        let gate = self.line.until.max(self.busy_until);
        let wanted = !self.known || self.pull || (self.push && self.may_write);
        if now < gate && wanted {
            return Step::Wait(Some(gate));
        }
        if !self.known {
            return Step::Identify;
        }
        let push = self.push && self.may_write && !self.snapshot;
        let push_now = push && now >= self.pushing.until;
        // The first page comes before the first edit; then they take turns, so that a long first sync does
        // not keep edits waiting.
        if self.pull && !(push_now && self.pulled_last) {
            return Step::Pull;
        }
        if push_now {
            return Step::Push(self.batches.limit);
        }
        Step::Wait(push.then_some(self.pushing.until))
    }

    /// Notes that the user, or another console, wants a sync now.
    pub fn wake(&mut self) {
        self.halted = false;
        self.line.clear();
        self.pushing.clear();
        self.pull = true;
        self.push = true;
    }

    /// Notes that there are new edits.
    pub fn edited(&mut self) {
        self.push = true;
    }

    /// Notes that the server may have news.
    pub fn news(&mut self) {
        self.pull = true;
    }

    /// Notes that the server is known and which batches it takes.
    pub fn identified(&mut self, most: usize, may_write: bool) {
        self.known = true;
        self.may_write = may_write;
        self.batches.most = most.clamp(1, MOST);
        self.batches.limit = self.batches.limit.min(self.batches.most);
        self.line.clear();
    }

    /// Notes that a snapshot began or ended; edits wait until it is complete.
    pub fn snapshot(&mut self, under_way: bool) {
        self.snapshot = under_way;
        self.pull |= under_way;
    }

    /// Notes a page that was written.
    pub fn pulled(&mut self, more: bool) {
        self.pull = more;
        self.pulled_last = true;
        self.batches.alive = true;
        self.line.clear();
    }

    /// Notes that edits were sent and answered; `left` tells whether more wait.
    pub fn pushed(&mut self, sent: &[String], left: bool) {
        self.pulled_last = false;
        self.push = left;
        for cmd in sent {
            self.batches.alone.remove(cmd);
        }
        if !sent.is_empty() {
            self.pull = true;
            self.batches.alive = true;
            self.line.clear();
            self.pushing.clear();
            self.batches.limit = (self.batches.limit * 2).min(self.batches.most);
        }
    }

    /// Notes that a request failed that was not about edits.
    pub fn failed(&mut self, failure: Failure, now: Duration, chance: f64) {
        self.known = false;
        self.batches.alive = false;
        match failure {
            Failure::Line | Failure::Server | Failure::TooLarge => self.line.fail(now, chance),
            Failure::Busy(wait) => self.busy_until = self.busy_until.max(now + wait),
            Failure::Repair => self.line.hold(now + REPAIR),
            Failure::Halt => self.halted = true,
        }
    }

    /// Notes that sending these edits failed.
    pub fn push_failed(
        &mut self,
        sent: &[String],
        failure: Failure,
        now: Duration,
        chance: f64,
    ) -> Advice {
        self.pulled_last = false;
        match (failure, sent) {
            (Failure::TooLarge, [one]) => Advice::Oversize(one.clone()),
            (Failure::TooLarge, _) => {
                self.batches.limit = (sent.len() / 2).max(1);
                Advice::None
            }
            (Failure::Server, _) => {
                // The feed is asked between two tries: only a server that is up otherwise makes this one command guilty.
                self.pull = true;
                self.pushing.fail(now, chance);
                let alive = std::mem::replace(&mut self.batches.alive, false);
                if sent.len() > 1 && self.pushing.failures > 1 {
                    self.batches.limit = (sent.len() / 2).max(1);
                }
                let [one] = sent else {
                    return Advice::None;
                };
                let failures = self.batches.alone.entry(one.clone()).or_default();
                *failures += u32::from(alive);
                if *failures < POISON {
                    return Advice::None;
                }
                self.batches.alone.remove(one);
                self.pushing.clear();
                Advice::Poison(one.clone())
            }
            (Failure::Busy(wait), _) => {
                self.busy_until = self.busy_until.max(now + wait);
                Advice::None
            }
            _ => {
                if failure == Failure::Line {
                    // A batch may have been too much for a slow line or server to answer in time.
                    self.batches.limit = (sent.len() / 2).max(1);
                }
                self.failed(failure, now, chance);
                Advice::None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn known() -> Planner {
        let mut planner = Planner::default();
        planner.identified(100, true);
        planner
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("c{number}")).collect()
    }

    #[test]
    fn first_who_then_the_feed_then_edits() {
        let mut planner = Planner::default();
        assert_eq!(planner.next(Duration::ZERO), Step::Identify);
        planner.identified(100, true);
        assert_eq!(planner.next(Duration::ZERO), Step::Pull);
        planner.pulled(true);
        assert_eq!(planner.next(Duration::ZERO), Step::Push(100));
        planner.pushed(&[], false);
        assert_eq!(planner.next(Duration::ZERO), Step::Pull);
        planner.pulled(false);
        assert_eq!(planner.next(Duration::ZERO), Step::Wait(None));
    }

    #[test]
    fn batches_grow_to_what_the_server_takes_and_shrink_where_no_answer_comes() {
        let mut planner = Planner::default();
        planner.identified(100_000, true);
        planner.pulled(false);
        let mut limits = Vec::new();
        for _ in 0..6 {
            let Step::Push(limit) = planner.next(SECOND) else {
                panic!("a push")
            };
            limits.push(limit);
            planner.pushed(&names(limit), true);
            planner.pulled(false);
        }
        assert_eq!(limits, [100, 200, 400, 800, 1_000, 1_000]);
        planner.push_failed(&names(1_000), Failure::Line, SECOND, 0.0);
        planner.identified(100_000, true);
        planner.pulled(false);
        assert_eq!(planner.next(SECOND * 10), Step::Push(500));
    }

    #[test]
    fn waits_double_up_to_a_minute() {
        let mut planner = Planner::default();
        let mut now = Duration::ZERO;
        let mut waits = Vec::new();
        for _ in 0..8 {
            planner.failed(Failure::Line, now, 1.0);
            let Step::Wait(Some(until)) = planner.next(now) else {
                panic!("a wait")
            };
            waits.push(until.saturating_sub(now).as_secs());
            now = until;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn the_servers_own_wait_is_kept_even_when_the_user_asks() {
        let mut planner = known();
        planner.failed(Failure::Busy(SECOND * 30), SECOND, 0.5);
        planner.wake();
        assert_eq!(planner.next(SECOND * 2), Step::Wait(Some(SECOND * 31)));
        assert_eq!(planner.next(SECOND * 31), Step::Identify);
    }

    #[test]
    fn a_refused_token_stops_everything_until_the_user_asks() {
        let mut planner = known();
        planner.failed(Failure::Halt, SECOND, 0.5);
        planner.edited();
        planner.news();
        assert_eq!(planner.next(SECOND * 1_000), Step::Wait(None));
        planner.wake();
        assert_eq!(planner.next(SECOND * 1_000), Step::Identify);
    }

    #[test]
    fn too_large_a_batch_is_halved_down_to_the_one_at_fault() {
        let mut planner = known();
        planner.pulled(false);
        let mut limits = Vec::new();
        while let Step::Push(limit) = planner.next(SECOND) {
            limits.push(limit);
            if planner.push_failed(&names(limit), Failure::TooLarge, SECOND, 0.0) != Advice::None {
                break;
            }
        }
        assert_eq!(limits, [100, 50, 25, 12, 6, 3, 1]);
    }

    #[test]
    fn a_poisonous_command_is_set_aside_only_when_the_server_lives() {
        for alive in [true, false] {
            let mut planner = known();
            let mut now = Duration::ZERO;
            let mut poison = None;
            for _ in 0..40 {
                if alive {
                    planner.pulled(false);
                }
                now += SECOND * 61;
                let Step::Push(limit) = planner.next(now) else {
                    // Without a successful pull there is none to push after.
                    assert!(!alive);
                    planner.pull = false;
                    continue;
                };
                if let Advice::Poison(cmd) =
                    planner.push_failed(&names(limit), Failure::Server, now, 0.0)
                {
                    poison = Some(cmd);
                    break;
                }
            }
            assert_eq!(poison.is_some(), alive);
        }
    }

    #[test]
    fn edits_wait_for_a_snapshot() {
        let mut planner = known();
        planner.pulled(true);
        planner.snapshot(true);
        assert_eq!(planner.next(SECOND), Step::Pull);
        planner.pulled(false);
        assert_eq!(planner.next(SECOND), Step::Wait(None));
        planner.snapshot(false);
        planner.pulled(false);
        assert_eq!(planner.next(SECOND), Step::Push(100));
    }

    proptest! {
        #[test]
        fn never_more_than_one_failing_request_a_second(
            chances in prop::collection::vec(0.0..1.0_f64, 30), pushes in prop::collection::vec(any::<bool>(), 30),
        ) {
            let mut planner = known();
            let mut now = Duration::ZERO;
            for (chance, push) in chances.into_iter().zip(pushes) {
                planner.edited();
                planner.news();
                if push {
                    planner.push_failed(&names(1), Failure::Line, now, chance);
                } else {
                    planner.failed(Failure::Server, now, chance);
                }
                let Step::Wait(Some(until)) = planner.next(now) else {
                    return Err(TestCaseError::fail("no wait"));
                };
                prop_assert!(until >= now + SECOND && until <= now + LONGEST);
                now = until;
            }
        }
    }
}
