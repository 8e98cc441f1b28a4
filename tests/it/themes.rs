//! Colours that can be read: every shipped theme, by the contrast of WCAG 2.2.

use cnm::theme::{Colour, SHIPPED, Theme};

/// Roles that carry words or figures on the ground.
const WORDS: &[&str] = &[
    "text", "dim", "accent", "key", "mark", "good", "warn", "bad", "info", "bar", "network",
    "person", "hours", "edge", "busy",
];

/// Roles that stand on the header and the status row too.
const ON_STRIP: &[&str] = &["text", "dim", "key", "mark", "good", "warn", "bad", "info"];

/// Roles that only draw lines, where the weight of a shape is enough.
const LINES: &[&str] = &["frame", "frame_focus", "bar_rest"];

/// Roles that are grounds.
const GROUNDS: &[&str] = &["ground", "cursor_ground", "strip"];

/// Contrast that words need, after WCAG 2.2, 1.4.3.
const READABLE: f64 = 4.5;

/// Contrast that lines need, after WCAG 2.2, 1.4.11.
const VISIBLE: f64 = 3.0;

/// Relative luminance of an sRGB colour, after WCAG 2.2.
fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
}

/// Contrast ratio of two colours, from 1 to 21, after WCAG 2.2.
fn contrast(one: (u8, u8, u8), other: (u8, u8, u8)) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn colour(theme: &Theme, role: &str) -> Option<(u8, u8, u8)> {
    let colours = theme.colours();
    let (_, colour) = colours.iter().find(|(name, _)| *name == role)?;
    match *colour {
        Colour::Rgb(red, green, blue) => Some((red, green, blue)),
        Colour::Terminal | Colour::Ansi(_) => None,
    }
}

/// Says where two roles of a theme are too much alike, where both have colours of their own.
fn too_faint(theme: &Theme, role: &str, ground: &str, least: f64) -> Option<String> {
    let ratio = contrast(colour(theme, role)?, colour(theme, ground)?);
    (ratio < least).then(|| {
        format!(
            "{}: {role} on {ground} has a contrast of {ratio:.2}, less than {least}",
            theme.name
        )
    })
}

fn pairs() -> Vec<(&'static str, &'static str, f64)> {
    let mut pairs = vec![
        ("cursor_text", "cursor_ground", READABLE),
        ("accent", "strip", READABLE),
    ];
    pairs.extend(WORDS.iter().map(|role| (*role, "ground", READABLE)));
    pairs.extend(ON_STRIP.iter().map(|role| (*role, "strip", READABLE)));
    pairs.extend(LINES.iter().map(|role| (*role, "ground", VISIBLE)));
    pairs
}

#[test]
fn every_shipped_theme_can_be_read() {
    let wrongs: Vec<String> = SHIPPED
        .iter()
        .map(|(name, _)| Theme::shipped(name).unwrap())
        .flat_map(|theme| {
            pairs()
                .into_iter()
                .filter_map(move |(role, ground, least)| too_faint(&theme, role, ground, least))
        })
        .collect();
    assert!(wrongs.is_empty(), "\n  {}\n", wrongs.join("\n  "));
}

#[test]
fn every_colour_of_a_theme_is_judged() {
    for role in Theme::ROLES {
        let judged = pairs()
            .iter()
            .any(|(name, ground, _)| name == role || ground == role);
        assert!(
            judged || GROUNDS.contains(role),
            "`{role}` is compared with nothing"
        );
    }
    let coloured = SHIPPED
        .iter()
        .filter(|(name, _)| colour(&Theme::shipped(name).unwrap(), "text").is_some());
    assert!(
        coloured.count() > 0,
        "no shipped theme has colours of its own"
    );
}

#[test]
fn contrast_is_measured_as_the_standard_says() {
    assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 1e-9);
    // #777777 on white is the grey that just fails.
    let grey = contrast((0x77, 0x77, 0x77), (255, 255, 255));
    assert!(grey > 4.47 && grey < 4.49, "{grey}");
    let text = "name = \"faint\"\ninherits = \"midnight\"\n[colours]\ntext = \"#303440\"\n";
    let faint = Theme::read(text, "faint.toml", &|_| None).unwrap();
    assert!(too_faint(&faint, "text", "ground", READABLE).is_some());
}

/// Linear light of an sRGB value.
fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

/// How a colour looks to an eye without red or green cones, in linear light: Viénot, Brettel, Mollon (1999).
fn seen_by(kind: &str, (red, green, blue): (u8, u8, u8)) -> [f64; 3] {
    let (red, green, blue) = (linear(red), linear(green), linear(blue));
    let (from_red, from_green, tint) = match kind {
        "protanope" => (0.112_38, 0.887_62, 0.004_01),
        _ => (0.292_75, 0.707_25, -0.022_34),
    };
    let mixed = from_red * red + from_green * green;
    [mixed, mixed, tint * (red - green) + blue]
}

/// CIE L*a*b* of linear sRGB, for the white of D65.
fn lab([red, green, blue]: [f64; 3]) -> [f64; 3] {
    let x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.950_47;
    let y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.088_83;
    let root = |part: f64| {
        if part > 0.008_856 {
            part.cbrt()
        } else {
            7.787 * part + 16.0 / 116.0
        }
    };
    let (x, y, z) = (root(x), root(y), root(z));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

#[test]
fn eyes_that_do_not_tell_red_from_green_tell_good_from_bad_in_the_themes_made_for_them() {
    for name in ["okabe", "okabe-light"] {
        let theme = Theme::shipped(name).unwrap();
        for kind in ["protanope", "deuteranope"] {
            for (one, other) in [("good", "bad"), ("good", "warn"), ("warn", "bad")] {
                let look = |role| lab(seen_by(kind, colour(&theme, role).unwrap()));
                let (left, right) = (look(one), look(other));
                let apart: f64 = left
                    .iter()
                    .zip(right)
                    .map(|(left, right)| (left - right).powi(2))
                    .sum();
                // A difference of 2.3 can just be seen; this one is seen at a glance.
                assert!(
                    apart.sqrt() > 15.0,
                    "{name}, {kind}: {one} and {other} are {:.1} apart",
                    apart.sqrt()
                );
            }
        }
    }
}

#[test]
fn there_is_a_theme_for_every_eye_and_terminal() {
    let themes: Vec<Theme> = SHIPPED
        .iter()
        .map(|(name, _)| Theme::shipped(name).unwrap())
        .collect();
    assert!(themes.len() >= 8);
    assert!(themes.iter().filter(|theme| theme.light).count() >= 2);
    let ansi = Theme::shipped("ansi").unwrap();
    assert!(
        ansi.colours()
            .iter()
            .all(|(_, colour)| !matches!(colour, Colour::Rgb(..)))
    );
    for theme in &themes {
        let Some(ground) = colour(theme, "ground") else {
            continue;
        };
        assert_eq!(theme.light, luminance(ground) > 0.5, "{}", theme.name);
    }
}

#[test]
fn every_word_on_screen_can_be_read_in_every_theme() {
    use cnm::text::Glyphs;
    use cnm::ui::{Depth, Look};
    use ratatui::style::Color;

    let look = Look {
        depth: Depth::TrueColour,
        glyphs: Glyphs::Unicode,
    };
    let rgb = |color: Color| match color {
        Color::Rgb(red, green, blue) => Some((red, green, blue)),
        _ => None,
    };
    let mut wrongs = std::collections::BTreeSet::new();
    for (name, _) in SHIPPED {
        for keys in ["1", "2 j", "3", "4", "5", "6", "2 :", "2 ?", "g x"] {
            let mut app = crate::desk::console(&crate::desk::morning(), (120, 40));
            app.theme = Theme::shipped(name).unwrap();
            crate::desk::press(&mut app, keys);
            let buffer = crate::desk::draw(&app, look);
            for cell in &buffer.content {
                let letter = cell
                    .symbol()
                    .chars()
                    .next()
                    .is_some_and(char::is_alphanumeric);
                let (Some(fg), Some(bg)) = (rgb(cell.fg), rgb(cell.bg)) else {
                    continue;
                };
                if letter && contrast(fg, bg) < READABLE {
                    wrongs.insert(format!(
                        "{name}, {keys}: {fg:?} on {bg:?}: {:.2}",
                        contrast(fg, bg)
                    ));
                }
            }
        }
    }
    assert!(wrongs.is_empty(), "{wrongs:#?}");
}
