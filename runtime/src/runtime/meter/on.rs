//! The counts of the runtime, by the crate `metrics`. Their names are promised: `docs/observability.md` has the table.

use std::time::Instant;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::runtime::status::KeptStates;

const COMMANDS: &str = "recount_commands_total";
const ATTEMPTS: &str = "recount_attempts_total";
const COMMAND_SECONDS: &str = "recount_command_duration_seconds";
const TRANSACTIONS: &str = "recount_transactions_total";
const EVENTS: &str = "recount_events_appended_total";
const APPEND_SECONDS: &str = "recount_append_duration_seconds";
const CONFLICTS: &str = "recount_append_conflicts_total";
const PROJECTED: &str = "recount_projected_events_total";
const STOPPED: &str = "recount_projections_stopped_total";
const FOLDED: &str = "recount_fold_events";
const REACTED: &str = "recount_reactions_total";
const PARKED: &str = "recount_parked_total";
const IGNORED: &str = "recount_ignored_total";
const PUBLISHED: &str = "recount_published_total";
const HITS: &str = "recount_states_hits_total";
const MISSES: &str = "recount_states_misses_total";
const EVICTED: &str = "recount_states_evicted_total";
const KEPT: &str = "recount_states_kept";
const KEPT_BYTES: &str = "recount_states_kept_bytes";

/// When something began.
pub(crate) struct Began(Instant);

impl Began {
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }
}

/// Says to the recorder what each name means.
pub(crate) fn describe() {
    describe_counter!(
        COMMANDS,
        Unit::Count,
        "Commands that were answered, by command and outcome."
    );
    describe_counter!(
        ATTEMPTS,
        Unit::Count,
        "Decisions of commands, those after a conflict included, by command."
    );
    describe_histogram!(
        COMMAND_SECONDS,
        Unit::Seconds,
        "How long commands took to be answered, by command."
    );
    describe_counter!(
        TRANSACTIONS,
        Unit::Count,
        "Transactions that ended at a step or a commit, by outcome."
    );
    describe_counter!(EVENTS, Unit::Count, "Events that were written.");
    describe_histogram!(
        APPEND_SECONDS,
        Unit::Seconds,
        "How long the store took to write an append."
    );
    describe_counter!(
        CONFLICTS,
        Unit::Count,
        "Appends that found their stream moved by another writer."
    );
    describe_counter!(
        PROJECTED,
        Unit::Count,
        "Events of the pages that were handed to views, by projection."
    );
    describe_counter!(STOPPED, Unit::Count, "How often a projection stopped, by projection.");
    describe_histogram!(FOLDED, Unit::Count, "Events that were read and folded for one state.");
    describe_counter!(
        REACTED,
        Unit::Count,
        "Inputs that policies and processes have completed, by consumer."
    );
    describe_counter!(PUBLISHED, Unit::Count, "Events that publishers have handed over.");
    describe_counter!(
        IGNORED,
        Unit::Count,
        "Events of instances that were never started or have ended, by process."
    );
    describe_counter!(
        PARKED,
        Unit::Count,
        "Inputs that consumers have set aside, by consumer."
    );
    describe_counter!(HITS, Unit::Count, "States that were found among the kept ones.");
    describe_counter!(
        MISSES,
        Unit::Count,
        "States that were not, and were folded from the first event."
    );
    describe_counter!(EVICTED, Unit::Count, "Kept states that had to go to make room.");
    describe_gauge!(KEPT, Unit::Count, "States that are kept for the next command.");
    describe_gauge!(
        KEPT_BYTES,
        Unit::Bytes,
        "The bytes of the kept states, as `keep_bytes` counts."
    );
}

pub(crate) fn command(name: &'static str, outcome: &'static str, attempts: u32, began: &Began) {
    counter!(COMMANDS, "command" => name, "outcome" => outcome).increment(1);
    counter!(ATTEMPTS, "command" => name).increment(attempts.into());
    histogram!(COMMAND_SECONDS, "command" => name).record(began.0.elapsed());
}

pub(crate) fn transaction(outcome: &'static str) {
    counter!(TRANSACTIONS, "outcome" => outcome).increment(1);
}

pub(crate) fn appended(events: usize, began: &Began) {
    counter!(EVENTS).increment(events as u64);
    histogram!(APPEND_SECONDS).record(began.0.elapsed());
}

pub(crate) fn conflict() {
    counter!(CONFLICTS).increment(1);
}

pub(crate) fn projected(projection: &'static str, events: usize) {
    counter!(PROJECTED, "projection" => projection).increment(events as u64);
}

pub(crate) fn stopped(projection: &'static str) {
    counter!(STOPPED, "projection" => projection).increment(1);
}

pub(crate) fn folded(events: u64) {
    histogram!(FOLDED).record(events as f64);
}

pub(crate) fn reacted(consumer: &'static str) {
    counter!(REACTED, "consumer" => consumer).increment(1);
}

pub(crate) fn ignored(consumer: &'static str) {
    counter!(IGNORED, "consumer" => consumer).increment(1);
}

pub(crate) fn published(events: usize) {
    counter!(PUBLISHED).increment(events as u64);
}

pub(crate) fn parked(consumer: &'static str) {
    counter!(PARKED, "consumer" => consumer).increment(1);
}

pub(crate) fn found(is_found: bool) {
    counter!(if is_found { HITS } else { MISSES }).increment(1);
}

pub(crate) fn kept(states: KeptStates) {
    gauge!(KEPT).set(states.count as f64);
    gauge!(KEPT_BYTES).set(states.bytes as f64);
}

pub(crate) fn evicted(states: u64) {
    counter!(EVICTED).increment(states);
}
