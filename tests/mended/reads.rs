//! The mended programs of projections, policies and processes.

#[path = "../ui/policy/changes_itself_mended.rs"]
mod policy_changes_itself;
#[path = "../ui/policy/command_not_serialize_mended.rs"]
mod policy_command_not_serialize;
#[path = "../ui/policy/failure_unhandled_mended.rs"]
mod policy_failure_unhandled;
#[path = "../ui/policy/hops_not_a_number_mended.rs"]
mod policy_hops_not_a_number;
#[path = "../ui/policy/no_start_mended.rs"]
mod policy_no_start;
#[path = "../ui/policy/returns_impl_mended.rs"]
mod policy_returns_impl;
#[path = "../ui/policy/returns_no_effect_mended.rs"]
mod policy_returns_no_effect;
#[path = "../ui/policy/start_unknown_mended.rs"]
mod policy_start_unknown;
#[path = "../ui/policy/takes_mut_self_mended.rs"]
mod policy_takes_mut_self;
#[path = "../ui/process/applied_and_not_found_mended.rs"]
mod process_applied_and_not_found;
#[path = "../ui/process/changes_itself_mended.rs"]
mod process_changes_itself;
#[path = "../ui/process/creates_and_does_not_start_mended.rs"]
mod process_creates_and_does_not_start;
#[path = "../ui/process/event_without_a_key_mended.rs"]
mod process_event_without_a_key;
#[path = "../ui/process/id_not_a_type_mended.rs"]
mod process_id_not_a_type;
#[path = "../ui/process/key_of_a_timer_mended.rs"]
mod process_key_of_a_timer;
#[path = "../ui/process/key_of_another_type_mended.rs"]
mod process_key_of_another_type;
#[path = "../ui/process/max_parked_not_a_number_mended.rs"]
mod process_max_parked_not_a_number;
#[path = "../ui/process/no_id_mended.rs"]
mod process_no_id;
#[path = "../ui/process/nothing_starts_mended.rs"]
mod process_nothing_starts;
#[path = "../ui/process/start_by_a_timer_mended.rs"]
mod process_start_by_a_timer;
#[path = "../ui/process/starts_with_mut_self_mended.rs"]
mod process_starts_with_mut_self;
#[path = "../ui/process/starts_without_a_state_mended.rs"]
mod process_starts_without_a_state;
#[path = "../ui/process/takes_mut_self_mended.rs"]
mod process_takes_mut_self;
#[path = "../ui/process/timer_not_serialize_mended.rs"]
mod process_timer_not_serialize;
#[path = "../ui/process/timer_unhandled_mended.rs"]
mod process_timer_unhandled;
#[path = "../ui/process/timer_without_a_name_mended.rs"]
mod process_timer_without_a_name;
#[path = "../ui/projection/apply_in_a_projection_mended.rs"]
mod projection_apply_in_a_projection;
#[path = "../ui/projection/async_on_mended.rs"]
mod projection_async_on;
#[path = "../ui/projection/async_query_mended.rs"]
mod projection_async_query;
#[path = "../ui/projection/event_by_value_mended.rs"]
mod projection_event_by_value;
#[path = "../ui/projection/event_handled_twice_mended.rs"]
mod projection_event_handled_twice;
#[path = "../ui/projection/event_mutable_mended.rs"]
mod projection_event_mutable;
#[path = "../ui/projection/event_not_read_mended.rs"]
mod projection_event_not_read;
#[path = "../ui/projection/generic_mended.rs"]
mod projection_generic;
#[path = "../ui/projection/handlers_without_a_derive_mended.rs"]
mod projection_handlers_without_a_derive;
#[path = "../ui/projection/key_misspelled_mended.rs"]
mod projection_key_misspelled;
#[path = "../ui/projection/key_without_a_text_mended.rs"]
mod projection_key_without_a_text;
#[path = "../ui/projection/key_without_a_value_mended.rs"]
mod projection_key_without_a_value;
#[path = "../ui/projection/mode_unknown_mended.rs"]
mod projection_mode_unknown;
#[path = "../ui/projection/name_not_a_text_mended.rs"]
mod projection_name_not_a_text;
#[path = "../ui/projection/no_name_mended.rs"]
mod projection_no_name;
#[path = "../ui/projection/no_queries_mended.rs"]
mod projection_no_queries;
#[path = "../ui/projection/no_reads_mended.rs"]
mod projection_no_reads;
#[path = "../ui/projection/no_transaction_mended.rs"]
mod projection_no_transaction;
#[path = "../ui/projection/not_an_event_mended.rs"]
mod projection_not_an_event;
#[path = "../ui/projection/not_derived_mended.rs"]
mod projection_not_derived;
#[path = "../ui/projection/not_serialize_mended.rs"]
mod projection_not_serialize;
#[path = "../ui/projection/on_error_without_a_bound_mended.rs"]
mod projection_on_error_without_a_bound;
#[path = "../ui/projection/on_in_an_aggregate_mended.rs"]
mod projection_on_in_an_aggregate;
#[path = "../ui/projection/on_key_misspelled_mended.rs"]
mod projection_on_key_misspelled;
#[path = "../ui/projection/on_of_nothing_mended.rs"]
mod projection_on_of_nothing;
#[path = "../ui/projection/on_takes_self_mended.rs"]
mod projection_on_takes_self;
#[path = "../ui/projection/on_without_self_mended.rs"]
mod projection_on_without_self;
#[path = "../ui/projection/queries_not_a_name_mended.rs"]
mod projection_queries_not_a_name;
#[path = "../ui/projection/query_borrowed_answer_mended.rs"]
mod projection_query_borrowed_answer;
#[path = "../ui/projection/query_borrows_in_a_list_mended.rs"]
mod projection_query_borrows_in_a_list;
#[path = "../ui/projection/query_field_without_a_name_mended.rs"]
mod projection_query_field_without_a_name;
#[path = "../ui/projection/query_generic_mended.rs"]
mod projection_query_generic;
#[path = "../ui/projection/query_in_a_policy_mended.rs"]
mod projection_query_in_a_policy;
#[path = "../ui/projection/query_takes_mut_self_mended.rs"]
mod projection_query_takes_mut_self;
#[path = "../ui/projection/query_with_a_key_mended.rs"]
mod projection_query_with_a_key;
#[path = "../ui/projection/query_without_self_mended.rs"]
mod projection_query_without_self;
#[path = "../ui/projection/reacts_in_memory_mended.rs"]
mod projection_reacts_in_memory;
#[path = "../ui/projection/reads_no_aggregate_mended.rs"]
mod projection_reads_no_aggregate;
#[path = "../ui/projection/reads_not_a_list_mended.rs"]
mod projection_reads_not_a_list;
#[path = "../ui/projection/registered_with_a_database_mended.rs"]
mod projection_registered_with_a_database;
#[path = "../ui/projection/registered_without_its_database_mended.rs"]
mod projection_registered_without_its_database;
#[path = "../ui/projection/result_without_a_transaction_mended.rs"]
mod projection_result_without_a_transaction;
#[path = "../ui/projection/returns_a_command_mended.rs"]
mod projection_returns_a_command;
#[path = "../ui/projection/rev_not_a_number_mended.rs"]
mod projection_rev_not_a_number;
#[path = "../ui/projection/skipped_field_mended.rs"]
mod projection_skipped_field;
#[path = "../ui/projection/start_in_a_projection_mended.rs"]
mod projection_start_in_a_projection;
#[path = "../ui/projection/start_with_a_value_mended.rs"]
mod projection_start_with_a_value;
#[path = "../ui/projection/takes_a_context_mended.rs"]
mod projection_takes_a_context;
#[path = "../ui/projection/takes_a_runtime_mended.rs"]
mod projection_takes_a_runtime;
#[path = "../ui/projection/view_not_a_type_mended.rs"]
mod projection_view_not_a_type;
#[path = "../ui/projection/view_not_in_memory_mended.rs"]
mod projection_view_not_in_memory;
