//! What is told: the most severe thing first, nothing lost, and no command but the one that was meant.

use cnm::app::{App, Mode, Msg};
use cnm::pane::Tone;
use cnm::text::Glyphs;
use cnm::ui::{Depth, Look};

use crate::desk;

const PLAIN: Look = Look {
    depth: Depth::Off,
    glyphs: Glyphs::Ascii,
};

fn screen(app: &App) -> String {
    desk::lines(&desk::draw(app, PLAIN)).join("\n")
}

fn typed(app: &mut App, text: &str) {
    app.update(desk::now(), Msg::Paste(text.into()));
}

/// The words on the screen, wrapped lines put together.
fn words(app: &App) -> String {
    let shown = screen(app);
    let shown = shown.replace(['|', '!', '#', '\n'], " ");
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What comes by itself never takes the place of an error; errors come one after another, and all can be read again.
#[test]
fn an_error_is_not_hidden_by_what_comes_after_it() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    let now = desk::now();
    let first = "config.toml:2: unknown field `thme`; did you mean `theme`?";
    let second = "this machine's clock is 400 s away from the server's; set it right";
    app.update(now, Msg::Tell(Tone::Error, first.into()));
    app.update(
        now,
        Msg::Tell(Tone::Info, "other consoles cannot be told".into()),
    );
    app.update(now, Msg::Tell(Tone::Error, second.into()));
    app.update(now, Msg::Tell(Tone::Error, second.into()));
    let shown = words(&app);
    assert!(shown.contains("unknown field `thme`"), "{shown}");
    assert!(shown.contains("and 1 more: `:messages`"), "{shown}");
    assert!(!shown.contains("clock is 400 s"), "{shown}");
    // The next one is told once the first is gone.
    desk::press(&mut app, "j");
    let shown = words(&app);
    assert!(
        shown.contains("clock is 400 s") && !shown.contains("thme"),
        "{shown}"
    );
    desk::press(&mut app, "j");
    assert!(!words(&app).contains("clock is 400 s"));
    for open in ["g !", ": m e s s a g e s enter"] {
        desk::press(&mut app, open);
        assert!(
            matches!(app.mode, Mode::Sheet(_)),
            "{open}: {:?}",
            screen(&app)
        );
        let shown = words(&app);
        for told in [first, second, "other consoles cannot be told"] {
            assert!(shown.contains(told), "{open}: {told}\n{shown}");
        }
        desk::press(&mut app, "esc");
    }
}

/// What I do myself is answered, whatever stood there.
#[test]
fn an_answer_to_a_key_takes_the_place_of_an_error() {
    let mut app = desk::console(&desk::morning(), (120, 40));
    app.update(desk::now(), Msg::Tell(Tone::Error, "something old".into()));
    app.run_line("edit name= --id nothing:x");
    let notice = app.screen.notice.clone().unwrap();
    assert_eq!(notice.tone, Tone::Error);
    assert_ne!(notice.text, "something old");
}

/// A line that is no command runs none: what the shell has is told as that, and scattered letters choose nothing.
#[test]
fn enter_runs_no_other_command_than_the_one_that_is_typed() {
    for (line, told) in [
        ("doctor", "run `cnm doctor`"),
        ("demo --fresh", "run `cnm demo`"),
        ("config", "run `cnm config`"),
        ("config check", "run `cnm config`"),
        ("dctr", "no command is called `dctr`"),
        ("inbox dome", "no command is called `inbox dome`"),
    ] {
        let mut app = desk::console(&desk::morning(), (120, 40));
        desk::press(&mut app, ":");
        typed(&mut app, line);
        let effects = desk::press(&mut app, "enter");
        assert_eq!(effects, [], "{line}");
        assert!(
            matches!(app.mode, Mode::Line(_)),
            "{line}: {}",
            screen(&app)
        );
        assert!(words(&app).contains(told), "{line}: {}", screen(&app));
        assert!(app.undo.last().is_none(), "{line}");
        // Whoever goes to one of the list means it.
        desk::press(&mut app, "down");
        desk::press(&mut app, "enter");
        let shown = words(&app);
        assert!(!shown.contains("no command is called"), "{line}: {shown}");
    }
    // Words of a command and other words for it run it as before.
    for (line, label) in [
        ("done", "done"),
        ("archive", "done"),
        ("inbox done", "done"),
    ] {
        let mut app = desk::console(&desk::morning(), (120, 40));
        desk::press(&mut app, "2");
        desk::press(&mut app, "enter");
        desk::press(&mut app, ":");
        typed(&mut app, line);
        desk::press(&mut app, "enter");
        let last = app.undo.last().map(|batch| batch.label.clone());
        assert_eq!(last.as_deref(), Some(label), "{line}: {}", screen(&app));
    }
}

/// What is wrong with a field can be read to its end, however low the form is.
#[test]
fn the_error_of_a_field_can_be_read_to_its_end() {
    for size in [(80, 24), (80, 12), (60, 10), (40, 10), (100, 30)] {
        let mut app = desk::console(&desk::morning(), size);
        app.run_line("new follow_up");
        assert!(matches!(app.mode, Mode::Form(_)));
        typed(&mut app, "A title");
        desk::press(&mut app, "tab");
        typed(
            &mut app,
            "the day on which nothing that was promised is late any more",
        );
        desk::press(&mut app, "enter");
        let Mode::Form(form) = &app.mode else {
            panic!("{size:?}: {}", screen(&app))
        };
        let error = form.fields[form.current].error.clone().unwrap();
        let shown = words(&app);
        let whole = shown.contains(&error);
        let cut = shown.contains(":messages has all");
        assert!(whole || cut, "{size:?}: {error}\n{}", screen(&app));
        assert!(whole || size.1 < 12, "{size:?}: {error}\n{}", screen(&app));
        // It is kept among the messages, whole.
        let told = app.screen.told.past().next_back().unwrap().text.clone();
        assert_eq!(told, format!("due: {error}"));
    }
}
