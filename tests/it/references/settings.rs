//! The settings as `src/config.rs` declares them: names and words from the source, defaults from the program.

use cnm::config::Config;

const SOURCE: &str = include_str!("../../../src/config.rs");

/// A table of the configuration file.
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) settings: Vec<Setting>,
}

/// One setting.
pub(crate) struct Setting {
    pub(crate) name: String,
    /// As it is written in TOML.
    pub(crate) default: String,
    pub(crate) help: String,
}

/// A field of a struct of the source: its words, its name, its type.
struct Field {
    help: String,
    name: String,
    ty: String,
}

/// Lists the fields of a struct of the source.
fn fields(name: &str) -> Vec<Field> {
    let head = format!("pub struct {name} {{\n");
    let (_, after) = SOURCE
        .split_once(&head)
        .unwrap_or_else(|| panic!("no struct {name}"));
    let (body, _) = after.split_once("\n}").unwrap();
    let mut help = Vec::new();
    let mut fields = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("/// ") {
            help.push(words);
        } else if let Some((name, ty)) = line
            .strip_prefix("pub ")
            .and_then(|field| field.trim_end_matches(',').split_once(": "))
        {
            fields.push(Field {
                help: std::mem::take(&mut help).join(" "),
                name: name.to_owned(),
                ty: ty.to_owned(),
            });
        }
    }
    fields
}

/// Finds the name in TOML of a variant of an enumeration of the source.
fn renamed(variant: &str) -> Option<&'static str> {
    let (before, _) = SOURCE.split_once(&format!("\n    {variant},"))?;
    let line = before.lines().next_back()?.trim();
    let name = line.strip_prefix("#[serde(rename = \"")?;
    name.strip_suffix("\")]")
}

/// Returns the default of a setting as TOML, from how the default configuration prints itself.
fn default(section: &str, setting: &str) -> String {
    let printed = format!("{:#?}", Config::default());
    let head = format!("\n    {section}: ");
    let (_, after) = printed.split_once(&head).unwrap();
    let (_, after) = after.split_once(&format!("\n        {setting}: ")).unwrap();
    let value = after.lines().next().unwrap().trim_end_matches(',');
    renamed(value).map_or_else(|| value.to_owned(), |name| format!("{name:?}"))
}

/// Lists the sections with their settings.
pub(crate) fn sections() -> Vec<Section> {
    fields("Config")
        .into_iter()
        .map(|section| Section {
            settings: fields(&section.ty)
                .into_iter()
                .map(|field| Setting {
                    default: default(&section.name, &field.name),
                    name: field.name,
                    help: field.help,
                })
                .collect(),
            name: section.name,
            help: section.help,
        })
        .collect()
}
