//! One line per budget, and whether all were kept.

use std::io::Write;
use std::time::Duration;

/// One comparison.
#[derive(Debug)]
pub struct Row {
    /// What was compared.
    pub what: &'static str,
    /// The ratio that must not be exceeded.
    pub budget: f64,
    /// Our time and the time of the same work without recount, for one event or one build.
    pub ours: Duration,
    /// See [`ours`](Self::ours).
    pub theirs: Duration,
}

impl Row {
    /// Our time in units of theirs.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ours.as_secs_f64() / self.theirs.as_secs_f64()
    }

    /// Whether the budget is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.ratio() <= self.budget
    }
}

/// Prints the rows; `true` if every budget is kept.
pub fn print(rows: &[Row]) -> bool {
    let mut out = std::io::stdout().lock();
    let mut line = |text: String| _ = writeln!(out, "{text}");
    line(format!(
        "{:<52} {:>7} {:>7}  {:>10} {:>10}",
        "", "budget", "ratio", "ours", "theirs"
    ));
    for row in rows {
        let (what, budget, ratio) = (row.what, row.budget, row.ratio());
        let (ours, theirs) = (shown(row.ours), shown(row.theirs));
        let verdict = if row.is_kept() { "" } else { "  over" };
        line(format!(
            "{what:<52} {budget:>6.2}x {ratio:>6.3}x  {ours:>10} {theirs:>10}{verdict}"
        ));
    }
    rows.iter().all(Row::is_kept)
}

fn shown(time: Duration) -> String {
    if time.as_millis() < 1 {
        format!("{:.1} ns", time.as_secs_f64() * 1e9)
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}
