//! Where the files of the console are, and what config, keys and theme say.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::app::{Configured, Remembered};
use crate::command::{Parsing, read_steps};
use crate::config::{self, Config};
use crate::keymap::{Hook, Keymap, Macro, VERSIONS, changes, hook_faults, read_hooks};
use crate::store::Paths;
use crate::theme::Theme;

/// The folders of one console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Config, keymap, themes, token.
    pub config: PathBuf,
    /// The mirror.
    pub cache: PathBuf,
    /// The outbox and what goes with it.
    pub state: PathBuf,
}

/// A folder or a file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}; {hint}")]
pub struct HomeError {
    /// The path.
    pub path: String,
    /// Why it cannot be used.
    pub why: String,
    /// What to do.
    pub hint: String,
}

impl HomeError {
    fn new(path: &Path, why: &str, hint: &str) -> Self {
        Self {
            path: path.display().to_string(),
            why: why.to_string(),
            hint: hint.to_owned(),
        }
    }
}

impl Home {
    /// Returns the folders below one folder.
    pub fn below(folder: &Path) -> Self {
        Self {
            config: folder.join("config"),
            cache: folder.join("cache"),
            state: folder.join("state"),
        }
    }

    /// Returns the folders of this user: those below `CNM_HOME`, else those that the system has for it.
    pub fn find() -> Result<Self, HomeError> {
        if let Some(folder) = std::env::var_os("CNM_HOME").filter(|folder| !folder.is_empty()) {
            return Ok(Self::below(Path::new(&folder)));
        }
        let dirs = directories::ProjectDirs::from("", "", "cnm").ok_or_else(|| {
            HomeError::new(
                Path::new("~"),
                "no home directory was found",
                "set CNM_HOME to a folder",
            )
        })?;
        Ok(Self {
            config: dirs.config_dir().to_owned(),
            cache: dirs.cache_dir().to_owned(),
            state: dirs
                .state_dir()
                .unwrap_or_else(|| dirs.data_local_dir())
                .to_owned(),
        })
    }

    /// Returns the folder below which all of it lies, if there is one: what `CNM_HOME` names.
    pub fn folder(&self) -> Option<&Path> {
        let folder = self.state.parent()?;
        (Self::below(folder) == *self).then_some(folder)
    }

    /// Returns the files of the store.
    pub fn store(&self) -> Paths {
        Paths::new(&self.cache, &self.state)
    }

    /// Returns the configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Returns the keymap file.
    pub fn keymap_file(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    /// Returns the token file.
    pub fn token_file(&self) -> PathBuf {
        self.config.join("token")
    }

    /// Reads config, keymap and theme; a bad file is left out, and the answer says why.
    pub fn configured(&self) -> Configured {
        self.configured_over(None)
    }

    /// Reads config, keymap, hooks, macros and theme again; in the place of a bad file stands what holds now, and
    /// the answer says why.
    pub fn configured_after(&self, config: &Config, keymap: &Keymap, theme: &Theme) -> Configured {
        let mut configured = self.configured_over(Some((config, keymap, theme)));
        for problem in &mut configured.problems {
            problem.push_str("; until then the old one holds");
        }
        configured
    }

    /// Reads everything; what holds already stands in for what cannot be read, else what ships.
    fn configured_over(&self, held: Option<(&Config, &Keymap, &Theme)>) -> Configured {
        let mut problems = Vec::new();
        let config = self.config().unwrap_or_else(|problem| {
            let file = self.config_file();
            problems.extend(all_of(&file, problem, Config::faults));
            held.map_or_else(Config::default, |(config, ..)| config.clone())
        });
        let mut keymap = self.keymap(&config.keys).unwrap_or_else(|problem| {
            problems.extend(all_of(&self.keymap_file(), problem, Keymap::faults));
            let ours = || Keymap::defaults().unwrap_or_default();
            held.map_or_else(ours, |(_, keymap, _)| keymap.clone())
        });
        let none = BTreeMap::new();
        let macros = held.map_or(&none, |(_, keymap, _)| &keymap.macros);
        keymap.macros = self.macros_over(macros, &mut problems);
        keymap.themes = self.themes();
        keymap.hooks = self.hooks().unwrap_or_else(|problem| {
            problems.extend(all_of(&self.hooks_file(), problem, hook_faults));
            held.map_or_else(Vec::new, |(_, keymap, _)| keymap.hooks.clone())
        });
        let theme = self.theme_of(&config.ui).unwrap_or_else(|problem| {
            problems.extend(self.theme_faults(self.theme_name(&config.ui), problem));
            held.map_or_else(fallback_theme, |(.., theme)| theme.clone())
        });
        Configured {
            config,
            keymap,
            theme,
            problems,
        }
    }

    /// Reads the configuration.
    pub fn config(&self) -> Result<Config, String> {
        let file = self.config_file();
        match read(&file)? {
            Some(text) => {
                Config::read(&text, &file.display().to_string()).map_err(|error| error.to_string())
            }
            None => Ok(Config::default()),
        }
    }

    /// Returns the folder of the macros, a file of command lines each.
    pub fn macros_folder(&self) -> PathBuf {
        self.config.join("macros")
    }

    /// Reads the theme for the ground that this terminal was seen to have last.
    pub(super) fn theme_of(&self, ui: &config::Ui) -> Result<Theme, String> {
        self.theme(self.theme_name(ui))
    }

    /// Returns the name of the theme for the ground that this terminal was seen to have last.
    fn theme_name<'a>(&self, ui: &'a config::Ui) -> &'a str {
        let light = !ui.light_theme.is_empty() && super::ground::is_light(&self.state);
        if light { &ui.light_theme } else { &ui.theme }
    }

    /// Reads the macros; one that cannot be read is left out, and the problems say why.
    pub fn macros(&self, problems: &mut Vec<String>) -> BTreeMap<String, Macro> {
        self.macros_over(&BTreeMap::new(), problems)
    }

    /// Reads the macros; one that cannot be read stays as it is held, and the problems say why.
    fn macros_over(
        &self,
        held: &BTreeMap<String, Macro>,
        problems: &mut Vec<String>,
    ) -> BTreeMap<String, Macro> {
        let mut macros = BTreeMap::new();
        let Ok(entries) = std::fs::read_dir(self.macros_folder()) else {
            return macros;
        };
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "cnm"));
        files.sort();
        // Most people have none: the parser is built only where there is something to read.
        let mut parsing = None;
        for file in files {
            let name = file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            let found = read_macro(&file, parsing.get_or_insert_with(Parsing::new));
            let kept = found.map_or_else(
                |wrongs| {
                    problems.extend(wrongs);
                    held.get(&name).cloned()
                },
                Some,
            );
            if let Some(kept) = kept {
                macros.insert(name, kept);
            }
        }
        macros
    }

    /// Returns what to say where the default keys are not those that this user saw last.
    pub fn keys_changed(&self, keys: &config::Keys) -> Option<String> {
        let (newest, _) = VERSIONS.last()?;
        let seen = std::fs::read_to_string(self.keys_version()).ok()?;
        let (seen, _) = VERSIONS.iter().find(|(name, _)| *name == seen.trim())?;
        if seen == newest || !keys.defaults.is_empty() {
            return None;
        }
        let many = changes(keys.preset(), seen, newest).ok()?.len();
        (many > 0).then(|| {
            format!(
                "{many} default keys are new or changed since {seen}: `cnm keys --changed {seen}` lists them, \
                 `defaults = \"{seen}\"` below [keys] keeps the old ones"
            )
        })
    }

    /// Remembers that this user has seen the present default keys.
    pub fn saw_keys(&self) {
        if let Some((newest, _)) = VERSIONS.last() {
            let file = self.keys_version();
            let seen = std::fs::read_to_string(&file).unwrap_or_default();
            if seen.trim() != *newest {
                // Without it the news is told once more, and that is all.
                let _ = std::fs::write(&file, newest);
            }
        }
    }

    fn keys_version(&self) -> PathBuf {
        self.state.join("keys-version")
    }

    /// Returns the file of the hooks.
    pub fn hooks_file(&self) -> PathBuf {
        self.config.join("hooks.toml")
    }

    /// Reads the hooks.
    pub fn hooks(&self) -> Result<Vec<Hook>, String> {
        let file = self.hooks_file();
        let Some(text) = read(&file)? else {
            return Ok(Vec::new());
        };
        read_hooks(&text, &file.display().to_string(), &mut Parsing::new())
            .map_err(|error| error.to_string())
    }

    /// Writes the text of a macro, or takes its file away.
    pub fn keep_macro(&self, name: &str, text: Option<&str>) -> Result<(), String> {
        let folder = self.macros_folder();
        let file = folder.join(format!("{name}.cnm"));
        let fail = |error: std::io::Error| {
            format!(
                "{}: {error}; the macro is kept until you leave",
                file.display()
            )
        };
        let Some(text) = text else {
            return std::fs::remove_file(&file).map_err(fail);
        };
        std::fs::create_dir_all(&folder).map_err(fail)?;
        // Written beside it first: an old macro is never half of a new one.
        let draft = folder.join(format!(".{name}.{}", std::process::id()));
        std::fs::write(&draft, text)
            .and_then(|()| std::fs::rename(&draft, &file))
            .map_err(fail)
    }

    /// Reads the keymap on top of the keys that the configuration asks for.
    pub fn keymap(&self, keys: &config::Keys) -> Result<Keymap, String> {
        let file = self.keymap_file();
        let ours =
            Keymap::shipped(keys.preset(), &keys.defaults).and_then(|ours| match keys.digits {
                config::Digits::AsKeys => Ok(ours),
                digits => ours.with_digits(digits == config::Digits::Tabs),
            });
        let ours = ours.map_err(|error| error.to_string())?;
        match read(&file)? {
            Some(text) => ours
                .with_user(&text, &file.display().to_string())
                .map_err(|error| error.to_string()),
            None => Ok(ours),
        }
    }

    /// Returns all that is wrong with the themes of the user's that are not in use, and with the names of those that the
    /// configuration asks for.
    pub fn themes_aside(&self, ui: &config::Ui) -> Vec<String> {
        let used = self.theme_name(ui);
        let asked = [ui.theme.as_str(), ui.light_theme.as_str()];
        let asked = asked.into_iter().filter(|name| !name.is_empty());
        let mut names: Vec<String> = asked.map(str::to_owned).chain(self.themes()).collect();
        let shipped = |name: &str| {
            crate::theme::SHIPPED
                .iter()
                .any(|(known, _)| *known == name)
        };
        names.retain(|name| name != used && (!shipped(name) || self.theme_file(name).exists()));
        names.sort();
        names.dedup();
        let wrong = names.iter().filter_map(|name| {
            let problem = self.theme(name).err()?;
            Some(self.theme_faults(name, problem))
        });
        wrong.flatten().collect()
    }

    fn theme_file(&self, name: &str) -> PathBuf {
        self.config.join("themes").join(format!("{name}.toml"))
    }

    /// Returns all that is wrong with a theme; reading it has ended with this problem.
    fn theme_faults(&self, name: &str, problem: String) -> Vec<String> {
        let find = |parent: &str| read(&self.theme_file(parent)).ok().flatten();
        all_of(&self.theme_file(name), problem, |text, file| {
            Theme::faults(text, file, &find)
        })
    }

    /// Reads a theme: a file of the user's, else one that ships.
    pub fn theme(&self, name: &str) -> Result<Theme, String> {
        let plain = name
            .chars()
            .all(|letter| letter.is_alphanumeric() || "-_".contains(letter));
        let file = self.theme_file(name);
        if let Some(text) = plain.then(|| read(&file)).transpose()?.flatten() {
            let find = |parent: &str| read(&self.theme_file(parent)).ok().flatten();
            return Theme::read(&text, &file.display().to_string(), &find)
                .map_err(|error| error.to_string());
        }
        Theme::shipped(name).ok_or_else(|| {
            let known: Vec<&str> = crate::theme::SHIPPED
                .iter()
                .map(|(name, _)| *name)
                .collect();
            format!(
                "theme `{name}`: there is no {} and it does not ship; shipped: {}",
                file.display(),
                known.join(", ")
            )
        })
    }
}

impl Home {
    /// Reads what is remembered of the screen; nothing where it cannot be read.
    pub fn remembered(&self) -> Option<Remembered> {
        let text = read(&self.state.join(SCREEN)).ok().flatten()?;
        serde_json::from_str(&text).ok()
    }

    /// Remembers the screen; what stands in a filter is for this user's eyes only.
    pub fn remember(&self, remembered: &Remembered) {
        let file = self.state.join(SCREEN);
        let beside = self.state.join(format!("{SCREEN}.new"));
        if let Ok(text) = serde_json::to_string_pretty(remembered) {
            let written = super::outside::write_private(&beside, &text);
            let _ = written.and_then(|()| std::fs::rename(&beside, &file));
        }
    }

    /// Lists the names of the themes: those of the user's files, then those that ship.
    pub fn themes(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.config.join("themes"))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                name.strip_suffix(".toml").map(str::to_owned)
            })
            .collect();
        names.sort();
        for (name, _) in crate::theme::SHIPPED {
            if !names.iter().any(|known| known == name) {
                names.push((*name).to_owned());
            }
        }
        names
    }
}

/// Returns all that is wrong with a file; reading it has ended with this problem, which is told alone where the file
/// itself cannot be read.
fn all_of<E: ToString>(
    file: &Path,
    problem: String,
    faults: impl FnOnce(&str, &str) -> Vec<E>,
) -> Vec<String> {
    let Ok(Some(text)) = read(file) else {
        return vec![problem];
    };
    let found = faults(&text, &file.display().to_string());
    if found.is_empty() {
        return vec![problem];
    }
    found.iter().map(ToString::to_string).collect()
}

/// Reads a macro; says of each line that is none where it stands and why.
fn read_macro(file: &Path, parsing: &mut Parsing) -> Result<Macro, Vec<String>> {
    let text = read(file)
        .map_err(|problem| vec![problem])?
        .unwrap_or_default();
    match read_steps(&text, parsing) {
        Ok(steps) => Ok(Macro { text, steps }),
        Err(wrongs) => Err(wrongs
            .iter()
            .map(|(line, error)| format!("{}:{line}: {error}", file.display()))
            .collect()),
    }
}

/// The file in which the screen is remembered.
const SCREEN: &str = "screen.json";

/// The theme that always works.
pub fn fallback_theme() -> Theme {
    Theme::shipped("ansi").unwrap_or_else(Theme::bare)
}

/// Reads a file of the user's; `None` where there is none.
pub(super) fn read(file: &Path) -> Result<Option<String>, String> {
    let limit = u64::try_from(config::MAX_BYTES).unwrap_or(u64::MAX - 1);
    let large = || format!("{}: larger than 1 MiB; make it smaller", file.display());
    match std::fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{}: {error}; check its rights", file.display())),
        // A pipe or a device may never end.
        Ok(found) if !found.is_file() => {
            return Err(format!(
                "{}: is no plain file; put one there, or take it away",
                file.display()
            ));
        }
        Ok(found) if found.len() > limit => return Err(large()),
        Ok(_) => {}
    }
    let mut text = String::new();
    let taken =
        std::fs::File::open(file).and_then(|file| file.take(limit + 1).read_to_string(&mut text));
    match taken {
        // It has grown since, or the system does not say how large it is.
        Ok(_) if text.len() > config::MAX_BYTES => Err(large()),
        Ok(_) => Ok(Some(text)),
        Err(error) => Err(format!(
            "{}: {error}; it must be readable UTF-8 text",
            file.display()
        )),
    }
}
