//! Rule 11.6: the suite is tested. Each broken store is caught by the case that is named for it, and each case catches one.

use std::collections::BTreeSet;

use recount::store::conformance::{Outcome, Subject, names, run, run_case};

use crate::bent::{Bend, Bent};
use crate::forgetful::{Forgetful, Lapse};
use crate::seed;
use crate::sim::{Bug, Sim};

/// Runs the named cases on a broken store: each must fail, in its own words and not in those of a watchdog.
fn catches(double: &impl Subject, what: &str, cases: &[&str]) {
    for name in cases {
        let case = run_case(double, name, seed()).unwrap_or_else(|| panic!("there is no case `{name}`"));
        match case.outcome {
            Outcome::Failed(why) => assert!(!why.contains("hung"), "`{name}` let {what} hang: {why}"),
            other => panic!("`{name}` let a store pass that {what}: {other:?}"),
        }
    }
}

/// One test for each broken store, and the list of all cases that catch one.
macro_rules! doubles {
    ($($test:ident: $double:expr, $what:literal => $($case:ident),+;)*) => {
        $(
            #[test]
            fn $test() {
                catches(&$double, $what, &[$(stringify!($case)),+]);
            }
        )*

        const CAUGHT: &[&[&str]] = &[$(&[$(stringify!($case)),+]),*];
    };
}

fn bent(bend: Bend) -> Bent {
    Bent(bend)
}

fn sim(bug: Bug) -> Sim {
    Sim::new(Some(bug))
}

fn forgetful(lapse: Lapse) -> Forgetful {
    Forgetful::new(lapse)
}

doubles! {
    stale_version: bent(Bend::AcceptsStale), "accepts a stale version"
        => stale_exact_is_conflict, expected_matrix, one_winner_per_version, history_is_linearizable;
    exists_for_any: bent(Bend::TakesExistsForAny), "takes `Exists` for `Any`" => expected_matrix;
    any_dropped: bent(Bend::DropsSomeOfAny), "answers appends that it dropped" => any_loses_nothing;
    check_then_write: bent(Bend::ChecksThenWrites), "checks a version and writes later" => one_winner_per_version, history_is_linearizable;
    begins_at_two: bent(Bend::BeginsAtTwo), "begins a stream at version 2" => new_stream_starts_at_one;
    holes: bent(Bend::LeavesHoles), "leaves a hole in a stream" => versions_are_contiguous;
    miscounts: bent(Bend::MiscountsBatches), "splits a batch for its readers" => batch_is_one_range;
    half_before_refusal: bent(Bend::WritesUpToTheBadEvent), "writes a batch up to the event that it refuses" => batch_is_all_or_nothing;
    part_by_part: bent(Bend::WritesPartByPart), "writes a batch part by part" => batch_over_streams_is_one;
    empty_batches: bent(Bend::TakesEmptyBatches), "takes an empty batch" => empty_batch_is_refused;
    one_more: bent(Bend::TakesOneMore), "takes one byte more than its limit" => limits_at_and_over;
    folded_names: bent(Bend::FoldsCase), "folds the case of names" => names_differ_by_bytes_only;
    trimmed_names: bent(Bend::TrimsNames), "trims names" => hostile_names, names_differ_by_bytes_only;
    text_payloads: bent(Bend::TakesPayloadForText), "takes payloads for text" => hostile_payloads, bytes_come_back_equal;
    lost_metadata: bent(Bend::LosesMetadata), "loses the metadata of an event" => bytes_come_back_equal;
    shown_late: bent(Bend::ShowsLate), "answers before a reader sees it" => visible_after_receipt, history_is_linearizable;
    after_from: bent(Bend::BeginsAfterFrom), "begins a read after the version that was asked for" => read_from_every_version;
    last_page: bent(Bend::DropsLastPage), "drops the last page" => page_edges, catch_up_to_live;
    full_page: bent(Bend::TakesFullPageForLast), "takes a full page for the last" => page_edges, read_from_every_version;
    unread_ceiling: bent(Bend::ClaimsUnreadCeiling), "reports an unread ceiling"
        => page_reports_scanned_through, filter_equals_scan;
    gap_skipped: bent(Bend::CommitsOutOfOrder), "lets readers pass a gap that is filled later"
        => read_during_append_has_no_hole, catch_up_to_live;
    position_reused: bent(Bend::RepeatsPositions), "gives two events one position" => positions_strictly_increase;
    two_orders: bent(Bend::ShiftsPositionsOfStreams), "numbers streams and log apart" => position_order_is_version_order;
    sparse: bent(Bend::Sparse), "leaves gaps where it declared none" => positions_are_dense, capabilities_match_behaviour;
    effect_first: bent(Bend::AnswersEarlierPositions), "puts an effect before its cause" => effect_after_cause;
    past: bent(Bend::ReadsThePast), "reads the past now and then" => history_is_linearizable;
    never_closed: bent(Bend::DoesNotClose), "does not close" => close_is_definite, subscription_ends_with_reason;
    half_when_dropped: bent(Bend::WritesHalfWhenDropped), "writes half a batch when its caller goes away"
        => cancel_at_every_poll, runtime_dropped_in_append, read_during_append_has_no_hole;
    claims_more: bent(Bend::ClaimsDurability), "declares more than the store inside" => wrapper_only_lowers, capabilities_match_behaviour;
    ignored_filters: bent(Bend::IgnoresFilters), "serves what the filter leaves out" => filter_equals_scan;
    endless_pages: bent(Bend::IgnoresPageSize), "gives pages without a bound" => slow_subscriber_is_bounded, page_edges;
    lost_wakeups: bent(Bend::WakesNobody), "loses every wake-up" => lost_wakeup_is_only_late;
    silent_fallback: bent(Bend::SplitsOverStreams), "splits a batch over streams in silence" => unsupported_is_loud;

    answer_first: sim(Bug::AnswersBeforeDurable), "answers before it is durable" => not_visible_before_durable, crash_at_every_write;
    publish_first: sim(Bug::PublishesBeforeDurable), "publishes before it is durable"
        => not_visible_before_durable, served_position_is_never_reused, live_sees_only_safe_events;
    refused_for_unknown: sim(Bug::RefusesInsteadOfUnknown), "refuses what it does not know" => sync_failure_poisons, outcomes_are_honest;
    sync_again: sim(Bug::TriesTheSyncAgain), "tries a failed sync again" => sync_failure_poisons, conflict_names_durable_actual;
    undurable_conflict: sim(Bug::NamesWhatIsNotDurable), "names a version that is not durable" => conflict_names_durable_actual;
    split_batch: sim(Bug::SplitsBatch), "splits a batch over two frames" => crash_at_every_write;
    lost_tail: sim(Bug::LosesTail), "loses the last append when it opens" => reopen_equals_before, crash_at_every_write, subscriber_resumes_after_any_crash;
    reordered: sim(Bug::ReordersTail), "gives positions again after a crash" => served_position_is_never_reused, reopen_equals_before, subscriber_resumes_after_any_crash;
    cut_at_damage: sim(Bug::CutsAtDamage), "cuts the log at damage in its middle" => damage_is_named;
    error_is_end: sim(Bug::TakesReadErrorForEnd), "takes a read error for the end"
        => read_error_is_not_the_end, subscription_ends_with_reason;
    no_lock: sim(Bug::TakesNoLock), "takes no lock" => second_opener_is_refused;
    full_is_unknown: sim(Bug::FullIsUnknown), "does not know what a full disk wrote" => full_disk_is_definite;
    full_for_ever: sim(Bug::StaysFull), "stays full" => full_disk_is_definite;
    clock_back: sim(Bug::ClockGoesBack), "records a time before the last" => clock_back_and_forth;
    not_closed: sim(Bug::ForgetsThatItClosed), "writes after it was closed" => close_is_definite;
    refused_and_written: sim(Bug::CommitsWhatItRefused), "writes what it refused" => outcomes_are_honest;

    ignores_keys: forgetful(Lapse::IgnoresKeys), "ignores the key"
        => same_key_returns_original, same_key_after_other_appends, same_key_concurrently_commits_once, capabilities_match_behaviour;
    any_content: forgetful(Lapse::TakesAnyContent), "takes any content for a key" => same_key_other_content_is_refused, known_key_is_found;
    store_wide_keys: forgetful(Lapse::KeepsKeysStoreWide), "takes the key of one stream for that of another"
        => same_key_in_two_streams_is_two_appends;
    version_before_key: forgetful(Lapse::ChecksVersionFirst), "checks the version before the key" => same_key_after_other_appends;
    looks_then_writes: forgetful(Lapse::LooksThenWrites), "looks for a key and writes later" => same_key_concurrently_commits_once;
    remembers_refused: forgetful(Lapse::RemembersRefused), "remembers the key of what it refused" => refused_key_is_not_remembered;
    forgets_ids: forgetful(Lapse::ForgetsIds), "writes a resend again" => same_append_returns_original, resend_commits_once;
    takes_overlap: forgetful(Lapse::TakesOverlap), "takes an overlap for the same batch" => partial_overlap_is_refused;
    marks_nothing: forgetful(Lapse::MarksNothing), "does not say that it wrote nothing"
        => same_key_returns_original, same_append_returns_original, history_is_linearizable;
    finds_nothing: forgetful(Lapse::FindsNothing), "does not find the keys that it knows" => known_key_is_found;
    resolves_blindly: forgetful(Lapse::ResolvesAllAsNotWritten), "resolves all as not written" => unknown_resolves_both_ways;
    resolves_for_others: forgetful(Lapse::ResolvesForOthers), "resolves the appends of another store" => resolve_asks_its_own_store;
    silent_keys: forgetful(Lapse::DropsKeysInSilence), "drops keys in silence" => unsupported_is_loud;
    lets_pass: forgetful(Lapse::LetsReadersPass), "lets readers pass a writer that hangs" => no_late_arrival, stuck_writer_holds_back;
    stalls: forgetful(Lapse::StallsAtGaps), "waits for numbers that were given back" => rollback_does_not_stall;
    forgets_on_open: sim(Bug::ForgetsKeysOnOpen), "forgets keys when it opens" => keys_survive_reopen, restore_changes_epoch;
    forgets_early: sim(Bug::ForgetsKeysEarly), "forgets keys inside its window" => key_window_is_honoured;
    in_doubt: sim(Bug::RefusesWhatIsInDoubt), "refuses the repeat of what may have been written" => resend_commits_once;
    resolves_early: sim(Bug::ResolvesEarly), "resolves before an attempt can no longer land" => resolve_is_not_early;
    keeps_epoch: sim(Bug::KeepsEpoch), "goes on as the same history after a restore" => restore_changes_epoch, checkpoint_other_epoch_refused;

    saves_anywhere: sim(Bug::SavesAnywhere), "saves a checkpoint wherever it was" => checkpoint_is_monotone;
    old_fences: sim(Bug::TakesOldFences), "accepts an old fence" => checkpoint_refuses_old_fence, lease_expires_on_store_clock;
    another_clock: sim(Bug::LeasesByAnotherClock), "ends leases by another clock" => lease_expires_on_store_clock;
    any_history: sim(Bug::SavesIntoAnyHistory), "saves a checkpoint of another store" => checkpoint_other_store_refused;
    two_steps: sim(Bug::SavesInTwoSteps), "saves a view and its checkpoint in two steps" => checkpoint_and_view_commit_together;
    later_letter: sim(Bug::KeepsTheLaterLetter), "keeps the later of two letters" => dead_letters_keep_their_order;
    behind: sim(Bug::SwitchesToWhatIsBehind), "switches to a view that is behind" => switch_is_at_or_beyond;
    follows: bent(Bend::FollowsAnyReader), "tells a reader beyond its end that all is well" => checkpoint_ahead_refused;
}

/// Rule 11.6: no case is without a store that it catches.
#[test]
fn every_case_catches_a_double() {
    let caught: BTreeSet<&str> = CAUGHT.iter().flat_map(|cases| cases.iter().copied()).collect();
    let all: BTreeSet<&str> = names().collect();
    assert_eq!(caught, all, "cases that catch no broken store, or that are not there");
}

/// Rule 3.2: a store with gaps between its positions that says so keeps all the rest.
#[test]
fn sparse_positions_are_no_fault() {
    sound_but_for(&bent(Bend::SparseAndSaysSo), "positions_are_dense");
}

/// Rule 12.3: so does one that cannot span streams and says so; and what it cannot do, it says aloud.
#[test]
fn one_stream_is_no_fault() {
    sound_but_for(&bent(Bend::OneStreamAndSaysSo), "batch_over_streams_is_one");
    let case = run_case(&bent(Bend::OneStreamAndSaysSo), "unsupported_is_loud", seed());
    assert_eq!(case.map(|case| case.outcome), Some(Outcome::Passed));
}

/// Rules 2.6, 12.3: nor is one that keeps no keys, or cannot resolve, and says so.
#[test]
fn without_keys_is_no_fault() {
    for (lapse, not_run) in [
        (Lapse::NoKeysAndSaysSo, "same_key_returns_original"),
        (Lapse::NoResolvingAndSaysSo, "unknown_resolves_both_ways"),
    ] {
        sound_but_for(&forgetful(lapse), not_run);
        let case = run_case(&forgetful(lapse), "unsupported_is_loud", seed());
        assert_eq!(case.map(|case| case.outcome), Some(Outcome::Passed));
    }
}

/// Rule 2.6: a window that is declared and kept is no fault.
#[test]
fn a_window_is_no_fault() {
    let case = run_case(&sim(Bug::KeepsKeysForAnHour), "key_window_is_honoured", seed());
    assert_eq!(case.map(|case| case.outcome), Some(Outcome::Passed));
}

fn sound_but_for(double: &impl Subject, not_run: &str) {
    let report = run(double, seed());
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.is_empty(), "a sound store failed: {failed:#?}");
    assert!(
        matches!(report.outcome(not_run), Some(Outcome::NotRun(_))),
        "`{not_run}` was run"
    );
}

/// A store that hangs fails, and does not stop the suite.
#[test]
fn a_hang_is_a_failure() {
    let case = run_case(&bent(Bend::Hangs), "new_stream_starts_at_one", seed());
    let outcome = case.map(|case| case.outcome);
    assert!(
        matches!(&outcome, Some(Outcome::Failed(why)) if why.contains("hung")),
        "{outcome:?}"
    );
}
