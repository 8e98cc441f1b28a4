//! The one integration-test binary; one module a topic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "test helpers may fail loudly"
)]

mod analytics;
mod backend;
mod backstage;
mod cache;
mod command_line;
mod copied_home;
mod crash;
mod demo;
mod desk;
mod everywhere;
mod first_days;
mod first_load;
mod follow_ups;
mod frames;
mod funnel;
mod generated;
mod guest;
mod hand_over;
mod hostile_text;
mod house;
mod ics_hostile;
mod ics_series;
mod inbox;
mod inbox_again;
mod inbox_drafts;
mod inbox_prompts;
mod inbox_words;
mod instrument;
mod layering;
mod leaving;
mod lessons;
mod linear;
mod model;
mod morning;
mod naughty;
mod naughty_exports;
mod online;
mod page_screens;
mod panes;
mod panes_inbox;
mod phrases;
mod pictures;
mod recipes;
mod references;
mod released;
mod remote;
mod screens;
mod scripting;
mod server;
mod shared_files;
mod slots_console;
mod slots_oracle;
mod slots_screen;
mod slots_session;
mod slots_tonight;
mod slots_vectors;
mod slots_words;
mod standing;
mod store;
mod sync;
mod terminal;
mod terminal_quality;
mod themes;
mod told;
mod triage_templates;
mod tzdb;
mod undo;
mod walls;
