//! Programs of the user's: their words, the selection on standard input, a limit of time and of output.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::Home;
use crate::effect::{End, OUTPUT_MAX, Program};

/// Most bytes of complaints that are read.
const COMPLAINT_MAX: usize = 16 * 1024;

/// How long a program has to end by itself after it was asked to.
const GRACE: Duration = Duration::from_millis(300);

/// The programs of all consoles of this process: whoever ends it at once, as a panic does, leaves none behind.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Kills every program that runs, with what it started; safe to call from anywhere.
pub(super) fn kill_every() {
    let groups = match RUNNING.try_lock() {
        Ok(mut groups) => std::mem::take(&mut *groups),
        Err(std::sync::TryLockError::Poisoned(poisoned)) => {
            std::mem::take(&mut *poisoned.into_inner())
        }
        // Whoever panics may hold it.
        Err(std::sync::TryLockError::WouldBlock) => return,
    };
    for group in groups {
        kill(group, true);
    }
}

/// The programs that run; those that are left when it is dropped are killed.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    groups: Arc<Mutex<BTreeSet<u32>>>,
    /// Where they run; where the console was started, if nothing is said.
    folder: Option<PathBuf>,
    /// The folder of the console that starts them, where all of it lies below one.
    home: Option<PathBuf>,
}

impl Programs {
    /// Lets programs run in a folder, if it is there: those of keys, hooks and macros beside the files that name
    /// them, wherever the console was started.
    pub fn inside(folder: &Path) -> Self {
        Self {
            folder: folder.is_dir().then(|| folder.to_owned()),
            ..Self::default()
        }
    }

    /// Lets a `cnm` that a program runs work on the same folders as the console that started it: a program of the
    /// demo's must not touch what is real.
    #[must_use]
    pub fn of(mut self, home: &Home) -> Self {
        self.home = home
            .folder()
            .and_then(|folder| std::path::absolute(folder).ok());
        self
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeSet<u32>) -> T) -> T {
        change(&mut self.groups.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes that a program runs.
    fn begins(&self, group: u32) {
        self.change(|groups| groups.insert(group));
        RUNNING
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(group);
    }

    /// Notes that nothing of a program runs any more.
    fn ends(&self, group: u32) {
        self.change(|groups| groups.remove(&group));
        RUNNING
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&group);
    }

    /// Kills what still runs, with everything that it started.
    pub fn kill_all(&self) {
        for group in self.change(std::mem::take) {
            kill(group, true);
            self.ends(group);
        }
    }

    /// Runs a program to its end and returns what it wrote.
    ///
    /// # Errors
    /// It cannot be started, fails, takes too long or writes too much; a sentence says which.
    pub async fn run(&self, program: &Program) -> Result<String, String> {
        self.run_to_end(program).await.0
    }

    /// Runs a program to its end as [`Programs::run`] does; returns how it ended as well.
    pub async fn run_to_end(&self, program: &Program) -> (Result<String, String>, End) {
        let mut end = End::default();
        let output = self.run_into(program, &mut end).await;
        (output, end)
    }

    async fn run_into(&self, program: &Program, end: &mut End) -> Result<String, String> {
        let mut command = command(program);
        if let Some(home) = &self.home {
            command.env("CNM_HOME", home);
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        let mut child = command
            .spawn()
            .map_err(|error| format!("{error}; check its name and that it may be run"))?;
        let group = child.id();
        if let Some(group) = group {
            self.begins(group);
        }
        let limit = Duration::from_secs(u64::from(program.limit));
        let result = match tokio::time::timeout(limit, talk(&mut child, program, end)).await {
            Ok(result) => result,
            Err(_) => Err(format!(
                "it took longer than {} s and was stopped",
                program.limit
            )),
        };
        if let (Err(_), Some(group)) = (&result, group) {
            kill(group, false);
            let _ = tokio::time::timeout(GRACE, child.wait()).await;
            kill(group, true);
            let _ = child.wait().await;
        }
        if let Some(group) = group {
            end_what_is_left(group).await;
            self.ends(group);
        }
        result
    }
}

/// Ends what a program left running in its group: it would know no limit of time, and outlive the console.
async fn end_what_is_left(group: u32) {
    if !lives(group) {
        return;
    }
    kill(group, false);
    let began = tokio::time::Instant::now();
    while lives(group) && began.elapsed() < GRACE {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    kill(group, true);
}

fn command(program: &Program) -> Command {
    let mut command = if program.shell {
        let mut command = Command::new("sh");
        command.arg("-c");
        command
    } else {
        Command::new(program.words.first().map_or("", String::as_str))
    };
    let named = usize::from(!program.shell);
    command.args(program.words.iter().skip(named));
    for (name, _) in std::env::vars_os() {
        let shown = name.to_string_lossy();
        // The token is nobody's business; what describes an older selection would mislead.
        if shown.starts_with("CNM_TOKEN") || shown.starts_with("CNM_SEL_") {
            command.env_remove(&name);
        }
    }
    command.env_remove("CNM_TOKEN");
    command.envs(program.variables.iter().map(|(name, value)| (name, value)));
    let output = || {
        if program.most == 0 {
            Stdio::null()
        } else {
            Stdio::piped()
        }
    };
    command
        .stdin(Stdio::piped())
        .stdout(output())
        .stderr(output())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Gives a program its input and takes its output.
async fn talk(child: &mut Child, program: &Program, end: &mut End) -> Result<String, String> {
    let (input, output, complaints) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let Some(mut input) = input {
            // A program that does not read its input ends the pipe; that is its right.
            let _ = input.write_all(program.input.as_bytes()).await;
            let _ = input.shutdown().await;
        }
    };
    let most = program.most.min(OUTPUT_MAX);
    let read = async {
        let (output, complaints) = tokio::join!(
            read_some(output, most),
            read_some(complaints, COMPLAINT_MAX)
        );
        // Complaints that are cut off are no reason to stop it.
        Ok::<_, String>((output?, complaints.unwrap_or_default()))
    };
    let reading = async {
        let ((), read) = tokio::join!(write, read);
        let (output, complaints) = read?;
        let status = child.wait().await.map_err(|error| error.to_string())?;
        Ok::<_, String>((output, complaints, status))
    };
    let (output, complaints, status) = reading.await?;
    end.exit = status.code();
    let output = String::from_utf8_lossy(&output).into_owned();
    if status.success() {
        return Ok(output);
    }
    end.wrote = output;
    let complaints = String::from_utf8_lossy(&complaints);
    let last = complaints
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty());
    Err(match last {
        Some(line) => format!("it left with {status}: {line}"),
        None => format!("it left with {status} and said nothing"),
    })
}

async fn read_some(from: Option<impl AsyncRead + Unpin>, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let Some(mut from) = from else {
        return Ok(bytes);
    };
    let mut part = vec![0; 16 * 1024];
    loop {
        match from.read(&mut part).await {
            Ok(0) | Err(_) => return Ok(bytes),
            Ok(read) => bytes.extend(part.iter().take(read)),
        }
        if bytes.len() > most {
            return Err(format!("it wrote more than {most} bytes and was stopped"));
        }
    }
}

#[cfg(unix)]
fn kill(group: u32, at_once: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = if at_once { Signal::KILL } else { Signal::TERM };
    let group = i32::try_from(group).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn kill(_: u32, _: bool) {}

/// Tells whether a group has a member.
#[cfg(unix)]
fn lives(group: u32) -> bool {
    use rustix::process::{Pid, test_kill_process_group};
    let group = i32::try_from(group).ok().and_then(Pid::from_raw);
    group.is_some_and(|group| test_kill_process_group(group).is_ok())
}

#[cfg(not(unix))]
fn lives(_: u32) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn program(words: &[&str]) -> Program {
        Program {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            shell: false,
            input: "[{\"id\":\"t1\"}]".into(),
            variables: vec![("CNM_SEL_ID".into(), "t1; $(reboot) `x`".into())],
            limit: 5,
            most: 1000,
        }
    }

    #[expect(
        clippy::unwrap_used,
        clippy::unwrap_in_result,
        reason = "a test may fail loudly"
    )]
    fn run(program: &Program) -> Result<String, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(Programs::default().run(program))
    }

    #[test]
    fn words_reach_a_program_as_they_are() {
        let words = [
            "printf",
            "%s|",
            "$(id)",
            "`id`",
            "a b",
            "; rm -rf /",
            "--",
            "*",
        ];
        let out = run(&program(&words)).unwrap();
        assert_eq!(out, "$(id)|`id`|a b|; rm -rf /|--|*|");
    }

    #[test]
    fn the_selection_comes_on_standard_input_and_in_variables() {
        assert_eq!(run(&program(&["cat"])).unwrap(), "[{\"id\":\"t1\"}]");
        let out = run(&program(&["printenv", "CNM_SEL_ID"])).unwrap();
        assert_eq!(out, "t1; $(reboot) `x`\n");
    }

    #[test]
    fn a_shell_gets_the_line_that_the_user_wrote_and_nothing_else() {
        let mut shell = program(&["tr a-z A-Z | cut -c3-4"]);
        shell.shell = true;
        assert_eq!(run(&shell).unwrap(), "\"I\n");
    }

    #[test]
    fn one_that_takes_too_long_is_stopped_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("late");
        let mut slow = program(&[&format!(
            "(sleep 2; echo late > '{}') & sleep 30",
            mark.display()
        )]);
        slow.shell = true;
        slow.limit = 1;
        let why = run(&slow).unwrap_err();
        assert!(why.contains("longer than 1 s"), "{why}");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(1500)).await });
        assert!(!mark.exists(), "what it started lives on");
    }

    #[test]
    fn what_a_program_leaves_behind_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("late");
        let mut leaves = program(&[&format!(
            "(sleep 1; echo late > '{}') >/dev/null 2>&1 & echo begun",
            mark.display()
        )]);
        leaves.shell = true;
        assert_eq!(run(&leaves).unwrap(), "begun\n");
        // One that shows nothing has no pipe that its children hold open.
        leaves.most = 0;
        run(&leaves).unwrap();
        std::thread::park_timeout(Duration::from_millis(1500));
        assert!(!mark.exists(), "what it started lives on");
    }

    #[test]
    fn one_that_writes_too_much_is_stopped() {
        let why = run(&program(&["yes"])).unwrap_err();
        assert!(why.contains("more than 1000 bytes"), "{why}");
    }

    #[test]
    fn one_that_fails_says_why_in_its_own_words() {
        let why = run(&program(&["ls", "/does/not/exist"])).unwrap_err();
        assert!(
            why.contains("exit status") && why.contains("/does/not/exist"),
            "{why}"
        );
        let why = run(&program(&["no-such-program-here"])).unwrap_err();
        assert!(why.contains("check its name"), "{why}");
    }

    #[test]
    fn one_that_does_not_read_its_input_is_no_failure() {
        let mut deaf = program(&["true"]);
        deaf.input = "x".repeat(1 << 20);
        assert_eq!(run(&deaf), Ok(String::new()));
    }
}
