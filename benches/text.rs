//! The hot path of every row that is drawn: cleaning, measuring, cutting, wrapping, folding.

#![allow(missing_docs, reason = "a benchmark has no readers of its interface")]

use cnm::text;
use divan::{Bencher, black_box};
use std::fmt;

fn main() {
    divan::main();
}

/// A text with the name under which its time is printed, for it may hold control bytes.
struct Sample(&'static str, &'static str);

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

const SAMPLES: [Sample; 5] = [
    Sample(
        "ascii",
        "Creator suspended mid-battle, need appeal help before Friday",
    ),
    Sample(
        "chinese",
        "本周直播活动素材已更新，请今天确认；Nova 的目标也要重新设定",
    ),
    Sample(
        "accents",
        "Zoë asks: can we move the call to 16:00? Łukasz agreed",
    ),
    Sample(
        "emoji",
        "see you \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{1F1E8}\u{1F1F3} \u{2764}\u{FE0F}",
    ),
    Sample(
        "hostile",
        "\u{1b}[31mred\u{1b}[0m \u{202E}gpj.exe Z\u{301}\u{301}\u{301}\u{301}\u{301}",
    ),
];

#[divan::bench(args = SAMPLES)]
fn clean_line(raw: &Sample) -> usize {
    text::clean_line(black_box(raw.1)).len()
}

#[divan::bench(args = SAMPLES)]
fn width(raw: &Sample) -> usize {
    text::width(black_box(raw.1))
}

#[divan::bench(args = SAMPLES)]
fn table_cell(raw: &Sample) -> String {
    text::table_cell(black_box(raw.1), 40)
}

#[divan::bench(args = SAMPLES)]
fn fold(raw: &Sample) -> String {
    text::fold(black_box(raw.1))
}

#[divan::bench]
fn table_cell_of_a_long_body(bencher: Bencher<'_, '_>) {
    let body = "本周直播活动素材已更新，请今天确认\n".repeat(800);
    bencher.bench_local(|| text::table_cell(black_box(&body), 60));
}

#[divan::bench]
fn wrap_a_long_body(bencher: Bencher<'_, '_>) {
    let body = "Onboarding 本周直播 call with the owner, then goals. ".repeat(300);
    bencher.bench_local(|| text::wrap(black_box(&body), 72).len());
}
