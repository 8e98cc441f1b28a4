//! The morning of a CNM, replayed as keys against the real backend.
//!
//! A reader looks at the console as a person does: it sees the cells of the screen as text, finds the message
//! that the console points at, and decides by what it says. It never sees the records, nor the generator's
//! answer key; the key is used only at the end, to compare what is on the books with what should be.

mod desk;
mod mix;
mod reader;
mod table;

use std::collections::BTreeMap;

use desk::Desk;
use reader::Act;

/// After this many messages the line to the server is gone.
const DROP: usize = 180;
/// So many decisions are made without the server before the console is killed.
const OFFLINE: usize = 12;

/// What a replay counted.
#[derive(Debug, Default)]
struct Counts {
    /// Keys for what needs no decision: the sweep and what is passed over.
    idle: usize,
    /// Keys for decisions, letters of texts left out.
    deciding: usize,
    /// Letters that were typed as text.
    letters: usize,
    /// The most keys that one decision took.
    most: usize,
    decisions: usize,
    acts: BTreeMap<&'static str, usize>,
}

async fn replay(seed: u64) -> (Desk, Counts) {
    let mut desk = Desk::open(seed).await;
    let mut counts = Counts::default();
    // The cached inbox is there, and says how much waits.
    desk.press("alt-2").await;
    let screen = desk.screen();
    assert!(screen.contains("118"), "seed {seed}: {screen}");
    desk.press("S").await;
    let swept = reader::swept(&desk.screen()).expect("the count is shown first");
    desk.press("enter").await;
    desk.press("enter z").await;
    counts.idle = desk.take_keys();

    let mut handled = swept;
    let mut offline = None;
    let mut killed = false;
    while let Some(message) = reader::at_hand(&desk.screen()) {
        let act = reader::decide(&message);
        let before = desk.unhandled();
        act_on(&mut desk, &act, &message).await;
        let keys = desk.take_keys();
        let letters = desk.take_letters();
        if act == Act::Pass {
            counts.idle += keys;
        } else {
            counts.deciding += keys;
            counts.letters += letters;
            counts.most = counts.most.max(keys);
            counts.decisions += 1;
        }
        *counts.acts.entry(act.name()).or_default() += 1;
        let after = desk.unhandled();
        assert!(
            after < before,
            "seed {seed}: nothing came of {act:?}\n{message:?}\n{}",
            desk.screen()
        );
        handled += before - after;
        // The line goes at item 180, or earlier where few leads are left for a team-mate to move too.
        let few = act.moves_a_lead() && desk.leads_to_move() <= 2;
        if (handled >= DROP || few) && offline.is_none() {
            desk.drop_line().await;
            offline = Some(counts.decisions);
        }
        if let Some(since) = offline
            && !killed
            && counts.decisions >= since + OFFLINE
        {
            kill(&mut desk).await;
            killed = true;
        }
        assert!(counts.decisions < 400, "seed {seed}: it does not end");
    }
    assert!(
        killed,
        "seed {seed}: {handled} messages, the line never went"
    );
    (desk, counts)
}

/// Does what was decided, in the keys of the console.
async fn act_on(desk: &mut Desk, act: &Act, message: &str) {
    match act {
        Act::Pass => desk.press("space").await,
        Act::Reply(words) => {
            desk.press("r").await;
            desk.write(words).await;
            desk.press("enter").await;
        }
        Act::Snippet(key) => desk.press(&format!("r {key} enter")).await,
        Act::Keys(_, keys) => desk.press(keys).await,
        Act::Delegate => desk.press("d enter").await,
        Act::Reject(reason) => {
            desk.press("v n").await;
            desk.write(reason).await;
            desk.press("enter").await;
        }
        Act::Until(phrase) => {
            desk.press("s /").await;
            desk.write(phrase).await;
            desk.press("enter").await;
        }
        Act::Lead { again } => {
            desk.press("t l").await;
            let found = reader::prompt(&desk.screen(), "new lead").unwrap_or_default();
            // The name that was found in the message is taken, else it is written.
            if found.is_empty() || !message.contains(found.split(' ').next().unwrap_or("")) {
                desk.press("ctrl-u").await;
                desk.write("Company of the message").await;
            }
            desk.press("enter").await;
            if desk.screen().contains("looks like") {
                desk.press(if *again { "1" } else { "n" }).await;
            }
        }
    }
}

/// Kills the console while it is offline and starts it again: nothing is lost.
async fn kill(desk: &mut Desk) {
    let queued = desk.queued().await;
    assert!(queued > 0);
    let left = desk.waiting();
    desk.kill_and_restart().await;
    assert_eq!(desk.queued().await, queued, "the queue is as it was");
    desk.press("alt-2").await;
    assert_eq!(desk.waiting(), left, "the inbox is as it was");
    let screen = desk.screen();
    assert!(screen.contains("offline"), "{screen}");
    desk.press("enter z").await;
    desk.take_keys();
}

async fn whole(seed: u64) {
    let (mut desk, counts) = Box::pin(replay(seed)).await;
    desk.conflict_shown_and_settled().await;
    desk.drained().await;
    table::check(&mut desk, seed).await;
    assert!(
        counts.idle <= 30,
        "seed {seed}: {} keys for what needs no decision",
        counts.idle
    );
    assert!(
        counts.most <= 6,
        "seed {seed}: {} keys for one decision",
        counts.most
    );
    println!(
        "morning, seed {seed}: {} keys for the 171 without a decision, {} for {} decisions \
         ({} hundredths each, at most {}), {} letters of text; {:?}",
        counts.idle,
        counts.deciding,
        counts.decisions,
        counts.deciding * 100 / counts.decisions.max(1),
        counts.most,
        counts.letters,
        counts.acts
    );
    Box::pin(desk.close()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_morning_is_worked_through_by_what_the_screen_shows() {
    Box::pin(whole(7)).await;
}

macro_rules! mornings {
    ($($name:ident = $seed:literal;)+) => {
        $(
            #[ignore = "minutes on a busy machine; run by name"]
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                Box::pin(whole($seed)).await;
            }
        )+
    };
}

mornings! {
    the_morning_of_another_seed_1 = 11;
    the_morning_of_another_seed_2 = 23;
    the_morning_of_another_seed_3 = 1001;
    the_morning_of_another_seed_4 = 424_242;
}
