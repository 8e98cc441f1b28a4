//! The pictures of the README, drawn by the program itself.
//!
//! `UPDATE_DOCS=1 cargo test --test it pictures` writes them anew.

pub(crate) mod cache;
mod svg;

use cnm::text::Glyphs;
use cnm::theme::Theme;
use cnm::ui::{Depth, Look};
use jiff::SignedDuration;

use crate::desk;
use crate::generated::keep;
use cache::Cache;

/// A picture: its name, the keys that lead to it, its size, its theme.
struct Picture {
    name: &'static str,
    keys: &'static str,
    size: (u16, u16),
    theme: &'static str,
}

const fn picture(name: &'static str, keys: &'static str, size: (u16, u16)) -> Picture {
    Picture {
        name,
        keys,
        size,
        theme: "midnight",
    }
}

const PICTURES: &[Picture] = &[
    picture("today", "1", (120, 40)),
    picture("inbox", "2 j", (120, 36)),
    picture("reply", "2 j r", (120, 36)),
    picture("funnel", "3 j j j j j j", (120, 30)),
    picture("network", "4 j j j j", (120, 36)),
    picture("slots", "6", (120, 24)),
    Picture {
        theme: "daylight",
        ..picture("light", "2 j", (120, 36))
    },
    Picture {
        theme: "ansi",
        ..picture("ansi", "5", (80, 24))
    },
];

#[test]
fn pictures_are_up_to_date() {
    let cache = Cache::morning();
    for picture in PICTURES {
        let (mut app, effects) = desk::opened(&cache.me, cache.working(), picture.size);
        cache.answer(&mut app, &effects);
        app.theme = Theme::shipped(picture.theme).unwrap();
        for key in picture.keys.split(' ') {
            let effects = desk::press(&mut app, key);
            cache.answer(&mut app, &effects);
        }
        desk::wait(&mut app, SignedDuration::from_secs(1));
        let look = Look {
            depth: Depth::TrueColour,
            glyphs: Glyphs::Unicode,
        };
        let drawn = svg::draw(&desk::draw(&app, look), &app.theme);
        let version = cnm::when::zone::tzdb_version();
        let drawn = drawn.replace(&format!("tzdb {version}"), "tzdb 2026");
        keep(&format!("docs/pictures/{}.svg", picture.name), &drawn);
    }
}

#[test]
fn a_picture_shows_every_letter_once_and_closes_what_it_opens() {
    let mut app = desk::console(&desk::awkward(), (80, 24));
    desk::press(&mut app, "2");
    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    let buffer = desk::draw(&app, look);
    let drawn = svg::draw(&buffer, &app.theme);
    for name in ["svg", "text", "style"] {
        let opened = drawn.matches(&format!("<{name}")).count();
        assert_eq!(
            opened,
            drawn.matches(&format!("</{name}>")).count(),
            "{name}"
        );
    }
    let shown = desk::lines(&buffer).join("\n");
    for letter in ["全", "長", "\u{645}"] {
        assert!(shown.contains(letter));
        assert_eq!(
            drawn.matches(letter).count(),
            shown.matches(letter).count(),
            "{letter}"
        );
    }
    assert!(!drawn.contains(|letter: char| letter.is_control() && letter != '\n'));
}
