//! What a CN that is new needs to graduate, by the conditions in force.

use jiff::civil::Date;

use crate::figure::{Count, Cut, Figure, Nature, Window, month_start, plus_days, plus_months};
use crate::list::World;
use crate::portfolio::{GraduationGap, Series, SeriesSet, graduation_gap};
use crate::record::{AnyRef, CriteriaSet, Lifecycle, Network};

/// What a CN that is new needs to graduate.
pub(in crate::pane) fn graduation_of(
    world: &World,
    network: &Network,
    set: &SeriesSet,
    link: &AnyRef,
    today: Date,
) -> Option<GraduationGap> {
    let is_new = matches!(network.lifecycle, Lifecycle::New | Lifecycle::Onboarding);
    if network.graduated_at.is_some() || !is_new {
        return None;
    }
    let criteria = criteria_in_force(world, today)?;
    Some(graduation_gap(criteria, network, today, |metric| {
        best_month(set.get(link, metric)?, network.signed_at)
    }))
}

/// Returns the conditions of graduation in force: the latest that have begun (UTC).
fn criteria_in_force(world: &World, today: Date) -> Option<&CriteriaSet> {
    world
        .table::<CriteriaSet>()
        .records()
        .filter(|(_, set)| set.effective_from.is_none_or(|from| from <= today))
        .max_by_key(|(id, set)| (set.effective_from, (*id).clone()))
        .map(|(_, set)| set)
}

/// The days of the month in which a CN signed, where that month has no figure of its own: all of them are known, and
/// what they add up to is no more than the month would have been.
fn first_part(series: &Series, signed: Date) -> Option<Figure> {
    let first = month_start(signed);
    let told = series.month(first).is_some()
        || series
            .latest_to_date()
            .is_some_and(|point| point.first == first);
    if told || series.nature != Nature::Flow {
        return None;
    }
    let last = plus_days(plus_months(first, 1), -1);
    let days: Option<Vec<f64>> = series.days(signed, last).into_iter().collect();
    let days = days.filter(|days| !days.is_empty())?;
    let window = Window::Utc {
        cut: Cut::Days,
        from: signed,
        to: last,
    };
    let count = Count::new(days.len() as u64, window, series.as_of());
    Some(Figure::counted(days.iter().sum(), count))
}

/// The best calendar month since signing, the running one included: conditions speak of a calendar month. Of the month in
/// which it signed its days count.
fn best_month(series: &Series, signed: Option<Date>) -> Option<Figure> {
    let since = signed.map(month_start);
    let after = |first: Date| since.is_none_or(|since| first >= since);
    let whole = series
        .months()
        .filter(|month| after(month.first))
        .map(|month| Figure::counted(month.total, month.count()));
    let running = series
        .latest_to_date()
        .filter(|point| after(point.first))
        .map(|point| Figure::counted(point.total, point.count()));
    whole
        .chain(running)
        .chain(signed.and_then(|signed| first_part(series, signed)))
        .max_by(|a, b| {
            let value = |figure: &Figure| figure.value.unwrap_or(f64::MIN);
            value(a).total_cmp(&value(b))
        })
}
