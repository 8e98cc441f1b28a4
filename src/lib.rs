//! `cnm` is a terminal console for the daily work of a Creator Network Manager (CNM): the partner
//! manager at a live-streaming platform who looks after *Creator Networks* (CNs).
//!
//! # The plan of the house
//!
//! The middle is a pure function of state and message; everything that touches a file, a socket, a
//! clock or a terminal lives at the edge. A key, a line of the palette, a word of the shell and a
//! script all become the same [`command`]; a command changes records in memory and says what else must
//! happen as an [`effect`]; [`runtime`] carries the effects out and sends what came of them back.
//!
//! ```text
//!  terminal keys ─ keymap ─┐
//!  palette line  ─ parse  ─┤                       ┌─► Effect::Save ─► store (mirror + outbox)
//!  CLI / script  ─ parse  ─┼─► Msg ─► App::update ─┤   Effect::Sync ─► sync ─► remote (REST)
//!  store, sync, timers ────┘   (no I/O, no clock)  └─► Effect::{Load, Editor, Copy, Timer, Quit}
//!                                   │                              results come back as Msg
//!                                   └─► ui::draw(&App, &Theme, frame)   (cannot change anything)
//! ```
//!
//! # Layers
//!
//! A module may use only modules of its own row's list (`tests/it/layering.rs` reads the `crate::`
//! uses and fails on a wrong arrow). Layers 0–5 know no file, socket, clock, thread or randomness:
//! the time comes in with the message.
//!
//! | layer | module | owns |
//! |---|---|---|
//! | 0 | [`record`] | what is true of each record: fields, columns, search text; the one list of kinds |
//! | 0 | [`when`] | civil days, zones, working hours, due times, date phrases |
//! | 0 | [`text`] | the sanitiser and display width: the only way from stored text to any output |
//! | 0 | [`figure`] | counts, shares and estimates with their n, window, age and interval |
//! | 1 | [`query`] | the filter language: parse, check, evaluate |
//! | 1 | [`triage`] | order of the backlog, SLA clocks, grouping of alike items |
//! | 1 | [`funnel`] | conversion, time in stage, holes, intervals |
//! | 1 | [`portfolio`] | pace against goals, growth, went dark, the order of CNs by need |
//! | 1 | [`slots`] | windows, sweep, cost, fairness, series |
//! | 1 | [`ics`] | calendars of other programs in, ours out: text to values and back |
//! | 1 | [`wire`] | the REST contract: paths, bodies, cursor, problem; used by client and server |
//! | 2 | [`effect`], [`pane`], [`list`] | what the core may ask for; what can be on screen; the one list |
//! | 2 | [`import`] | files of other programs, read into plain values: the platform's exports (XLSX, CSV) |
//! | 3 | [`command`] | every action: name, help, arguments, behaviour |
//! | 4 | [`keymap`], [`theme`], [`config`] | text in, checked values out; the defaults are TOML files |
//! | 5 | [`app`] | the state and the only `update` |
//! | 6 | [`ui`] | drawing; the only place with ratatui |
//! | 7 | [`store`] | `SQLite` mirror and outbox, one thread |
//! | 7 | [`remote`] | the REST client; the only place with reqwest |
//! | 8 | [`sync`] | pull, push, settle, conflicts |
//! | 8 | [`server`] | the reference backend; the only place with axum |
//! | 8 | [`demo`] | the deterministic morning: same seed, same bytes |
//! | 9 | [`runtime`] | event loop, terminal guard, timers, runs effects; the only place with crossterm |
//! | 9 | [`cli`] | the command line: the console by default, every command headless |
//!
//! # Where to add things
//!
//! | what | where |
//! |---|---|
//! | a kind of record, with table, form, cache, sync and storage | one file below [`record`] and a line in `records!` |
//! | a command | a variant in its namespace below [`command`], a line in `src/keymap/default.toml` |
//! | a pane that is no table | its arrangement in [`pane`], its drawing in [`ui`], its keys |
//! | a theme | a file in `themes/` and a line in [`theme::SHIPPED`] |
//! | a setting | a field with its default in [`config`] |
//! | a column of an export | `src/import/backstage/columns.toml` |
//! | an endpoint | [`wire`], [`server`], [`remote`] |
//! | storage of the server | one implementation of its trait, run by `storage_tests!` |
//!
//! # Departures from the usual, and why
//!
//! * *Panes know the portfolio and its figures.* [`pane`] decides which rows stand where, and CNs stand in
//!   the order in which they need attention; [`portfolio::in_order`] is that order. To keep it out of
//!   [`pane`] would mean to compute it twice.
//! * *Figures are in layer 0.* A [`figure`] carries its n, window, age and interval wherever it goes;
//!   [`triage`], [`funnel`] and [`portfolio`] all speak in it, and none of them may know another.
//! * *Recurrence rules are expanded here.* [`ics`] has an expander of its own: those at hand are
//!   wrong on calendars that real programs write, and cannot be stopped on a rule made to run for ever.
//!   This one has a budget of steps for each file.
//! * *Workbooks are read by a reader of our own.* Those at hand make a float of every number, and an id of
//!   nineteen digits that a cell still holds in full would be lost. This one keeps the digits, stops at limits
//!   ([`import::backstage::PART_BYTES`] and its neighbours) and runs nothing.
//! * *Figures of single creators come as one record for each period* ([`record::CreatorSnapshot`]), not as one
//!   metric point for each figure: an export of 15,000 creators is then 30,000 commands instead of 300,000.
//! * *An import writes the figures of CNs too.* What a CN earns by an export is the sum over its creators, made once by
//!   [`import`] as ordinary figures with their n, age and source `backstage export`, not by every screen: a list of CNs
//!   need not read 15,000 creators. Each day of a month to date keeps a record of its own, so that the same day of the
//!   next month has something to be compared with. Where the backend has figures of its own for a CN and a metric,
//!   growth and pace are computed from those alone; the metric explorer shows both.
//! * *Batches are as large as the server says.* The contract names 100 commands a batch; an import of 15,000 creators is
//!   30,000 commands, and at 20 requests a second 600 requests take half a minute of waiting. `/v1/meta` says what a
//!   server takes (the reference backend 1,000), the first batch has 100 and each one that is taken doubles the next
//!   ([`sync`]); a server that says 100 is sent 100.
//! * *The contract has no snapshot endpoint.* Paging through the changes from an empty cursor gives the same
//!   rows by the same code; [`store`] collects them beside the old mirror and swaps at the end.
//! * *Digits are counts.* `3e` deals with three rows; a tab opens by its number and Enter, by Alt and the digit, or by `g`
//!   and a letter, never by a pause: what a key means does not depend on how fast the next one comes. [`config::Digits`]
//!   turns it round.
//! * *Win rates by archetype count only leads whose archetype is known* ([`funnel`]), and the page says so: a rate of
//!   "unknown" would be ranked among the others and nobody could act on it.
//! * *Goals of colleagues count in a team's or region's targets only where their records are visible*; how many goals
//!   are added up stands beside the sum. The funnel opens on everyone I see, since that is what a Growth Lead asks first; `S` narrows it.
//!   "Region" is the team above mine, as the backend's tree of teams has it.
//! * *The ways of leads are kept* ([`pane::Ways`]): a step reads one way anew from its events, and the figures are made of
//!   all of them; a property test holds them against reading everything. A way remembers until when it holds, since
//!   time alone brings events of the future into the past.
//! * *Days of a stretch that is no month are days*: the days that a backend lists under `custom` count for goals and
//!   courses, the stretch itself is compared with nothing.
//! * *Bars of the funnel are scaled by open stages*: signed and lost leads of a year would make every other bar a stub.
//! * *A closed lead leaves the working set by its `closed_at`*, not by its stage: stages are records that a
//!   team changes, and what is held in memory must not change with their names.
//! * *A macro is a file of command lines*, not a table of TOML: it keeps its comments, any editor edits it, and
//!   `cnm run` plays it.
//! * *The base layout key of a terminal is not read*: kitty's keys are asked for, but the terminal library does not
//!   pass that one on. A map of the
//!   layout and full-width forms do its work ([`keymap::Layout`]).
//! * *A program's commands change records and nothing else*, trusted or not: what it prints may be somebody
//!   else's text, and a plan of `exec` lines would be one key away from running it.
//! * *What a program leaves running ends with it*: in the background it would know no limit of time and outlive the
//!   console. Only what leaves its process group (`setsid`) stays.
//! * *Whoever tells the console to leave need not read what it writes.* A second after the signal what the terminal has
//!   not taken is dropped, so that the console comes out of the middle of a frame and leaves in the ordinary way; two
//!   seconds later it ends whatever it waits for. While an editor has the terminal it is waited for.
//! * *Names in bindings are checked without records* ([`command::Known`]): a word of a date phrase that may be the name
//!   of a contact is let through, since only the records know.
//! * *Undo of a refused edit sends nothing*: the edit and the one that takes it back settle each other in the outbox,
//!   which keeps both in its log.
//! * *Frames are put into bytes here.* The terminal library writes every cell of a frame with colours of its own;
//!   a cursor move cost 1.1 KB in the list alone and 7 KB with a preview beside it. `runtime` compares cells and
//!   says only what differs, and what lies beside a list follows when the keys have rested for 40 ms, so that a
//!   move costs two rows. Where a list turns its page, as many rows as 500 bytes hold come with the move, that under the
//!   cursor first, and the others follow in the same way: regions that scroll would move the preview beside it too.
//! * *A click is about what was drawn.* What can be pointed at is kept with each part of the screen that was written
//!   (`runtime`), so a row that has arrived since is not hit by a click that was meant for its neighbour.
//! * *Programs of keys, hooks and macros run in the folder of the keymap*, and not where the console was started: a script
//!   that a key names is found every morning. From the shell they run where the shell is.
//! * *Only the shell looks at closed records of `--where`*, and only for verbs that bring them back: a console holds open
//!   records and whichever closed ones were looked at, so it says how to get there instead of acting on some of them.
//! * *Zones do not come from the system unless the user says so.* [`when::tzdb`] is chosen once at the start of the
//!   process; it is global, since two zones on a screen must never follow two databases.
//! * *The death of a starter is asked of the system.* A console whose shell was killed gets no signal: its group is
//!   orphaned, and whoever reads keys waits for ever. On Linux `runtime` asks to be told, elsewhere it looks when the
//!   minute turns; it leaves where the dead one led the job or where somebody else has the terminal by then.
//! * *The ground of the terminal is asked before keys are read,* and only where a light theme is configured: the
//!   terminal library would take the answer for keys. What was typed in that fifth of a second is given to the console.
//! * *The linear mode is a console, not another program.* The same state, the same keys and commands; `ui` says in
//!   sentences what it otherwise draws, and a typed line becomes the keys it names.
//! * *Where a meeting may lie is read by other rules than when something is due.* A due time is a day or a minute, so
//!   `next week` is its first day for a follow-up ([`when::phrase::read`]); whoever looks for a time to meet means all
//!   seven ([`when::phrase::stretch`]). Both use one grammar.
//! * *A row says my date once.* Every time stands with weekday, date and zone, but a row of the slots place has the whole
//!   date of my clock only: the others on it are at most a day away, so they say weekday and day, and the month where it is
//!   another one ([`when::told`]). Each with month and year would leave no room for who pays.
//! * *A calendar that comes in is known by its name and its person.* Paths and ids of events change from one export to
//!   the next; a namesake that shares nearly nothing with what is there is asked about instead.
//! * *The server releases holds too*, as it sends messages whose time has come: a time that is kept free must not
//!   depend on whether its owner's console is open.
//! * *The server checks rights within the work*, not before it: whom a token stands for is remembered, and the read or
//!   write itself looks whether any token or right has changed since. A revoked token is refused as early as before, and a
//!   request asks the database once less.
//! * *The server's log has its room early.* After sixteen commits it is made as long as it will become, by a transaction
//!   that is rolled back: on many disks a commit that makes a file longer waits several times as long.
//! * *A command costs more than an upsert.* The design asks for four fifths of a bare floor. With group commit a command that is
//!   merged, audited and remembered writes to five trees where the floor writes to two, and both are bound by the processor:
//!   half of the floor is what is left. `benches/server` says how each way compares.
//! * *The sweep goes by messages, marks by threads.* A thread is done up to a time, so [`triage::sweep`] clears what stands
//!   before the first question of a thread and leaves what stands behind it to the verb that deals with the question;
//!   [`triage::alike`] still says which whole threads are alike, for `A`.
//! * *The summary lists an incident once*, with its follow-up in the same line: it was one decision.
//! * *What may be filled into a program's words is judged by shape, not by a list of programs alone.* No list is whole: an
//!   interpreter is looked for in every word, and options that name code count as such for every program. Behind `sh -c CODE`
//!   a value may begin with `-`: there options are over for certain.
//! * *One package, not a workspace.* A change mostly crosses several modules; the test of the arrows gives
//!   nearly what a crate for each layer would.
//! * *A count of people has a nature of its own* ([`figure::Nature::Distinct`]): whoever is active on two days counts once,
//!   so the days of such a metric neither add up nor stand for their month, and without a figure of the same days there is
//!   no comparison. The design knows only rates and sums.
//! * *A month to date of a creator is kept for each day on which it was told* ([`import::backstage`]): one record a month
//!   would lose what the same day of the next month is compared with. What an export adds up to is a CN's own figure only
//!   where it names four of five of its creators, because exports are saved with the filters of their page.
//! * *Undo leaves what somebody else wrote since*, field by field, and says so: exactly the former state is what it brings
//!   back where nobody else has written.
//! * *Undo of a choice in a conflict opens the conflict again*, instead of swapping values: what was chosen is dropped, or
//!   taken back by a new edit where it was sent, and the old edit waits behind that for another choice ([`store`]).
//! * *All faults of a file are found by reading it again.* What cannot be used is blanked out, its lines left in place, so
//!   that the readers of config, keymap, hooks and themes ([`keymap`]) need not know how to go on after a fault.
//! * *A cache is known by its file.* The id under which it sends belongs to the file's inode on this machine ([`store`]):
//!   a copy makes one of its own, since the server never holds the work of one id against itself.
//! * *In a first sync rows go before their indexes*, those by id included, and not only before the search: with them each row
//!   goes into five trees. Until they are made [`store`] knows in memory where each row lies, up to a million and a half
//!   of them; a file that a killed program left without is completed when it is opened.
//! * *Keys go before the queue* ([`runtime`]): one message of the queue at a time is taken in before what was pressed is on screen.
//!   A first sync reads the screen again at most every 400 ms.

pub mod figure;
pub mod record;
pub mod text;
pub mod when;

pub mod funnel;
pub mod ics;
pub mod portfolio;
pub mod query;
pub mod slots;
pub mod triage;
pub mod wire;

pub mod effect;
pub mod import;
pub mod list;
pub mod pane;

pub mod command;

pub mod config;
pub mod keymap;
pub mod theme;

pub mod app;

pub mod ui;

pub mod remote;
pub mod store;

pub mod demo;
#[cfg(feature = "server")]
pub mod server;
pub mod sync;

pub mod cli;
pub mod runtime;
