//! How the figures are printed: a block for each row, and its bar.

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;

use crate::bank::Fallible;
use crate::measure::{Measured, Spread};

/// Prints blocks, and remembers whether every bar was met.
#[derive(Debug)]
pub struct Table {
    out: File,
    missed: u32,
}

impl Table {
    /// A table that is written to this file.
    pub const fn new(out: File) -> Self {
        Self { out, missed: 0 }
    }

    /// One line.
    pub fn line(&mut self, text: &str) -> Fallible<()> {
        Ok(writeln!(self.out, "{text}")?)
    }

    /// The end of the run: a failure where a bar was missed.
    pub fn end(&mut self) -> Fallible<ExitCode> {
        self.line("")?;
        Ok(if self.missed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    /// A row of all peers, the first of them recount; `bar` is how many times as fast as the fastest other one it should be.
    pub fn row(&mut self, what: &str, unit: &str, measured: &[Measured], bar: Option<f64>) -> Fallible<()> {
        let rate = format!("{unit}/s");
        self.line(&format!(
            "\n{what}\n  {:<24}{rate:>12}{:>22}{:>12}{:>12}{:>22}",
            "", "least..greatest", "p50", "p99", "recount is"
        ))?;
        let [ours, peers @ ..] = measured else { return Ok(()) };
        for one in measured {
            let (rate, quantile) = (one.rate(), |part| nanos(one.latencies.value_at_quantile(part)));
            let spread = format!("{}..{}", count(rate.least), count(rate.greatest));
            let (median, p50, p99) = (count(rate.median), quantile(0.5), quantile(0.99));
            let ratio = if std::ptr::eq(one, ours) {
                String::new()
            } else {
                times(ours.against(one))
            };
            self.line(&format!(
                "  {:<24}{median:>12}{spread:>22}{p50:>12}{p99:>12}{ratio:>22}",
                one.name
            ))?;
        }
        let best = peers.iter().max_by(|a, b| a.rate().median.total_cmp(&b.rate().median));
        match best {
            Some(best) => {
                let by_p50 = ours.p50_against(best);
                self.verdict(
                    &format!("the best peer, {} ({by_p50:.2}x by p50)", best.name),
                    ours.against(best),
                    bar,
                )
            }
            None => Ok(()),
        }
    }

    /// What the ratio to something is, and whether that is enough.
    fn verdict(&mut self, what: &str, ratio: Spread, bar: Option<f64>) -> Fallible<()> {
        let Some(bar) = bar else {
            return self.line(&format!("  against {what}: {}; no bar", times(ratio)));
        };
        self.bar(
            &format!("against {what}: {}; the bar is {bar}x", times(ratio)),
            ratio.median >= bar,
        )
    }

    /// A bar, and whether it was met.
    pub fn bar(&mut self, what: &str, is_met: bool) -> Fallible<()> {
        self.missed += u32::from(!is_met);
        self.line(&format!("  {what}: {}", if is_met { "met" } else { "MISSED" }))
    }
}

/// A ratio with the least and the greatest of the rounds.
pub fn times(ratio: Spread) -> String {
    let digits = if ratio.median < 10.0 { 2 } else { 0 };
    let Spread {
        median,
        least,
        greatest,
    } = ratio;
    format!("{median:.digits$}x ({least:.digits$}..{greatest:.digits$})")
}

/// Thousands apart, and hundredths of what is below ten.
fn count(figure: f64) -> String {
    if figure < 10.0 {
        return format!("{figure:.2}");
    }
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Nanoseconds in the unit that suits them.
pub fn nanos(nanos: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let nanos = nanos as f64;
    match nanos {
        ..1e3 => format!("{nanos:.0} ns"),
        ..1e6 => format!("{:.1} us", nanos / 1e3),
        ..1e9 => format!("{:.2} ms", nanos / 1e6),
        _ => format!("{:.2} s", nanos / 1e9),
    }
}
