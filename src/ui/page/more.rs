//! What is known of the row under the cursor beyond its cells.

use super::rows::{effect_words, happened};
use crate::app::App;
use crate::figure::Figure;
use crate::pane::{Place, Tab, link_of};
use crate::portfolio::{ComparatorKind, Effect, EffectVerdict};
use crate::record::{
    AnyRef, CoachingAction, DimensionScore, DimensionSet, Goal, Id, MetricPoint, Note,
    Participation, Person, PointStatus,
};
use crate::ui::canvas::{Canvas, piece};
use crate::ui::sheet::Sheet;
use crate::ui::table::{self, number_words};
use crate::when::clock;

/// Fills the sheet below the list.
pub(super) fn fill(canvas: &Canvas<'_>, app: &App, tab: Tab, key: &str, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    match tab {
        Tab::Goals => goal(canvas, app, key, sheet),
        Tab::Coaching => coaching(canvas, app, key, sheet),
        Tab::Campaigns => {
            let part = app.world.table::<Participation>().record(key);
            let campaign = part.and_then(|part| part.campaign.as_ref());
            // What it is about comes before what the CN said.
            for link in campaign.map(Id::link).into_iter().chain([link_of(
                Place::Page(tab),
                tab.kind(),
                key,
            )]) {
                fields(canvas, app, &link, sheet);
            }
        }
        Tab::Figures => figures(canvas, app, key, sheet),
        Tab::Dimensions => dimension(canvas, app, key, sheet),
        Tab::Contacts => {
            if let Some(person) = app.world.table::<Person>().record(key) {
                for handle in &person.handles {
                    let style = if handle.preferred {
                        paint.strong()
                    } else {
                        paint.text()
                    };
                    sheet.line(&handle.channel, vec![piece(handle.address.clone(), style)]);
                }
            }
        }
        Tab::Timeline => {
            if let Some(link) = AnyRef::parse(key) {
                let note = link.id_of::<Note>().and_then(|id| app.world.get(&id));
                match note {
                    Some(note) => sheet.text("note", &note.text, paint.text()),
                    None => sheet.text("", &happened(app, &link), paint.text()),
                }
            }
        }
        _ => {
            let link = link_of(Place::Page(tab), tab.kind(), key);
            fields(canvas, app, &link, sheet);
        }
    }
}

fn fields(canvas: &Canvas<'_>, app: &App, link: &AnyRef, sheet: &mut Sheet) {
    for (name, words) in table::field_lines(app, link) {
        sheet.text(
            &crate::text::truncate(&name, 8),
            &words,
            canvas.paint.text(),
        );
    }
}

fn figure_words(figure: &Figure, factor: f64, unit: &str) -> String {
    let value = figure
        .value
        .map_or("–".to_owned(), |value| number_words(value * factor));
    let interval = figure
        .certainty
        .interval()
        .map(|range| {
            format!(
                " ({} to {})",
                number_words(range.lo * factor),
                number_words(range.hi * factor)
            )
        })
        .unwrap_or_default();
    format!(
        "{value}{unit}{interval}, n {}, {}",
        figure.of.n, figure.of.window
    )
}

fn goal(canvas: &Canvas<'_>, app: &App, key: &str, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    let id = Id::<Goal>::new(key);
    let pace = app.page.shown().and_then(|page| page.goals.get(&id));
    match pace {
        Some(Ok(pace)) => {
            sheet.text("so far", &figure_words(&pace.so_far, 1.0, ""), paint.text());
            if let Some(rate) = pace.rate_per_day {
                let need = pace
                    .need_per_day
                    .map(|need| format!("; needs {} a day", number_words(need)))
                    .unwrap_or_default();
                let words = format!("{} a day so far{need}", number_words(rate));
                sheet.text("pace", &words, paint.text());
            }
            match &pace.projection {
                Some(projection) => {
                    let words = figure_words(&projection.at_end, 1.0, "");
                    sheet.text("ends at", &words, paint.text());
                }
                None => sheet.text("ends at", "not projected before the third day", paint.dim()),
            }
        }
        Some(Err(gap)) => sheet.text("", gap.words(), paint.dim()),
        None => {}
    }
    if let Some(goal) = app.world.get(&id)
        && let Some(at) = goal.aligned_at
    {
        let by = goal
            .aligned_by
            .as_ref()
            .map(|id| app.world.title(&id.link()));
        let words = format!(
            "{} by {}",
            clock::stamp(at, &app.world.view.zone),
            by.unwrap_or_default()
        );
        sheet.text("agreed", &words, paint.text());
    }
}

fn coaching(canvas: &Canvas<'_>, app: &App, key: &str, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    let id = Id::<CoachingAction>::new(key);
    let Some(action) = app.world.get(&id) else {
        return;
    };
    match app.page.shown().and_then(|page| page.effects.get(&id)) {
        Some(Ok(effect)) => windows(canvas, effect, sheet),
        Some(Err(error)) => sheet.text("", &error.to_string(), paint.warn()),
        None => {}
    }
    sheet.text("why", &action.opportunity, paint.text());
    sheet.text("notes", &action.notes, paint.text());
}

fn windows(canvas: &Canvas<'_>, effect: &Effect, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    sheet.text(
        "before",
        &figure_words(&effect.before, 1.0, " a day"),
        paint.text(),
    );
    sheet.text(
        "after",
        &figure_words(&effect.after, 1.0, " a day"),
        paint.text(),
    );
    let against = match effect.comparator {
        Some(comparator) => {
            let who = match comparator.kind {
                ComparatorKind::OtherNetworks => "CNs of a like level, not coached",
                ComparatorKind::OwnHistory => "earlier windows of the same CN",
            };
            format!("{} {who}", comparator.n)
        }
        None => "nothing to compare with".to_owned(),
    };
    sheet.text("against", &against, paint.dim());
    // What is too early to be judged shows no number that one could fall for.
    let words = match effect.verdict {
        EffectVerdict::TooEarly => effect.verdict.words().to_owned(),
        verdict => format!("{}: {}", verdict.words(), effect_words(effect)),
    };
    sheet.text("effect", &words, paint.strong());
}

fn dimension(canvas: &Canvas<'_>, app: &App, key: &str, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    let Some(network) = app.screen.network() else {
        return;
    };
    let (set, rows) = crate::pane::dimension_rows(&app.world, &network);
    let Some(set) = set.and_then(|id| app.world.get::<DimensionSet>(&id)) else {
        return;
    };
    let score = app.world.table::<DimensionScore>().record(key);
    let name = score.map_or_else(|| key.trim_start_matches('?'), |score| score.key.as_str());
    if let Some(one) = set.dimensions.iter().find(|one| one.key == name) {
        sheet.text("how", &one.guidance, paint.text());
        let rows = app.page.of(&network).map_or(&[][..], |page| &page.rows);
        for metric in &one.evidence_metrics {
            let found = rows.iter().find(|row| row.metric == *metric);
            let words = match found {
                Some(row) => format!(
                    "{} {} (n {}), {}",
                    row.name,
                    row.value.map_or("–".to_owned(), number_words),
                    row.n.map_or("–".to_owned(), |n| n.to_string()),
                    row.window()
                ),
                None => format!("{}: no figure", metric.as_str()),
            };
            sheet.text("evidence", &words, paint.dim());
        }
    }
    if let Some(score) = score {
        sheet.text("why", &score.note, paint.text());
    }
    let other = rows
        .iter()
        .find(|row| row.key == name)
        .and_then(|row| row.other.as_ref());
    if let Some(other) = other.and_then(|id| app.world.get(id)) {
        let value = other
            .value
            .map_or("–".to_owned(), |value| value.to_string());
        let words = format!(
            "{value} under v{}: another scale, not compared",
            other.version
        );
        sheet.text("earlier", &words, paint.dim());
    }
}

fn figures(canvas: &Canvas<'_>, app: &App, key: &str, sheet: &mut Sheet) {
    let paint = &canvas.paint;
    let Some(network) = app.screen.network() else {
        return;
    };
    let id = Id::<MetricPoint>::new(key);
    let rows = app.page.of(&network).map_or(&[][..], |page| &page.rows);
    let Some(row) = rows.iter().find(|row| row.point == id) else {
        return;
    };
    sheet.text("is", &row.formula, paint.text());
    sheet.text("unit", &row.unit, paint.text());
    sheet.text("window", &row.window(), paint.text());
    let n = row.n.map_or("not known".to_owned(), |n| n.to_string());
    let least = match row.min_n {
        Some(least) if row.n.is_some_and(|n| n < least) => {
            format!("; below {least} it is not ranked")
        }
        _ => String::new(),
    };
    sheet.text("n", &format!("{n}{least}"), paint.text());
    if let Some((lo, hi)) = row.interval {
        let words = format!("{} to {}", number_words(lo), number_words(hi));
        sheet.text("interval", &words, paint.text());
    }
    if let Some(at) = row.as_of {
        sheet.text(
            "data of",
            &clock::stamp(at, &app.world.view.zone),
            paint.text(),
        );
    }
    sheet.text("source", &row.source, paint.text());
    let status = match row.status {
        PointStatus::Provisional => "provisional: it may still change",
        PointStatus::Restated => "restated: it changed after it had been final",
        _ => "final",
    };
    sheet.text("status", status, paint.text());
    if let Some(growth) = app.page.shown().and_then(|page| {
        page.growth
            .iter()
            .find(|growth| growth.metric == row.metric)
    }) {
        let pairs = [
            ("to date", growth.to_date),
            ("month", growth.month),
            ("year", growth.year),
        ];
        for (label, growth) in pairs {
            if let Some(growth) = growth {
                let per_day = growth
                    .per_day
                    .map(|change| format!(", {change:.0} a day"))
                    .unwrap_or_default();
                let words = format!("{:.0}{per_day}, {}", growth.change, growth.now.of.window);
                sheet.text(label, &words, paint.text());
            }
        }
    }
}
