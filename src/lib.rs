//! `cnm` is a terminal console for the daily work of a Creator Network Manager (CNM): the partner
//! manager at a live-streaming platform who looks after *Creator Networks* (CNs).
//!
//! # The plan of the house
//!
//! The middle is a pure function of state and message; everything that touches a file, a socket, a
//! clock or a terminal lives at the edge.
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
//! | 1 | [`portfolio`] | pace against goals, growth, went dark |
//! | 1 | [`slots`] | windows, sweep, cost, fairness, series |
//! | 1 | [`wire`] | the REST contract: paths, bodies, cursor, problem; used by client and server |
//! | 2 | [`effect`], [`pane`], [`list`] | what the core may ask for; what can be on screen; the one list |
//! | 3 | [`command`] | every action: name, help, arguments, behaviour |
//! | 4 | [`keymap`], [`theme`], [`config`] | text in, checked values out; the defaults are TOML files |
//! | 5 | [`app`] | the state and the only `update` |
//! | 6 | [`ui`] | drawing; the only place with ratatui |
//! | 7 | [`store`] | SQLite mirror and outbox, one thread |
//! | 7 | [`remote`] | the REST client; the only place with reqwest |
//! | 7 | [`import`] | export files in (XLSX, CSV, ICS) |
//! | 8 | [`sync`] | pull, push, settle, conflicts |
//! | 8 | [`server`] | the reference backend; the only place with axum |
//! | 8 | [`demo`] | the deterministic morning: same seed, same bytes |
//! | 9 | [`runtime`] | event loop, terminal guard, timers, runs effects; the only place with crossterm |
//! | 9 | [`cli`] | the command line: the console by default, every command headless |

pub mod figure;
pub mod record;
pub mod text;
pub mod when;

pub mod funnel;
pub mod portfolio;
pub mod query;
pub mod slots;
pub mod triage;
pub mod wire;

pub mod effect;
pub mod list;
pub mod pane;

pub mod command;

pub mod config;
pub mod keymap;
pub mod theme;

pub mod app;

pub mod ui;

pub mod import;
pub mod remote;
pub mod store;

pub mod demo;
#[cfg(feature = "server")]
pub mod server;
pub mod sync;

pub mod cli;
pub mod runtime;
