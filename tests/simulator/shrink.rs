//! A failing plan made short: steps are left out as long as it fails without them.

use crate::bent::Bug;
use crate::plan::Plan;
use crate::run::{Failure, run};

/// The most runs that are spent on it.
const RUNS: usize = 400;

/// The shortest failing part that was found, and how it fails.
pub(crate) fn shrink(plan: &Plan, bug: Option<Bug>, failure: Failure) -> (Plan, Failure) {
    let (mut best, mut failure) = (plan.clone(), failure);
    // What comes after the failure has no part in it.
    best.steps.truncate(failure.step + 1);
    let (mut size, mut left) = (best.steps.len() / 2, RUNS);
    while size > 0 {
        let (mut from, mut is_shorter) = (0, false);
        while from < best.steps.len() && left > 0 {
            left -= 1;
            let mut shorter = best.clone();
            shorter.steps.drain(from..(from + size).min(best.steps.len()));
            match run(&shorter, bug).1 {
                Some(found) => (best, failure, is_shorter) = (shorter, found, true),
                None => from += size,
            }
        }
        if !is_shorter || left == 0 {
            size /= 2;
        }
    }
    (best, failure)
}

/// The failure as a person reads it: how to see it again, what is wrong, and the steps that it takes.
pub(crate) fn report(plan: &Plan, bug: Option<Bug>, failure: Failure) -> String {
    let (short, failure) = shrink(plan, bug, failure);
    let (summary, _) = run(&short, bug);
    format!(
        "{what}\n\non a {kind:?} store, seed {seed}, {len} steps; RECOUNT_SEED={seed} runs it again. These {count} steps are enough:\n{trace}\n",
        what = failure.what,
        kind = plan.kind,
        seed = plan.seed,
        len = plan.steps.len(),
        count = short.steps.len(),
        trace = summary.trace.join("\n"),
    )
}
