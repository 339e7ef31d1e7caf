//! The one table of all cases: name, rules, function.

mod batches;
mod bytes;
mod cancelling;
mod capabilities;
mod checkpoints;
mod clock;
mod consumers;
mod damage;
mod disk;
mod durability;
mod ending;
mod filters;
mod following;
mod gaps;
mod generations;
mod histories;
mod keys;
mod limits;
mod names;
mod order;
mod pages;
mod racing;
mod reading;
mod reopening;
mod repeats;
mod resolving;
mod restoring;
mod subscribing;
mod versions;
mod windows;

use crate::store::conformance::Entry;

macro_rules! table {
    ($($topic:ident :: $case:ident: $($rule:literal),+;)*) => {
        pub(super) const TABLE: &[Entry] = &[$(
            Entry { name: stringify!($case), rules: &[$($rule),+], run: |bed| Box::pin($topic::$case(bed)) },
        )*];
    };
}

table! {
    versions::new_stream_starts_at_one: "1.2";
    versions::versions_are_contiguous: "1.2";
    versions::expected_matrix: "1.4";
    versions::stale_exact_is_conflict: "1.4", "1.5";
    racing::any_loses_nothing: "1.4";
    racing::one_winner_per_version: "1.5";
    durability::conflict_names_durable_actual: "1.5";
    batches::batch_is_one_range: "1.3", "10.2";
    batches::batch_is_all_or_nothing: "1.3";
    batches::batch_over_streams_is_one: "1.3";
    batches::empty_batch_is_refused: "1.8";
    limits::limits_at_and_over: "1.9";
    names::hostile_names: "1.1", "10.6";
    names::names_differ_by_bytes_only: "1.1";
    bytes::hostile_payloads: "1.10";
    bytes::bytes_come_back_equal: "1.10", "10.4";
    durability::outcomes_are_honest: "1.6";
    durability::sync_failure_poisons: "1.6";
    disk::full_disk_is_definite: "1.6";
    disk::close_is_definite: "1.6";
    durability::not_visible_before_durable: "1.7";
    racing::visible_after_receipt: "1.7";
    reading::read_from_every_version: "1.11";
    pages::page_edges: "1.11";
    following::read_during_append_has_no_hole: "1.11", "3.3";
    pages::page_reports_scanned_through: "3.4", "7.5";
    filters::filter_equals_scan: "7.8", "7.5";
    disk::read_error_is_not_the_end: "7.10";
    subscribing::catch_up_to_live: "7.1", "7.2";
    subscribing::lost_wakeup_is_only_late: "7.2";
    ending::live_sees_only_safe_events: "7.3";
    subscribing::slow_subscriber_is_bounded: "7.10";
    ending::subscription_ends_with_reason: "7.10";
    ending::subscriber_resumes_after_any_crash: "7.1";
    keys::same_key_returns_original: "2.3", "2.1";
    keys::same_key_other_content_is_refused: "2.4";
    keys::same_key_after_other_appends: "2.3";
    keys::same_key_concurrently_commits_once: "2.3";
    keys::same_key_in_two_streams_is_two_appends: "2.1";
    keys::known_key_is_found: "2.3";
    keys::refused_key_is_not_remembered: "2.5";
    keys::keys_survive_reopen: "2.1", "2.6";
    windows::key_window_is_honoured: "2.6";
    repeats::same_append_returns_original: "2.1", "2.2";
    repeats::partial_overlap_is_refused: "2.2";
    repeats::resend_commits_once: "2.7", "2.1";
    resolving::unknown_resolves_both_ways: "2.7";
    resolving::resolve_is_not_early: "2.7";
    resolving::resolve_asks_its_own_store: "2.7", "3.7";
    order::positions_strictly_increase: "3.1";
    order::position_order_is_version_order: "3.1";
    order::positions_are_dense: "3.1";
    gaps::no_late_arrival: "3.3";
    gaps::stuck_writer_holds_back: "3.3";
    gaps::rollback_does_not_stall: "3.3";
    order::effect_after_cause: "3.5";
    order::history_is_linearizable: "3.5", "1.5", "1.7";
    reopening::served_position_is_never_reused: "3.6";
    restoring::restore_changes_epoch: "3.7";
    reopening::reopen_equals_before: "3.8";
    reopening::crash_at_every_write: "3.8", "1.3", "1.7";
    damage::damage_is_named: "3.8";
    reopening::second_opener_is_refused: "3.8";
    checkpoints::checkpoint_is_monotone: "7.6";
    checkpoints::checkpoint_refuses_old_fence: "7.6";
    checkpoints::lease_expires_on_store_clock: "7.6";
    histories::checkpoint_other_store_refused: "3.7", "7.7";
    histories::checkpoint_other_epoch_refused: "3.7", "7.7";
    histories::checkpoint_ahead_refused: "7.7";
    consumers::checkpoint_and_view_commit_together: "7.4", "8.2";
    consumers::dead_letters_keep_their_order: "8.5", "8.6";
    generations::switch_is_at_or_beyond: "8.7";
    cancelling::cancel_at_every_poll: "4.8";
    cancelling::runtime_dropped_in_append: "4.8";
    clock::clock_back_and_forth: "10.1";
    capabilities::capabilities_match_behaviour: "3.2", "12.1";
    capabilities::unsupported_is_loud: "12.3";
    capabilities::wrapper_only_lowers: "12.4";
}
