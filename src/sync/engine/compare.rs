//! Compares the mirror with the server once a day and after every full sync, and heals a difference.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Backend, Engine};
use crate::store::{Comparison, Snapshot, StoreError};
use crate::sync::Event;

/// The time between two comparisons.
const DAILY: Duration = Duration::from_hours(24);
/// When to try again after the server could not be asked, or moved on each time.
const LATER: Duration = Duration::from_hours(1);
/// Comparisons in a row that the server's news may spoil.
const TRIES: u32 = 3;

/// When the next comparison is due.
#[derive(Debug, Default)]
pub(super) struct Check {
    /// The time since the driver's start; none before the server is known.
    pub(super) due: Option<Duration>,
    tries: u32,
}

impl<B: Backend> Engine<B> {
    /// Notes when the cache was last compared; a day after that it is due again.
    pub(super) fn schedule_check(&mut self, last: Option<Timestamp>, now: Duration) {
        let ago = last.map(|last| (self.clock)().duration_since(last));
        let wait = match ago {
            Some(ago) if ago >= SignedDuration::ZERO => DAILY.saturating_sub(ago.unsigned_abs()),
            // A time to come was written down by a wrong clock.
            _ => Duration::ZERO,
        };
        self.check.due.get_or_insert(now + wait);
    }

    /// Notes that everything was fetched.
    pub(super) fn check_now(&mut self, now: Duration) {
        self.check.due = Some(now);
        self.check.tries = 0;
    }

    /// Compares if that is due; tells whether it did.
    pub(super) async fn check(&mut self, now: Duration) -> Result<bool, StoreError> {
        let due = self.check.due.is_some_and(|due| due <= now);
        if !due || !super::connected(&self.told.status.line) {
            return Ok(false);
        }
        self.check.due = Some(now + LATER);
        // Whether the server answers is told by other requests; one that cannot count is no fault.
        let Ok(theirs) = self.backend.digest().await else {
            return Ok(false);
        };
        let mut count = self.store.call(crate::store::Store::begin_count).await?;
        loop {
            let (more, on) = self
                .store
                .call(move |store| {
                    let more = store.count_on(&mut count)?;
                    Ok((more, count))
                })
                .await?;
            count = on;
            if !more {
                break;
            }
        }
        let at = (self.clock)();
        let compared = self
            .store
            .call(move |store| {
                let healed = store.compared()?.filter(|(_, equal)| !equal);
                let compared = store.compare_count(&count, &theirs)?;
                match &compared {
                    Comparison::Elsewhere => {}
                    Comparison::Equal { .. } => store.note_compared(at, true)?,
                    Comparison::Different { .. } => store.note_compared(at, false)?,
                }
                Ok((compared, healed.map(|(at, _)| at)))
            })
            .await?;
        self.judge(compared, now).await?;
        Ok(true)
    }

    async fn judge(
        &mut self,
        (compared, healed): (Comparison, Option<Timestamp>),
        now: Duration,
    ) -> Result<(), StoreError> {
        match compared {
            Comparison::Equal { .. } => {
                self.check.due = Some(now + DAILY);
                self.check.tries = 0;
            }
            Comparison::Elsewhere => {
                self.check.tries += 1;
                if self.check.tries < TRIES {
                    self.check.due = Some(now);
                    self.plan.news();
                } else {
                    self.check.tries = 0;
                }
            }
            Comparison::Different { kinds } => {
                self.check.due = Some(now + DAILY);
                let kinds = kinds.join(", ");
                let lately = healed
                    .is_some_and(|at| (self.clock)().duration_since(at).unsigned_abs() < DAILY);
                if lately {
                    self.told.events.push(Event::Notice(format!(
                        "the cache still differs from the server in {kinds} after everything was fetched again; \
                         tell whoever runs the server"
                    )));
                    return Ok(());
                }
                self.store
                    .call(|store| store.begin_snapshot(&Snapshot::anew()))
                    .await?;
                self.plan.snapshot(true);
                self.told.events.push(Event::Notice(format!(
                    "the cache differed from the server in {kinds}: everything is fetched again, your edits are untouched"
                )));
            }
        }
        Ok(())
    }
}
