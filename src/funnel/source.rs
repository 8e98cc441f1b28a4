//! Win rates by source, archetype, owner or anything else, and why a total moves when its parts do not.

use std::collections::BTreeMap;

use serde::Serialize;

use super::journey::{Journeys, Outcome};
use crate::figure::{Count, Footing, Share, Verdict, Window, real};
use crate::record::Lead;

/// The win rate of one group of leads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupRate {
    /// The group, for example `referral`; empty for leads without one.
    pub group: String,
    /// Signed among those that are decided (signed or lost).
    pub won: Share,
    /// Leads of the cohort that are not decided yet: open, at rest or handed off.
    pub undecided: u64,
    /// Its place in the ranking, counted from 1; none below ten decided leads.
    pub rank: Option<u64>,
    /// How it compares with all other groups together; a colour may follow it. Too few below twenty.
    pub against_rest: Verdict,
}

/// Win rates by group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WinRates {
    /// The groups: those with a rank first, then the others, the largest first.
    pub groups: Vec<GroupRate>,
    /// All of them together.
    pub total: Share,
}

impl WinRates {
    /// Compares two groups; too few below ten decided leads in either.
    pub fn compare(&self, one: &str, other: &str) -> Option<Verdict> {
        let find = |name: &str| self.groups.iter().find(|rate| rate.group == name);
        Some(find(one)?.won.against(&find(other)?.won))
    }
}

impl Journeys<'_> {
    /// Computes the win rates of the leads that entered the funnel in a window, by group.
    ///
    /// The win rate is signed ÷ (signed + lost). Leads that were merged into others are left out; a
    /// lead that signed and was lost later counts as signed.
    pub fn win_rates(&self, window: Window, group: impl Fn(&Lead) -> String) -> WinRates {
        let mut tally: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
        let signed_at = self.pipeline.first_won();
        for journey in self.genuine() {
            if !journey.began().is_some_and(|began| window.contains(began)) {
                continue;
            }
            let entry = tally.entry(group(journey.lead)).or_default();
            let signed = signed_at.is_some_and(|rung| journey.reached(rung).is_some());
            let lost = journey
                .stays
                .last()
                .is_some_and(|stay| matches!(stay.outcome, Outcome::Lost(_)));
            match (signed, lost) {
                (true, _) => entry.0 += 1,
                (false, true) => entry.1 += 1,
                (false, false) => entry.2 += 1,
            }
        }
        let of = |n: u64| self.count(n, window);
        let signed: u64 = tally.values().map(|group| group.0).sum();
        let decided: u64 = tally.values().map(|group| group.0 + group.1).sum();
        let mut groups: Vec<GroupRate> = tally
            .into_iter()
            .map(|(group, (won, lost, undecided))| {
                let share = Share::new(won, of(won + lost));
                let rest = Share::new(signed - won, of(decided - won - lost));
                GroupRate {
                    group,
                    won: share,
                    undecided,
                    rank: None,
                    against_rest: coloured(&share, &rest),
                }
            })
            .collect();
        rank(&mut groups);
        WinRates {
            groups,
            total: Share::new(signed, of(decided)),
        }
    }
}

fn coloured(share: &Share, rest: &Share) -> Verdict {
    if share.footing().may_colour() && rest.footing().may_colour() {
        share.against(rest)
    } else {
        Verdict::TooFew
    }
}

fn rank(groups: &mut [GroupRate]) {
    groups.sort_by(|a, b| {
        let ranked = |rate: &GroupRate| rate.won.footing() != Footing::Anecdote;
        ranked(b)
            .cmp(&ranked(a))
            .then_with(|| {
                if ranked(a) && ranked(b) {
                    let share = |rate: &GroupRate| rate.won.value().unwrap_or(0.0);
                    share(b).total_cmp(&share(a))
                } else {
                    std::cmp::Ordering::Equal
                }
            })
            .then_with(|| b.won.of.n.cmp(&a.won.of.n))
            .then_with(|| a.group.cmp(&b.group))
    });
    let mut place = 0;
    for rate in groups {
        if rate.won.footing().may_rank() {
            place += 1;
            rate.rank = Some(place);
        }
    }
}

/// Why a total moved: because its parts moved, or because their weights did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mix {
    /// All groups together, before.
    pub before: Share,
    /// All groups together, after.
    pub after: Share,
    /// What the shares inside the groups contribute to the change.
    pub within: f64,
    /// What the changed weights of the groups contribute to it.
    pub mix: f64,
}

impl Mix {
    /// Returns the whole change of the total share.
    pub fn change(&self) -> f64 {
        self.within + self.mix
    }

    /// Tells whether the total moved against its parts (the paradox of Simpson).
    pub fn misleads(&self) -> bool {
        self.change() * self.within < 0.0
    }
}

/// Splits the change of a total into what happened inside the groups and what their weights did.
///
/// Source: E. M. Kitagawa, "Components of a difference between two rates", Journal of the American
/// Statistical Association 50 (1955): `Σ mean weight × change of share + Σ mean share × change of
/// weight`. A group that is missing on one side has the share of the other side there. Nothing when
/// either side is empty.
pub fn mix_shift(before: &WinRates, after: &WinRates) -> Option<Mix> {
    let (total_before, total_after) = (before.total.of.n, after.total.of.n);
    if total_before == 0 || total_after == 0 {
        return None;
    }
    let empty = |of: Count| Share::new(0, of.with(0));
    let mut pairs: BTreeMap<&str, (Share, Share)> = BTreeMap::new();
    for rate in &before.groups {
        pairs.insert(&rate.group, (rate.won, empty(after.total.of)));
    }
    for rate in &after.groups {
        pairs
            .entry(&rate.group)
            .or_insert_with(|| (empty(before.total.of), rate.won))
            .1 = rate.won;
    }
    let (mut within, mut mix) = (0.0, 0.0);
    for (old, new) in pairs.values() {
        let Some(share_before) = old.value().or(new.value()) else {
            continue;
        };
        let share_after = new.value().unwrap_or(share_before);
        let weight_before = real(old.of.n) / real(total_before);
        let weight_after = real(new.of.n) / real(total_after);
        within += f64::midpoint(weight_before, weight_after) * (share_after - share_before);
        mix += f64::midpoint(share_before, share_after) * (weight_after - weight_before);
    }
    Some(Mix {
        before: before.total,
        after: after.total,
        within,
        mix,
    })
}
