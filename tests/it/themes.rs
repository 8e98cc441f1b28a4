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
