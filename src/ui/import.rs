//! What an import would change, before it is applied.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::canvas::{Canvas, Piece, piece};
use super::layout::above;
use super::sheet::Sheet;
use super::table::{self, Rows, cell, column};
use crate::app::App;
use crate::effect::RowState;
use crate::import::backstage::{ReportLine, Topic};
use crate::pane::Place;

/// Draws the report: what would change line by line, and the line under the cursor in full.
pub(super) fn draw(canvas: &mut Canvas<'_>, app: &App, area: Rect) {
    let place = Place::Import;
    let (Some(import), Some(shelf)) = (&app.screen.import, app.screen.shelf(place)) else {
        let inner = canvas.frame(area, place.title(), "", true);
        let words = [
            "Nothing waits to be imported.",
            "Type : and `import backstage FILE`: it shows what a file would change before anything does.",
            "Esc goes back.",
        ];
        table::empty(canvas, inner, &words);
        return;
    };
    let (upper, lower) = above(area, area.height.saturating_sub(7));
    let changes: usize = import.plans.iter().map(|plan| plan.changes.len()).sum();
    let count = format!("{changes} changes");
    let inner = canvas.frame(upper, "Import: nothing is changed yet", &count, true);
    let rows = Rows {
        list: &shelf.list,
        focused: true,
        titles: inner.height > 3,
    };
    let columns = [column("what", 8), column("before → after", 0)];
    table::draw(canvas, inner, &rows, &columns, |canvas, key| {
        import
            .line(key)
            .map_or((Vec::new(), RowState::Clean), |line| {
                (cells(canvas, line), RowState::Clean)
            })
    });
    let under = shelf.list.cursor().and_then(|key| import.line(key));
    let inner = canvas.frame(lower, "this line", "", false);
    let mut sheet = Sheet::new(inner);
    if let Some(line) = under {
        let (word, style) = topic(canvas, line.topic);
        sheet.text(word, &line.text, style);
    }
    sheet.whole(vec![
        piece("a", canvas.paint.key()),
        piece(" apply all of it   ", canvas.paint.dim()),
        piece("d", canvas.paint.key()),
        piece(" drop it   ", canvas.paint.dim()),
        piece("u", canvas.paint.key()),
        piece(" takes it back afterwards", canvas.paint.dim()),
    ]);
    sheet.draw(canvas, inner, 0);
}

fn cells(canvas: &Canvas<'_>, line: &ReportLine) -> Vec<Vec<Piece>> {
    let (word, style) = topic(canvas, line.topic);
    let strong = matches!(line.topic, Topic::Summary);
    let text = if strong {
        canvas.paint.strong()
    } else {
        canvas.paint.text()
    };
    vec![cell(word, style), cell(line.text.clone(), text)]
}

fn topic(canvas: &Canvas<'_>, topic: Topic) -> (&'static str, Style) {
    let paint = &canvas.paint;
    let style = match topic {
        Topic::Summary => paint.strong(),
        Topic::Warning | Topic::Column => paint.warn(),
        Topic::New => paint.good(),
        Topic::Changed => paint.info(),
        Topic::Kept => paint.dim(),
        Topic::Unmatched => paint.bad(),
    };
    (topic.word(), style)
}
