//! Programs of the user's, without a screen.

use super::headless::Session;
use super::{CliError, print};
use crate::command::{Parsing, missing, read_printed};
use crate::effect::{OutputTo, Program, Purpose};
use crate::runtime::Programs;

/// Runs a program and does with its output what can be done without a screen.
pub(super) fn run(
    session: &mut Session,
    program: &Program,
    purpose: &Purpose,
) -> Result<(), CliError> {
    let name = program.name();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let programs = if session.beside_macros {
        Programs::inside(&session.home.config)
    } else {
        Programs::default()
    }
    .of(&session.home);
    let output = super::block_on(runtime, programs.run(program))
        .map_err(|why| CliError::Refused(format!("{name}: {why}")))?;
    let Purpose::Output { to, trust, about } = purpose else {
        return Ok(());
    };
    match to {
        OutputTo::Nothing => {}
        OutputTo::Show | OutputTo::Copy => print(output.lines())?,
        OutputTo::Notice => print(output.lines().take(1))?,
        OutputTo::Reply => {
            let thread = about.as_ref().map(|link| link.id.to_string());
            let Some(thread) = thread else {
                return Err(CliError::Refused(format!(
                    "{name}: there is no thread to reply to; name one with --id"
                )));
            };
            let key = format!("reply:{thread}");
            let drafts = session.store.drafts()?;
            let before = drafts.into_iter().find(|(known, _)| *known == key);
            let text = match before {
                Some((_, before)) => format!("{before}\n{}", output.trim_end()),
                None => output.trim_end().to_owned(),
            };
            session.store.set_draft(&key, &text, session.now)?;
            print(["kept as the draft of the reply"])?;
        }
        OutputTo::Run => {
            let steps = read_printed(&output, &mut Parsing::new())
                .map_err(|why| CliError::Refused(format!("{name}: {why}; nothing was run")))?;
            if !trust {
                print(steps.iter().map(|step| &step.line))?;
                super::check::warn("this is a plan; `--trust` runs it");
                return Ok(());
            }
            let lines: Vec<(usize, String)> = steps
                .iter()
                .map(|step| (step.number, step.line.clone()))
                .collect();
            let commands: Vec<_> = steps.into_iter().map(|step| step.command).collect();
            let blamed = |at: usize, why: &str| {
                let (number, line) = lines.get(at).map_or((0, ""), |(at, line)| (*at, line));
                CliError::Refused(format!(
                    "{name}: line {number}: `{line}`: {why}; nothing was run"
                ))
            };
            // Nothing runs where a line names a record that is not there.
            super::named::read(&mut session.store, &mut session.world, &commands)?;
            for (at, command) in commands.iter().enumerate() {
                if let Some(why) = missing(command, &session.world) {
                    return Err(blamed(at, &why));
                }
            }
            return session
                .perform(commands)
                .map_err(|error| blamed(session.failed_at, &error.to_string()));
        }
    }
    Ok(())
}
