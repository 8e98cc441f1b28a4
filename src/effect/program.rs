//! Programs of the user's that the core asks to be run, and what they left.

use crate::record::AnyRef;

/// A program to run: its words, never a line that something could be spliced into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The program and its arguments; with `shell` one line that the user wrote.
    pub words: Vec<String>,
    /// Gives the one word to `sh -c`.
    pub shell: bool,
    /// What it reads on its standard input: the selection as a JSON array.
    pub input: String,
    /// Variables that describe the selection.
    pub variables: Vec<(String, String)>,
    /// After how many seconds it is stopped.
    pub limit: u32,
    /// Most bytes of output that are taken; one that writes more is stopped.
    pub most: usize,
}

impl Program {
    /// Returns its name as it is shown: the last part of its path, of a line for the shell the first word.
    pub fn name(&self) -> String {
        let first = self.words.first().map_or("", String::as_str);
        if self.shell {
            let word = first.split_whitespace().next();
            return word.unwrap_or_default().to_owned();
        }
        first.rsplit(['/', '\\']).next().unwrap_or(first).to_owned()
    }
}

/// Most bytes of output that are taken from a program.
pub const OUTPUT_MAX: usize = 1 << 20;

/// What becomes of the output of a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputTo {
    /// It is shown.
    #[default]
    Show,
    /// Its first line goes into the status line.
    Notice,
    /// It goes to the clipboard.
    Copy,
    /// It goes into the reply to the selected thread, or the one that is being written.
    Reply,
    /// Its lines are commands; they are shown as a plan before they run.
    Run,
    /// It is thrown away.
    Nothing,
}

/// What a program was run for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Its output goes somewhere.
    Output {
        /// Where to.
        to: OutputTo,
        /// Whether commands that it prints run without being shown first.
        trust: bool,
        /// The record it was run for.
        about: Option<AnyRef>,
    },
    /// Its lines are the choices of the prompt with this number.
    Choices(u64),
    /// Another program asked for it under this number, and is told how it ended.
    Asked(u64, Box<Purpose>),
}

/// What a program left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The program, as it is named to the user.
    pub name: String,
    /// What it was run for.
    pub purpose: Purpose,
    /// What it wrote, or why there is nothing, in a sentence.
    pub output: Result<String, String>,
    /// How it ended, for whoever looks closer.
    pub end: End,
}

/// How a program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// The number that it left with; none where it was never started or was stopped.
    pub exit: Option<i32>,
    /// What one that failed wrote before.
    pub wrote: String,
}
