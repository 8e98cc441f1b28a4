//! What Today, the inbox and the rows around them promise at every size.

use std::collections::BTreeSet;

use cnm::app::{App, Mode, Msg};
use cnm::effect::Effect;
use cnm::keymap::{Keymap, Preset};
use cnm::pane::{Focus, Place, Pointing, Spot, Tone};
use cnm::record::Kind;
use cnm::text::Glyphs;
use cnm::theme::Theme;
use cnm::ui::{self, Depth, Look};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use crate::desk;

const LOOK: Look = Look {
    depth: Depth::TrueColour,
    glyphs: Glyphs::Unicode,
};

const WIDTHS: [u16; 7] = [40, 60, 80, 100, 120, 160, 300];

fn shown(app: &App) -> Vec<String> {
    desk::lines(&desk::draw(app, LOOK))
}

fn words(line: &str) -> BTreeSet<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_bar_of_a_prefix_is_there_at_once_and_moves_nothing() {
    let rows = desk::morning();
    for width in WIDTHS {
        for (prefix, word) in [("f", "follow-up"), ("s", "snooze")] {
            let mut app = desk::console(&rows, (width, 24));
            desk::press(&mut app, "2");
            let before = shown(&app);
            desk::press(&mut app, prefix);
            let after = shown(&app);
            let bar = after.get(21).unwrap();
            assert!(bar.contains(word), "{width}: {bar}");
            assert!(bar.contains("t t"), "{width}: {bar}");
            // The header, the place and the footer stand as they did; the status row names the keys.
            assert_eq!(before.get(..21), after.get(..21), "{width}");
            assert_eq!(before.get(23), after.get(23), "{width}");
            assert!(after.get(22).unwrap().contains(prefix), "{width}");
        }
    }
}

#[test]
fn the_status_row_leaves_out_whole_parts_and_cuts_no_word() {
    let rows = desk::morning();
    let mut all: BTreeSet<String> = ["…".to_owned()].into();
    for width in WIDTHS.into_iter().rev() {
        let mut app = desk::console(&rows, (width, 24));
        desk::press(&mut app, "2 x e x");
        app.screen.say(
            Tone::Error,
            "not saved: the outbox is full; free some room on the disk and try again",
        );
        let lines = shown(&app);
        let status = words(lines.get(22).unwrap());
        if width == 300 {
            all.extend(status);
        } else {
            let cut: Vec<&String> = status.difference(&all).collect();
            assert!(cut.is_empty(), "{width}: {cut:?}");
            // In the status row, or above it where it takes several.
            assert!(
                lines.iter().any(|line| line.contains("not saved:")),
                "{width}: what went wrong is shown first"
            );
        }
    }
}

#[test]
fn a_step_of_the_cursor_on_today_writes_two_rows() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    let before = desk::draw(&app, LOOK);
    desk::press(&mut app, "j");
    let after = desk::draw(&app, LOOK);
    let changed: BTreeSet<u16> = before.diff(&after).into_iter().map(|(_, y, _)| y).collect();
    assert_eq!(changed.len(), 2, "{changed:?}");
}

#[test]
fn what_is_done_is_counted_on_today() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    let waiting = app.screen.tally.waiting;
    let done = app.screen.tally.done;
    assert!(waiting > 0);
    desk::press(&mut app, "2 e");
    assert_eq!(app.screen.tally.waiting, waiting - 1);
    assert_eq!(app.screen.tally.done, done + 1);
    desk::press(&mut app, "1");
    let headline = shown(&app).get(1).cloned().unwrap();
    let words = format!("{} done", done + 1);
    assert!(headline.contains(&words), "{headline}");
    desk::press(&mut app, "u");
    assert_eq!(app.screen.tally.waiting, waiting);
    assert_eq!(app.screen.tally.done, done);
}

#[test]
fn the_splits_agree_with_the_list() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "2");
    for _ in 0..app.screen.tally.splits.len() {
        let shelf = app.screen.shelf(Place::Inbox).unwrap();
        let split = app.screen.tally.splits.get(shelf.split).unwrap();
        assert_eq!(split.threads, shelf.list.len(), "{}", split.name);
        desk::press(&mut app, "tab");
    }
}

#[test]
fn a_count_says_that_it_is_waiting() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (80, 24));
    desk::press(&mut app, "2 0 5");
    let status = shown(&app).get(22).cloned().unwrap();
    assert!(status.contains("5×"), "{status}");
    desk::press(&mut app, "?");
    let help = shown(&app).join("\n");
    assert!(help.contains("a count begins with a digit"), "{help}");
}

#[test]
fn the_footer_always_names_the_key_that_shows_all_keys() {
    let rows = desk::morning();
    for width in WIDTHS {
        for place in ["1", "2", "3", "4", "5", "6"] {
            let mut app = desk::console(&rows, (width, 24));
            desk::press(&mut app, place);
            let lines = shown(&app);
            let footer = lines.get(23).unwrap();
            assert!(footer.contains("? keys"), "{width} {place}: {footer}");
        }
    }
}

fn order(app: &App, place: Place) -> Vec<String> {
    app.screen.shelf(place).unwrap().list.order().to_vec()
}

#[test]
fn undo_brings_rows_back_to_where_they_were() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "2 j j x x");
    let (before, cursor) = {
        let list = app.screen.list().unwrap();
        (list.order().to_vec(), list.cursor().map(str::to_owned))
    };
    desk::press(&mut app, "e");
    assert_eq!(order(&app, Place::Inbox).len(), before.len() - 2);
    desk::press(&mut app, "u");
    let list = app.screen.list().unwrap();
    assert_eq!(list.order(), before);
    assert_eq!(list.cursor().map(str::to_owned), cursor);
    assert_eq!(list.waiting(), 0, "what I brought back waits for no call");
}

#[test]
fn what_i_made_is_in_its_list_at_once() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    let before = order(&app, Place::FollowUps).len();
    desk::press(&mut app, "2 f t");
    assert_eq!(order(&app, Place::FollowUps).len(), before + 1);
}

#[test]
fn threads_that_are_alike_are_marked_together() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "2");
    let threads = order(&app, Place::Inbox);
    let group = app
        .screen
        .tally
        .groups
        .iter()
        .find(|group| group.threads.len() > 1);
    let first = match group {
        Some(group) => group.threads[0].as_str().to_owned(),
        None => threads[0].clone(),
    };
    let expected = group.map_or(1, |group| group.threads.len());
    let list = &mut app.screen.shelf_mut(Place::Inbox).list;
    assert!(list.go_to_key(&first));
    desk::press(&mut app, "A");
    let list = app.screen.list().unwrap();
    assert!(list.is_marked(&first));
    assert!(list.mark_count() >= expected);
}

#[test]
fn the_inbox_begins_with_what_is_urgent_and_keeps_senders_together() {
    let rows = desk::morning();
    let app = desk::console(&rows, (120, 40));
    let threads = app.world.table::<cnm::record::Thread>();
    let mut last = None;
    let mut seen = BTreeSet::new();
    let mut clock = None;
    for key in order(&app, Place::Inbox) {
        let thread = threads.record(&key).unwrap();
        let read = app.screen.readings.of(&cnm::record::Id::new(&key)).unwrap();
        let mark = cnm::triage::Mark::of(thread, read, &app.world.view);
        assert!(last.is_none_or(|last| last <= mark), "{key}");
        if mark == cnm::triage::Mark::Urgent {
            assert!(clock <= thread.sla_due, "{key}");
            clock = thread.sla_due;
        } else if let Some(from) = &thread.from {
            let sender = (mark, from.as_str().to_owned());
            let together = seen.last() == Some(&sender) || !seen.contains(&sender);
            assert!(together || last == Some(mark), "{key}");
            seen.insert(sender);
        }
        last = Some(mark);
    }
}

#[test]
fn a_digit_before_a_verb_is_a_count_with_the_keys_that_ship() {
    let rows = desk::morning();
    let shipped = || {
        let mut app = desk::console(&rows, (120, 40));
        app.keymap = Keymap::defaults().unwrap();
        app
    };
    let mut app = shipped();
    desk::press(&mut app, "g i");
    let before = order(&app, Place::Inbox);
    desk::press(&mut app, "3");
    let screen = shown(&app).join("\n");
    assert!(
        screen.contains("a verb takes 3 rows · Enter opens Funnel"),
        "{screen}"
    );
    assert_eq!(app.screen.place, Place::Inbox, "a digit alone goes nowhere");
    desk::press(&mut app, "e");
    let left = order(&app, Place::Inbox);
    assert_eq!(left.len(), before.len() - 3);
    assert!(before[..3].iter().all(|done| !left.contains(done)));
    // One batch: one undo brings all three back.
    desk::press(&mut app, "u");
    assert_eq!(order(&app, Place::Inbox).len(), before.len());
    // A count goes before sequences too, and has several digits.
    desk::press(&mut app, "home 2 s m");
    assert_eq!(order(&app, Place::Inbox).len(), before.len() - 2);
    desk::press(&mut app, "u home 0 0 7 j 1 0 k 1 2 j");
    assert_eq!(
        app.screen.list().unwrap().position(),
        12.min(before.len() - 1)
    );

    // The number of a tab with Enter opens it, and the header says the numbers.
    for (number, place) in Place::TABS.into_iter().enumerate() {
        let number = number + 1;
        desk::press(&mut app, &format!("{number} enter"));
        assert_eq!(app.screen.place, place);
        desk::press(&mut app, &format!("alt-{number}"));
        assert_eq!(app.screen.place, place);
    }
    desk::press(&mut app, "9 enter");
    assert!(
        app.screen
            .notice
            .as_ref()
            .unwrap()
            .text
            .contains("no tab 9")
    );
    assert!(shown(&app)[0].contains("2 Inbox"), "{}", shown(&app)[0]);
    desk::press(&mut app, "2 esc j");
    assert_eq!(app.count, None);

    // The follow-ups count in the same way.
    desk::press(&mut app, "5 enter home");
    let before = order(&app, Place::FollowUps).len();
    desk::press(&mut app, "4 s 2 u 2 e");
    assert_eq!(order(&app, Place::FollowUps).len(), before - 2);
}

#[test]
fn digits_open_tabs_at_once_where_the_user_or_an_old_keymap_wants_it() {
    let rows = desk::morning();
    for keymap in [
        Keymap::defaults().unwrap().with_digits(true).unwrap(),
        Keymap::shipped(Preset::Plain, "")
            .unwrap()
            .with_digits(true)
            .unwrap(),
        Keymap::shipped(Preset::Vim, "v1").unwrap(),
        Keymap::defaults()
            .unwrap()
            .with_user("[everywhere]\n2 = \"pane show inbox\"\n", "keymap.toml")
            .unwrap(),
    ] {
        let mut app = desk::console(&rows, (120, 40));
        app.keymap = keymap;
        desk::press(&mut app, "2");
        assert_eq!(app.screen.place, Place::Inbox);
        let before = order(&app, Place::Inbox).len();
        desk::press(&mut app, "0 3 e");
        assert_eq!(order(&app, Place::Inbox).len(), before - 3);
    }
    // Asked for, the digits of the old keys are counts too.
    let old = Keymap::shipped(Preset::Plain, "v1").unwrap();
    let mut app = desk::console(&rows, (120, 40));
    app.keymap = old.with_digits(false).unwrap();
    desk::press(&mut app, "g i");
    let before = order(&app, Place::Inbox).len();
    desk::press(&mut app, "3 e");
    assert_eq!(order(&app, Place::Inbox).len(), before - 3);
}

/// Finds the cell where these words begin.
fn find(app: &App, words: &str) -> Position {
    let lines = shown(app);
    let y = lines.iter().position(|line| line.contains(words)).unwrap();
    let before = lines[y].split(words).next().unwrap();
    Position {
        x: u16::try_from(cnm::text::width(before)).unwrap(),
        y: u16::try_from(y).unwrap(),
    }
}

fn spots(app: &App, at: Position) -> Vec<Spot> {
    let mut buffer = Buffer::empty(Rect::new(0, 0, app.size.0, app.size.1));
    ui::paint(app, LOOK, &mut buffer).spots(at)
}

fn point(app: &mut App, pointing: Pointing, at: Position) {
    let spots = spots(app, at);
    app.update(desk::now(), Msg::Point(pointing, spots));
}

#[test]
fn a_click_goes_where_it_points_and_the_wheel_scrolls() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    let tab = find(&app, "2 Inbox");
    point(&mut app, Pointing::Click, tab);
    assert_eq!(app.screen.place, Place::Inbox);
    let first = find(&app, "▶");
    let third = Position {
        y: first.y + 2,
        ..first
    };
    point(&mut app, Pointing::Click, third);
    assert_eq!(app.screen.list().unwrap().position(), 2);
    assert_eq!(find(&app, "▶"), third);
    point(&mut app, Pointing::Click, third);
    assert_eq!(app.screen.focus, Focus::Detail, "a second click opens");
    point(&mut app, Pointing::WheelDown, third);
    assert_eq!(app.screen.list().unwrap().position(), 5);
    let split = find(&app, "CN owners");
    point(&mut app, Pointing::Click, split);
    assert_eq!(app.screen.shelf(Place::Inbox).unwrap().split, 1);

    desk::press(&mut app, "1");
    let due = find(&app, " Due ");
    let below = Position {
        x: due.x,
        y: due.y + 2,
    };
    let due = shown(&app).iter().rposition(|line| line.contains(" Due "));
    assert!(due.is_some());
    assert!(!spots(&app, below).is_empty());
}

#[test]
fn a_click_changes_nothing_that_is_being_written() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "2 r h i");
    let spots = vec![Spot::Tab(Place::Today)];
    app.update(desk::now(), Msg::Point(Pointing::Click, spots));
    assert!(matches!(app.mode, Mode::Reply(_)));
    assert_eq!(app.screen.place, Place::Inbox);
}

#[test]
fn the_row_under_the_cursor_is_one_piece_in_every_theme() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "2");
    for (name, _) in cnm::theme::SHIPPED {
        app.theme = Theme::shipped(name).unwrap();
        for depth in [Depth::TrueColour, Depth::Indexed, Depth::Ansi, Depth::Off] {
            let look = Look {
                depth,
                glyphs: Glyphs::Unicode,
            };
            let at = find(&app, "▶");
            let buffer = desk::draw(&app, look);
            let cell = |x: u16| &buffer[Position { x, ..at }];
            let first = cell(at.x);
            assert!(first.modifier.contains(Modifier::BOLD), "{name} {depth:?}");
            for x in at.x..at.x + 60 {
                let other = cell(x);
                assert_eq!(
                    (first.fg, first.bg, first.modifier),
                    (other.fg, other.bg, other.modifier),
                    "{name} {depth:?} column {x}"
                );
            }
        }
    }
}

#[test]
fn a_form_says_what_is_wrong_where_it_is_wrong_and_loses_nothing() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "5 n f C a l l tab b l u r s d a y enter");
    let Mode::Form(form) = &app.mode else {
        panic!("the form stays open")
    };
    let wrong = form.fields[form.current].error.clone().unwrap();
    assert_eq!(form.fields[form.current].info.name, "due");
    assert!(wrong.starts_with("`blursday`"), "{wrong}");
    desk::press(&mut app, "esc n f");
    let Mode::Form(form) = &app.mode else {
        panic!("the form opens again")
    };
    assert_eq!(form.fields[0].input.text(), "Call");
    desk::press(&mut app, "ctrl-r");
    let Mode::Form(form) = &app.mode else {
        panic!("the form is still there")
    };
    assert!(form.fields[0].input.is_empty());
}

#[test]
fn a_promise_in_a_reply_becomes_a_follow_up_when_i_say_so() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    let promises = app.screen.tally.promises.len();
    desk::press(&mut app, "2 r");
    app.update(desk::now(), Msg::Paste("I will send it by Friday.".into()));
    let screen = shown(&app).join("\n");
    assert!(screen.contains("Ctrl-P"), "{screen}");
    desk::press(&mut app, "ctrl-p enter");
    assert_eq!(app.screen.tally.promises.len(), promises + 1);
    desk::press(&mut app, "u");
    assert_eq!(
        app.screen.tally.promises.len(),
        promises,
        "one undo for both"
    );
}

#[test]
fn every_tab_is_on_the_header_at_every_width() {
    let rows = desk::morning();
    for width in 40..=130 {
        let app = desk::console(&rows, (width, 24));
        let header = shown(&app).first().cloned().unwrap();
        for number in 1..=6 {
            assert!(header.contains(&number.to_string()), "{width}: {header}");
        }
        let tabs: String = header.chars().take_while(|letter| *letter != ':').collect();
        assert!(!tabs.contains('…'), "{width}: {header}");
    }
}

#[test]
fn a_line_that_is_refused_stays_with_the_reason() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "2 : n e w space x y z enter");
    let Mode::Line(line) = &app.mode else {
        panic!("what was typed stays")
    };
    assert_eq!(line.input.text(), "new xyz");
    desk::press(&mut app, "esc : n e w space l e a enter");
    assert!(matches!(app.mode, Mode::Form(_)), "a beginning is enough");
}

/// Draws many frames; run by hand in a release build to see what one costs.
#[test]
#[ignore = "a measurement, not a test"]
fn what_a_frame_costs() {
    let rows = desk::morning();
    for (keys, name) in [
        ("1", "today"),
        ("2", "inbox"),
        ("2 r", "reply"),
        ("?", "help"),
    ] {
        for size in [(120, 40), (200, 60)] {
            let mut app = desk::console(&rows, size);
            desk::press(&mut app, keys);
            let began = std::time::Instant::now();
            for _ in 0..200 {
                std::hint::black_box(desk::draw(&app, LOOK));
            }
            println!("{name} {size:?}: {:?} a frame", began.elapsed() / 200);
        }
    }
}

/// One answer goes to one thread, the one on screen: with marks or a count the reply box does not open on another.
#[test]
fn a_reply_box_never_opens_for_several_threads() {
    let rows = desk::morning();
    for keys in ["2 x j x r", "g i home 3 r"] {
        let mut app = desk::console(&rows, (120, 40));
        app.keymap = Keymap::defaults().unwrap();
        let keys = keys.replace("2 ", "g i ");
        desk::press(&mut app, &keys);
        assert!(matches!(app.mode, Mode::Normal), "{keys}");
        let said = app.screen.notice.clone().unwrap();
        assert!(said.text.contains("threads at once"), "{said:?}");
    }
}

/// A reply that is done again waits as long as at first, also when the first delay is over.
#[test]
fn a_reply_that_is_done_again_can_be_stopped_again() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "2 r");
    app.update(desk::now(), Msg::Paste("Tomorrow at nine.".into()));
    desk::press(&mut app, "enter");
    desk::press(&mut app, "u");
    let later = desk::now() + jiff::SignedDuration::from_mins(5);
    app.update(later, Msg::Tick);
    let effects = desk::press(&mut app, "ctrl-r");
    let said = app.screen.notice.clone().unwrap();
    assert!(said.text.contains("leaves in 10 s"), "{said:?}");
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Save(batch) => batch.edits.iter().find(|edit| edit.kind == Kind::Message),
        _ => None,
    });
    let leaves: jiff::Timestamp = sent.unwrap().patch.set["send_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(leaves, later + jiff::SignedDuration::from_secs(10));
    desk::press(&mut app, "u");
    let said = app.screen.notice.clone().unwrap();
    assert!(!said.text.contains("has left"), "{said:?}");
}

/// A thread is linked to a CN by name from a list, and a name that is typed behind a command stays.
#[test]
fn the_cn_of_a_thread_is_picked_by_name() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    desk::press(&mut app, "2 t t");
    assert!(matches!(app.mode, Mode::Pick(_)));
    let effects = desk::press(&mut app, "down enter");
    let linked = effects.iter().find_map(|effect| match effect {
        Effect::Save(batch) => batch.edits.first().cloned(),
        _ => None,
    });
    let linked = linked.unwrap_or_else(|| panic!("{:?} {:?}", app.screen.notice, app.mode));
    assert!(linked.patch.set.contains_key("network"));
    desk::press(&mut app, ":");
    app.update(desk::now(), Msg::Paste("inbox link --network al".into()));
    desk::press(&mut app, "tab");
    let Mode::Line(line) = &app.mode else {
        panic!("{:?}", app.mode)
    };
    assert_eq!(line.input.text(), "inbox link --network al");
}

/// What I hand to somebody waits with them and stays in sight of me.
#[test]
fn what_is_handed_over_waits_on_others() {
    let rows = desk::morning();
    let mut app = desk::console(&rows, (120, 40));
    let before = app.screen.tally.due.clone();
    desk::press(&mut app, "5 a enter");
    desk::press(&mut app, "enter");
    let waiting = |due: &[cnm::pane::DueTab]| {
        due.iter()
            .find(|tab| tab.view == cnm::pane::DueView::Waiting)
            .map(|tab| tab.rows)
    };
    assert_eq!(
        waiting(&app.screen.tally.due),
        waiting(&before).map(|rows| rows + 1)
    );
}

/// A Growth Lead, for whom nothing may wait, reads what waits for the team in a tab of its own; a CNM has no such tab.
#[test]
fn a_growth_lead_reads_the_threads_of_the_team() {
    let (mut app, _) = desk::opened("mei", desk::morning(), (160, 48));
    desk::press(&mut app, "2");
    let at = |app: &App| {
        let tabs = &app.screen.tally.splits;
        tabs.iter().position(|split| split.name == "Team")
    };
    let team = at(&app).unwrap();
    assert!(app.screen.tally.splits[team].threads > 0);
    app.screen.shelf_mut(Place::Inbox).split = team;
    app.update(desk::now(), Msg::Tick);
    assert_eq!(
        order(&app, Place::Inbox).len(),
        app.screen.tally.splits[team].threads
    );
    assert!(shown(&app).join("\n").contains("Team"));
    let cnm = desk::console(&desk::morning(), (160, 48));
    assert_eq!(at(&cnm), None);
}
