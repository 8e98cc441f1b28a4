//! Layer 4: colours by meaning.
//!
//! A theme is a TOML file with a name and a colour for each role of the screen; a theme may inherit from another.
//! Nothing here knows the terminal: turning a colour into what a terminal can show is the matter of `ui`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::keymap::line_of;

/// A colour as a theme names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The terminal's own foreground or background.
    Terminal,
    /// One of the sixteen ANSI colours.
    Ansi(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

macro_rules! roles {
    ($($(#[doc = $help:literal])+ $field:ident,)+) => {
        /// The colours by meaning.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Theme {
            /// Name of the theme.
            pub name: String,
            /// Whether it is made for a light background.
            pub light: bool,
            $($(#[doc = $help])+ pub $field: Colour,)+
        }

        impl Theme {
            /// The names of the colours.
            pub const ROLES: &'static [&'static str] = &[$(stringify!($field)),+];

            fn set(&mut self, role: &str, colour: Colour) -> bool {
                match role {
                    $(stringify!($field) => self.$field = colour,)+
                    _ => return false,
                }
                true
            }

            /// Lists the colours by name.
            pub fn colours(&self) -> Vec<(&'static str, Colour)> {
                vec![$((stringify!($field), self.$field)),+]
            }

            fn plain(name: &str) -> Self {
                Self { name: name.to_owned(), light: false, $($field: Colour::Terminal),+ }
            }
        }
    };
}

roles! {
    /// The background.
    ground,
    /// Ordinary text.
    text,
    /// Text of less weight: ages, units, hints.
    dim,
    /// Titles and the active tab.
    accent,
    /// A second accent: keys in the footer.
    key,
    /// Frames.
    frame,
    /// The frame that has the keys.
    frame_focus,
    /// The text of the row under the cursor.
    cursor_text,
    /// The ground of the row under the cursor.
    cursor_ground,
    /// Marked rows.
    mark,
    /// Good: on track, done, growing.
    good,
    /// To watch: tight, soon.
    warn,
    /// Bad: late, broken, shrinking.
    bad,
    /// To know: links, counts.
    info,
    /// Bars and sparklines.
    bar,
    /// The empty part of a bar.
    bar_rest,
    /// Names of Creator Networks.
    network,
    /// Names of people.
    person,
    /// The ground of header and status rows.
    strip,
    /// Working hours in the slots place.
    hours,
    /// Hours at the edge of the day.
    edge,
    /// Busy hours.
    busy,
}

/// The themes that ship with the program.
pub const SHIPPED: &[(&str, &str)] = &[
    ("midnight", include_str!("../themes/midnight.toml")),
    ("daylight", include_str!("../themes/daylight.toml")),
    ("okabe", include_str!("../themes/okabe.toml")),
    ("okabe-light", include_str!("../themes/okabe-light.toml")),
    ("ansi", include_str!("../themes/ansi.toml")),
    ("gruvbox", include_str!("../themes/gruvbox.toml")),
    ("nord", include_str!("../themes/nord.toml")),
    ("dracula", include_str!("../themes/dracula.toml")),
    (
        "catppuccin-mocha",
        include_str!("../themes/catppuccin-mocha.toml"),
    ),
    (
        "catppuccin-latte",
        include_str!("../themes/catppuccin-latte.toml"),
    ),
    ("tokyo-night", include_str!("../themes/tokyo-night.toml")),
    ("rose-pine", include_str!("../themes/rose-pine.toml")),
    (
        "solarized-dark",
        include_str!("../themes/solarized-dark.toml"),
    ),
    (
        "solarized-light",
        include_str!("../themes/solarized-light.toml"),
    ),
];

/// A theme that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}; {hint}")]
pub struct ThemeError {
    /// The file, as it is shown.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
}

crate::keymap::fault!(ThemeError);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    name: String,
    #[serde(default)]
    light: Option<bool>,
    #[serde(default)]
    inherits: Option<Spanned<String>>,
    #[serde(default)]
    palette: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    colours: BTreeMap<Spanned<String>, Spanned<String>>,
}

impl Theme {
    /// Returns the shipped theme of this name.
    pub fn shipped(name: &str) -> Option<Theme> {
        let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
        Self::read(text, name, &|_| None).ok()
    }

    /// Returns the theme of the terminal's own colours.
    pub fn bare() -> Theme {
        Theme::plain("bare")
    }

    /// Reads a theme file; `find` returns the text of another file by its theme's name.
    pub fn read(
        text: &str,
        file: &str,
        find: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Theme, ThemeError> {
        Self::read_at(text, file, find, &[])
    }

    fn read_at(
        text: &str,
        file: &str,
        find: &dyn Fn(&str) -> Option<String>,
        // Names of a palette that stand for nothing, which was told.
        told: &[String],
    ) -> Result<Theme, ThemeError> {
        let layers = layers(text, file, find)?;
        let (_, own) = layers
            .last()
            .ok_or_else(|| fail(text, file, 0, "the file is empty", "give it a `name`"))?;
        let mut theme = Theme::plain(&own.name);
        // The nearest word wins: a theme that only changes a name of the palette recolours what it inherits.
        let mut palette: BTreeMap<&str, &str> = BTreeMap::new();
        for (_, layer) in &layers {
            for (name, value) in &layer.palette {
                palette.insert(name, value.get_ref());
            }
            theme.light = layer.light.unwrap_or(theme.light);
        }
        // First the palettes: a wrong colour is the fault of the file that says it, not of the one that uses its name.
        for (layer, parsed) in &layers {
            let wrong = parsed
                .palette
                .values()
                .find(|value| colour(value.get_ref()).is_none());
            if let Some(value) = wrong {
                return Err(layer.fail(
                    value.span().start,
                    &format!("`{}` is not a colour", value.get_ref()),
                    "write `#rrggbb`, an ANSI name such as `bright-blue`, or `terminal`",
                ));
            }
        }
        for (layer, parsed) in &layers {
            for (role, value) in &parsed.colours {
                let name = value.get_ref().as_str();
                if !palette.contains_key(name) && told.iter().any(|told| told == name) {
                    continue;
                }
                let colour = colour(palette.get(name).copied().unwrap_or(name)).ok_or_else(|| {
                    layer.fail(
                        value.span().start,
                        &format!("`{name}` is not a colour"),
                        "write `#rrggbb`, an ANSI name such as `bright-blue`, `terminal`, or a name of [palette]",
                    )
                })?;
                if !theme.set(role.get_ref(), colour) {
                    return Err(layer.fail(
                        role.span().start,
                        &format!("`{}` is not the name of a colour", role.get_ref()),
                        &format!("known: {}", Theme::ROLES.join(", ")),
                    ));
                }
            }
        }
        for (layer, parsed) in &layers {
            if parsed.name.is_empty() {
                return Err(layer.fail(
                    0,
                    "the theme has no name",
                    "write for example `name = \"mine\"`",
                ));
            }
        }
        Ok(theme)
    }

    /// Returns all that is wrong with a theme file, in the order of its lines; see [`Theme::read`].
    pub fn faults(
        text: &str,
        file: &str,
        find: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<ThemeError> {
        let whole: toml::Table = toml::from_str(text).unwrap_or_default();
        let palette = whole.get("palette").and_then(toml::Value::as_table);
        let named: Vec<String> = palette
            .map(|palette| palette.keys().cloned().collect())
            .unwrap_or_default();
        crate::keymap::faults(text, file, |text| {
            Self::read_at(text, file, find, &named).err()
        })
    }
}

/// A theme file as it was found.
struct Layer {
    text: String,
    file: String,
}

impl Layer {
    fn fail(&self, at: usize, what: &str, hint: &str) -> ThemeError {
        fail(&self.text, &self.file, at, what, hint)
    }
}

fn fail(text: &str, file: &str, at: usize, what: &str, hint: &str) -> ThemeError {
    ThemeError {
        file: file.to_owned(),
        line: line_of(text, at),
        what: what.to_owned(),
        hint: hint.to_owned(),
    }
}

/// Reads a theme and all that it inherits from, the root first.
fn layers(
    text: &str,
    file: &str,
    find: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<(Layer, File)>, ThemeError> {
    let mut layers: Vec<(Layer, File)> = Vec::new();
    let mut next = Some((text.to_owned(), file.to_owned()));
    while let Some((text, file)) = next.take() {
        let layer = Layer { text, file };
        let parsed: File = toml::from_str(&layer.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let hint = "a theme has `name`, perhaps `inherits`, and a table `[colours]`";
            layer.fail(at, error.message(), hint)
        })?;
        if let Some(parent) = &parsed.inherits {
            let name = parent.get_ref();
            if layers.len() >= DEEPEST {
                return Err(layer.fail(
                    parent.span().start,
                    "the themes inherit from each other in a circle",
                    "take one `inherits` away",
                ));
            }
            let shipped = SHIPPED.iter().find(|(known, _)| known == name);
            let text = shipped
                .map(|(_, text)| (*text).to_owned())
                .or_else(|| find(name));
            let Some(text) = text else {
                let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
                return Err(layer.fail(
                    parent.span().start,
                    &format!("there is no theme `{name}` to inherit from"),
                    &format!("shipped: {}", known.join(", ")),
                ));
            };
            // Not one that ships: it lies beside the one that inherits from it.
            let file = if shipped.is_some() {
                name.clone()
            } else {
                let path = std::path::Path::new(&layer.file);
                path.with_file_name(format!("{name}.toml"))
                    .display()
                    .to_string()
            };
            next = Some((text, file));
        }
        layers.push((layer, parsed));
    }
    layers.reverse();
    Ok(layers)
}

/// So many themes may inherit from each other in a row.
const DEEPEST: usize = 8;

/// The names of the sixteen ANSI colours.
pub const ANSI: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// Reads a colour as a theme writes it: `terminal`, an ANSI name or `#rrggbb`.
pub fn colour(text: &str) -> Option<Colour> {
    if text == "terminal" {
        return Some(Colour::Terminal);
    }
    if let Some(number) = ANSI.iter().position(|name| *name == text) {
        return u8::try_from(number).ok().map(Colour::Ansi);
    }
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
    Some(Colour::Rgb(part(0)?, part(2)?, part(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_theme_names_every_colour() {
        for (name, text) in SHIPPED {
            let theme = Theme::read(text, name, &|_| None).unwrap();
            assert_eq!(theme.name, *name);
            for role in Theme::ROLES {
                assert!(
                    text.contains(&format!("{role} = ")) || text.contains("inherits = "),
                    "{name} leaves out {role}"
                );
            }
        }
    }

    #[test]
    fn a_changed_name_of_the_palette_recolours_what_is_inherited() {
        let text = "name = \"x\"\ninherits = \"daylight\"\n[palette]\nmint = \"#010203\"\n";
        let theme = Theme::read(text, "x.toml", &|_| None).unwrap();
        assert!(theme.light);
        assert_eq!(theme.good, Colour::Rgb(1, 2, 3));
        assert_eq!(theme.bad, Theme::shipped("daylight").unwrap().bad);
    }

    #[test]
    fn a_circle_is_told() {
        let text = "name = \"x\"\ninherits = \"y\"\n";
        let error = Theme::read(text, "x.toml", &|_| Some(text.to_owned())).unwrap_err();
        assert!(error.what.contains("circle"), "{error}");
    }

    #[test]
    fn a_wrong_colour_names_file_and_line() {
        let text = "name = \"x\"\ninherits = \"midnight\"\n[colours]\ntext = \"blu\"\n";
        let error = Theme::read(text, "x.toml", &|_| None)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("x.toml:4: `blu` is not a colour"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_colour_of_the_palette_is_the_fault_of_who_says_it() {
        let text = "name = \"x\"\ninherits = \"nord\"\n[palette]\nnord8 = \"#12345\"\n";
        let palette = SHIPPED.iter().find(|(name, _)| *name == "nord").unwrap().1;
        let used = palette
            .lines()
            .skip_while(|line| *line != "[palette]")
            .find_map(|line| line.split_once(" = ").map(|(name, _)| name))
            .unwrap();
        let text = text.replace("nord8", used);
        let error = Theme::read(&text, "themes/x.toml", &|_| None).unwrap_err();
        let error = error.to_string();
        assert!(
            error.starts_with("themes/x.toml:4: `#12345` is not a colour"),
            "{error}"
        );
        // The same where a theme of the user's inherits from another one of theirs.
        let child = "name = \"y\"\ninherits = \"x\"\n";
        let error = Theme::read(child, "themes/y.toml", &|_| Some(text.clone())).unwrap_err();
        let error = error.to_string();
        assert!(
            error.starts_with("themes/x.toml:4: `#12345` is not a colour"),
            "{error}"
        );
    }
}
