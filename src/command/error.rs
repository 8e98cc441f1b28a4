//! Why a command did not run, and what to do about it.

/// Why a command did not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The words are not a command.
    #[error("{what}; {hint}")]
    Usage {
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
    /// It makes sense on a screen only.
    #[error("`{0}` moves things on a screen: it does nothing without one; leave it out of scripts")]
    NeedsScreen(&'static str),
    /// It would ask for the rest of its words, and there is no screen to ask on.
    #[error(
        "`{0}` lacks what it would ask for on a screen; write it behind the command: `cnm {0} --help`"
    )]
    NeedsWords(&'static str),
    /// Without a screen nothing is selected, and no record was named.
    #[error("nothing to act on: name the record with --id, or records with --where")]
    Unnamed,
    /// There is nothing to act on.
    #[error("nothing to act on: {0}")]
    NoTarget(String),
    /// The rules of the trade do not allow it.
    #[error("{what}: {why}; {hint}")]
    Refused {
        /// What was asked for.
        what: String,
        /// Why it is not possible.
        why: String,
        /// What to do.
        hint: String,
    },
}

impl CommandError {
    /// Makes an error about the words of a command.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// Makes an error about something that the rules do not allow.
    pub fn refused(
        what: impl Into<String>,
        why: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self::Refused {
            what: what.into(),
            why: why.into(),
            hint: hint.into(),
        }
    }

    /// Returns what is wrong and what to do about it.
    pub fn parts(self) -> (String, String) {
        match self {
            Self::Usage { what, hint } => (what, hint),
            Self::Refused { what, why, hint } => (format!("{what}: {why}"), hint),
            other => (other.to_string(), "`cnm commands` lists them all".into()),
        }
    }

    /// Turns clap's report into one line with a suggestion.
    pub(super) fn from_clap(line: &str, error: &clap::Error) -> Self {
        use clap::error::{ContextKind, ContextValue};
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            Some(ContextValue::Strings(texts)) => Some(texts.join("` or `")),
            _ => None,
        };
        let shown = text(ContextKind::InvalidSubcommand)
            .or_else(|| text(ContextKind::InvalidArg))
            .or_else(|| text(ContextKind::InvalidValue));
        let what = match (error.kind(), &shown) {
            (clap::error::ErrorKind::InvalidSubcommand, Some(word)) => {
                format!("`{word}` is not a command")
            }
            (clap::error::ErrorKind::MissingRequiredArgument, Some(word)) => {
                format!("`{line}` needs {word}")
            }
            (clap::error::ErrorKind::MissingSubcommand, _) => {
                format!("`{line}` is only half a command")
            }
            (clap::error::ErrorKind::ValueValidation, Some(option)) => {
                let value = text(ContextKind::InvalidValue).unwrap_or_default();
                let why = std::error::Error::source(error).map(|why| format!(": {why}"));
                format!(
                    "`{value}` does not fit {option} in `{line}`{}",
                    why.unwrap_or_default()
                )
            }
            (_, Some(word)) => format!("`{word}` does not fit in `{line}`"),
            (_, None) => format!("`{line}` is not a command"),
        };
        let hint = text(ContextKind::SuggestedSubcommand)
            .or_else(|| text(ContextKind::SuggestedArg))
            .or_else(|| text(ContextKind::SuggestedValue))
            .map(|suggestion| format!("did you mean `{suggestion}`?"))
            .or_else(|| {
                text(ContextKind::ValidSubcommand)
                    .map(|known| format!("known: {}", known.replace("` or `", ", ")))
            })
            .unwrap_or_else(|| "`cnm commands` lists them all".into());
        Self::Usage { what, hint }
    }
}
