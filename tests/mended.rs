//! The mended programs beside the mistakes in `ui`: that this target compiles is the test.
#![allow(
    dead_code,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    clippy::needless_pass_by_value,
    clippy::derivable_impls,
    reason = "programs as they stand in `docs/errors.md`, without their users"
)]

#[path = "ui/aggregate/event_never_applied_mended.rs"]
mod aggregate_event_never_applied;
#[path = "ui/aggregate/events_not_a_type_mended.rs"]
mod aggregate_events_not_a_type;
#[path = "ui/aggregate/events_of_no_set_mended.rs"]
mod aggregate_events_of_no_set;
#[path = "ui/aggregate/generic_mended.rs"]
mod aggregate_generic;
#[path = "ui/aggregate/id_no_key_mended.rs"]
mod aggregate_id_no_key;
#[path = "ui/aggregate/id_not_a_type_mended.rs"]
mod aggregate_id_not_a_type;
#[path = "ui/aggregate/key_misspelled_mended.rs"]
mod aggregate_key_misspelled;
#[path = "ui/aggregate/name_empty_mended.rs"]
mod aggregate_name_empty;
#[path = "ui/aggregate/name_not_a_text_mended.rs"]
mod aggregate_name_not_a_text;
#[path = "ui/aggregate/name_reserved_mended.rs"]
mod aggregate_name_reserved;
#[path = "ui/aggregate/name_too_long_mended.rs"]
mod aggregate_name_too_long;
#[path = "ui/aggregate/name_with_a_newline_mended.rs"]
mod aggregate_name_with_a_newline;
#[path = "ui/aggregate/name_with_a_slash_mended.rs"]
mod aggregate_name_with_a_slash;
#[path = "ui/aggregate/no_events_mended.rs"]
mod aggregate_no_events;
#[path = "ui/aggregate/no_id_mended.rs"]
mod aggregate_no_id;
#[path = "ui/aggregate/no_name_mended.rs"]
mod aggregate_no_name;
#[path = "ui/aggregate/rev_not_a_number_mended.rs"]
mod aggregate_rev_not_a_number;
#[path = "ui/aggregate/rev_without_snapshot_mended.rs"]
mod aggregate_rev_without_snapshot;
#[path = "ui/aggregate/snapshot_after_no_time_mended.rs"]
mod aggregate_snapshot_after_no_time;
#[path = "ui/aggregate/snapshot_not_a_count_mended.rs"]
mod aggregate_snapshot_not_a_count;
#[path = "ui/aggregate/snapshot_of_no_schema_mended.rs"]
mod aggregate_snapshot_of_no_schema;
#[path = "ui/aggregate/snapshot_with_a_skipped_field_mended.rs"]
mod aggregate_snapshot_with_a_skipped_field;
#[path = "ui/aggregate/stream_key_of_two_fields_mended.rs"]
mod aggregate_stream_key_of_two_fields;
#[path = "ui/aggregate/stream_key_with_a_name_mended.rs"]
mod aggregate_stream_key_with_a_name;
#[path = "ui/event/added_without_value_mended.rs"]
mod event_added_without_value;
#[path = "ui/event/change_beyond_version_mended.rs"]
mod event_change_beyond_version;
#[path = "ui/event/changed_before_added_mended.rs"]
mod event_changed_before_added;
#[path = "ui/event/context_with_a_space_mended.rs"]
mod event_context_with_a_space;
#[path = "ui/event/crate_not_a_path_mended.rs"]
mod event_crate_not_a_path;
#[path = "ui/event/default_and_with_mended.rs"]
mod event_default_and_with;
#[path = "ui/event/default_not_constant_mended.rs"]
mod event_default_not_constant;
#[path = "ui/event/default_under_a_step_mended.rs"]
mod event_default_under_a_step;
#[path = "ui/event/default_without_since_mended.rs"]
mod event_default_without_since;
#[path = "ui/event/example_not_json_mended.rs"]
mod event_example_not_json;
#[path = "ui/event/example_of_no_version_mended.rs"]
mod event_example_of_no_version;
#[path = "ui/event/floor_above_the_version_mended.rs"]
mod event_floor_above_the_version;
#[path = "ui/event/floor_below_a_key_used_again_mended.rs"]
mod event_floor_below_a_key_used_again;
#[path = "ui/event/floor_below_a_new_type_mended.rs"]
mod event_floor_below_a_new_type;
#[path = "ui/event/floor_below_a_removal_mended.rs"]
mod event_floor_below_a_removal;
#[path = "ui/event/floor_below_a_rename_mended.rs"]
mod event_floor_below_a_rename;
#[path = "ui/event/floor_below_a_step_mended.rs"]
mod event_floor_below_a_step;
#[path = "ui/event/frozen_and_floor_mended.rs"]
mod event_frozen_and_floor;
#[path = "ui/event/frozen_and_write_mended.rs"]
mod event_frozen_and_write;
#[path = "ui/event/generic_mended.rs"]
mod event_generic;
#[path = "ui/event/kept_and_no_upcaster_mended.rs"]
mod event_kept_and_no_upcaster;
#[path = "ui/event/kept_before_version_1_mended.rs"]
mod event_kept_before_version_1;
#[path = "ui/event/kept_is_no_event_mended.rs"]
mod event_kept_is_no_event;
#[path = "ui/event/kept_of_another_event_mended.rs"]
mod event_kept_of_another_event;
#[path = "ui/event/kept_with_a_gap_mended.rs"]
mod event_kept_with_a_gap;
#[path = "ui/event/key_misspelled_mended.rs"]
mod event_key_misspelled;
#[path = "ui/event/key_of_a_field_mended.rs"]
mod event_key_of_a_field;
#[path = "ui/event/key_on_a_field_mended.rs"]
mod event_key_on_a_field;
#[path = "ui/event/key_twice_mended.rs"]
mod event_key_twice;
#[path = "ui/event/key_unknown_mended.rs"]
mod event_key_unknown;
#[path = "ui/event/many_mistakes_mended.rs"]
mod event_many_mistakes;
#[path = "ui/event/name_empty_mended.rs"]
mod event_name_empty;
#[path = "ui/event/name_not_a_text_mended.rs"]
mod event_name_not_a_text;
#[path = "ui/event/name_taken_mended.rs"]
mod event_name_taken;
#[path = "ui/event/name_with_a_space_mended.rs"]
mod event_name_with_a_space;
#[path = "ui/event/no_name_mended.rs"]
mod event_no_name;
#[path = "ui/event/not_serialize_mended.rs"]
mod event_not_serialize;
#[path = "ui/event/raw_and_changes_mended.rs"]
mod event_raw_and_changes;
#[path = "ui/event/raw_and_kept_mended.rs"]
mod event_raw_and_kept;
#[path = "ui/event/removed_but_present_mended.rs"]
mod event_removed_but_present;
#[path = "ui/event/renamed_twice_mended.rs"]
mod event_renamed_twice;
#[path = "ui/event/serde_borrow_mended.rs"]
mod event_serde_borrow;
#[path = "ui/event/serde_default_mended.rs"]
mod event_serde_default;
#[path = "ui/event/serde_deny_unknown_fields_mended.rs"]
mod event_serde_deny_unknown_fields;
#[path = "ui/event/serde_flattened_option_mended.rs"]
mod event_serde_flattened_option;
#[path = "ui/event/serde_from_mended.rs"]
mod event_serde_from;
#[path = "ui/event/serde_omitted_mended.rs"]
mod event_serde_omitted;
#[path = "ui/event/serde_remote_mended.rs"]
mod event_serde_remote;
#[path = "ui/event/serde_rename_one_sided_mended.rs"]
mod event_serde_rename_one_sided;
#[path = "ui/event/serde_skip_serializing_mended.rs"]
mod event_serde_skip_serializing;
#[path = "ui/event/serde_tag_mended.rs"]
mod event_serde_tag;
#[path = "ui/event/serde_transparent_mended.rs"]
mod event_serde_transparent;
#[path = "ui/event/serde_untagged_mended.rs"]
mod event_serde_untagged;
#[path = "ui/event_set/alias_not_a_pair_mended.rs"]
mod event_set_alias_not_a_pair;
#[path = "ui/event_set/alias_of_itself_mended.rs"]
mod event_set_alias_of_itself;
#[path = "ui/event_set/alias_of_no_event_mended.rs"]
mod event_set_alias_of_no_event;
#[path = "ui/event_set/alias_taken_mended.rs"]
mod event_set_alias_taken;
#[path = "ui/event_set/alias_twice_mended.rs"]
mod event_set_alias_twice;
#[path = "ui/event_set/alias_with_a_space_mended.rs"]
mod event_set_alias_with_a_space;
#[path = "ui/event_set/dropped_and_read_mended.rs"]
mod event_set_dropped_and_read;
#[path = "ui/event_set/dropped_not_a_text_mended.rs"]
mod event_set_dropped_not_a_text;
#[path = "ui/event_set/dropped_on_an_event_mended.rs"]
mod event_set_dropped_on_an_event;
#[path = "ui/event_set/dropped_twice_mended.rs"]
mod event_set_dropped_twice;
#[path = "ui/event/set_empty_mended.rs"]
mod event_set_empty;
#[path = "ui/event/set_event_twice_mended.rs"]
mod event_set_event_twice;
#[path = "ui/event_set/frozen_returned_mended.rs"]
mod event_set_frozen_returned;
#[path = "ui/event_set/frozen_unmarked_mended.rs"]
mod event_set_frozen_unmarked;
#[path = "ui/event_set/frozen_with_a_value_mended.rs"]
mod event_set_frozen_with_a_value;
#[path = "ui/event/set_generic_mended.rs"]
mod event_set_generic;
#[path = "ui/event/set_key_of_an_event_mended.rs"]
mod event_set_key_of_an_event;
#[path = "ui/event/set_of_no_event_mended.rs"]
mod event_set_of_no_event;
#[path = "ui/event_set/split_and_read_mended.rs"]
mod event_set_split_and_read;
#[path = "ui/event_set/split_not_a_type_mended.rs"]
mod event_set_split_not_a_type;
#[path = "ui/event_set/split_taken_mended.rs"]
mod event_set_split_taken;
#[path = "ui/event_set/split_without_impl_mended.rs"]
mod event_set_split_without_impl;
#[path = "ui/event_set/unknown_and_frozen_mended.rs"]
mod event_set_unknown_and_frozen;
#[path = "ui/event_set/unknown_not_applied_mended.rs"]
mod event_set_unknown_not_applied;
#[path = "ui/event_set/unknown_of_another_type_mended.rs"]
mod event_set_unknown_of_another_type;
#[path = "ui/event_set/unknown_twice_mended.rs"]
mod event_set_unknown_twice;
#[path = "ui/event_set/unknown_unmarked_mended.rs"]
mod event_set_unknown_unmarked;
#[path = "ui/event_set/unknown_with_a_value_mended.rs"]
mod event_set_unknown_with_a_value;
#[path = "ui/event/set_variant_with_fields_mended.rs"]
mod event_set_variant_with_fields;
#[path = "ui/event/step_twice_mended.rs"]
mod event_step_twice;
#[path = "ui/event/tuple_struct_mended.rs"]
mod event_tuple_struct;
#[path = "ui/event/two_fields_one_key_mended.rs"]
mod event_two_fields_one_key;
#[path = "ui/event/union_mended.rs"]
mod event_union;
#[path = "ui/event/value_missing_mended.rs"]
mod event_value_missing;
#[path = "ui/event/value_of_context_mended.rs"]
mod event_value_of_context;
#[path = "ui/event/value_of_default_mended.rs"]
mod event_value_of_default;
#[path = "ui/event/value_of_example_mended.rs"]
mod event_value_of_example;
#[path = "ui/event/value_of_floor_mended.rs"]
mod event_value_of_floor;
#[path = "ui/event/value_of_from_mended.rs"]
mod event_value_of_from;
#[path = "ui/event/value_of_frozen_mended.rs"]
mod event_value_of_frozen;
#[path = "ui/event/value_of_old_derives_mended.rs"]
mod event_value_of_old_derives;
#[path = "ui/event/value_of_raw_mended.rs"]
mod event_value_of_raw;
#[path = "ui/event/value_of_removed_mended.rs"]
mod event_value_of_removed;
#[path = "ui/event/value_of_renamed_mended.rs"]
mod event_value_of_renamed;
#[path = "ui/event/value_of_retyped_mended.rs"]
mod event_value_of_retyped;
#[path = "ui/event/value_of_since_mended.rs"]
mod event_value_of_since;
#[path = "ui/event/value_of_step_mended.rs"]
mod event_value_of_step;
#[path = "ui/event/value_of_with_mended.rs"]
mod event_value_of_with;
#[path = "ui/event/value_of_write_mended.rs"]
mod event_value_of_write;
#[path = "ui/event/version_not_a_number_mended.rs"]
mod event_version_not_a_number;
#[path = "ui/event/version_without_change_mended.rs"]
mod event_version_without_change;
#[path = "ui/event/version_without_history_mended.rs"]
mod event_version_without_history;
#[path = "ui/event/write_across_a_step_mended.rs"]
mod event_write_across_a_step;
#[path = "ui/event/write_and_try_upcast_mended.rs"]
mod event_write_and_try_upcast;
#[path = "ui/event/write_the_current_version_mended.rs"]
mod event_write_the_current_version;
#[path = "ui/event/write_the_only_version_mended.rs"]
mod event_write_the_only_version;
#[path = "ui/event/write_without_a_struct_mended.rs"]
mod event_write_without_a_struct;
#[path = "ui/event/write_without_clone_mended.rs"]
mod event_write_without_clone;
#[path = "ui/event/write_without_value_mended.rs"]
mod event_write_without_value;
#[path = "ui/events/generic_mended.rs"]
mod events_generic;
#[path = "ui/events/key_misspelled_mended.rs"]
mod events_key_misspelled;
#[path = "ui/events/key_of_an_event_misspelled_mended.rs"]
mod events_key_of_an_event_misspelled;
#[path = "ui/events/name_taken_mended.rs"]
mod events_name_taken;
#[path = "ui/events/no_prefix_mended.rs"]
mod events_no_prefix;
#[path = "ui/events/on_a_struct_mended.rs"]
mod events_on_a_struct;
#[path = "ui/events/prefix_not_a_text_mended.rs"]
mod events_prefix_not_a_text;
#[path = "ui/events/prefix_with_a_space_mended.rs"]
mod events_prefix_with_a_space;
#[path = "ui/events/prefix_without_its_key_mended.rs"]
mod events_prefix_without_its_key;
#[path = "ui/events/tuple_variant_mended.rs"]
mod events_tuple_variant;
#[path = "ui/handlers/apply_changes_and_returns_mended.rs"]
mod handlers_apply_changes_and_returns;
#[path = "ui/handlers/apply_of_nothing_mended.rs"]
mod handlers_apply_of_nothing;
#[path = "ui/handlers/apply_on_a_constant_mended.rs"]
mod handlers_apply_on_a_constant;
#[path = "ui/handlers/apply_returns_another_type_mended.rs"]
mod handlers_apply_returns_another_type;
#[path = "ui/handlers/apply_takes_the_event_mended.rs"]
mod handlers_apply_takes_the_event;
#[path = "ui/handlers/async_apply_mended.rs"]
mod handlers_async_apply;
#[path = "ui/handlers/async_command_mended.rs"]
mod handlers_async_command;
#[path = "ui/handlers/command_and_apply_mended.rs"]
mod handlers_command_and_apply;
#[path = "ui/handlers/command_borrows_a_field_mended.rs"]
mod handlers_command_borrows_a_field;
#[path = "ui/handlers/command_borrows_in_a_list_mended.rs"]
mod handlers_command_borrows_in_a_list;
#[path = "ui/handlers/command_field_without_a_name_mended.rs"]
mod handlers_command_field_without_a_name;
#[path = "ui/handlers/command_not_clone_mended.rs"]
mod handlers_command_not_clone;
#[path = "ui/handlers/command_returns_impl_mended.rs"]
mod handlers_command_returns_impl;
#[path = "ui/handlers/command_takes_impl_mended.rs"]
mod handlers_command_takes_impl;
#[path = "ui/handlers/command_takes_mut_self_mended.rs"]
mod handlers_command_takes_mut_self;
#[path = "ui/handlers/command_takes_self_mended.rs"]
mod handlers_command_takes_self;
#[path = "ui/handlers/command_takes_the_context_mended.rs"]
mod handlers_command_takes_the_context;
#[path = "ui/handlers/command_with_a_late_state_mended.rs"]
mod handlers_command_with_a_late_state;
#[path = "ui/handlers/command_with_the_state_by_name_mended.rs"]
mod handlers_command_with_the_state_by_name;
#[path = "ui/handlers/commands_not_a_name_mended.rs"]
mod handlers_commands_not_a_name;
#[path = "ui/handlers/derive_not_a_list_mended.rs"]
mod handlers_derive_not_a_list;
#[path = "ui/handlers/derive_without_clone_mended.rs"]
mod handlers_derive_without_clone;
#[path = "ui/handlers/event_applied_twice_mended.rs"]
mod handlers_event_applied_twice;
#[path = "ui/handlers/event_outside_the_set_mended.rs"]
mod handlers_event_outside_the_set;
#[path = "ui/handlers/generic_command_mended.rs"]
mod handlers_generic_command;
#[path = "ui/handlers/idempotent_with_a_value_mended.rs"]
mod handlers_idempotent_with_a_value;
#[path = "ui/handlers/key_misspelled_mended.rs"]
mod handlers_key_misspelled;
#[path = "ui/handlers/key_of_a_command_unknown_mended.rs"]
mod handlers_key_of_a_command_unknown;
#[path = "ui/handlers/key_of_an_apply_unknown_mended.rs"]
mod handlers_key_of_an_apply_unknown;
#[path = "ui/handlers/method_twice_mended.rs"]
mod handlers_method_twice;
#[path = "ui/handlers/no_commands_mended.rs"]
mod handlers_no_commands;
#[path = "ui/handlers/not_a_command_mended.rs"]
mod handlers_not_a_command;
#[path = "ui/handlers/not_an_impl_mended.rs"]
mod handlers_not_an_impl;
#[path = "ui/handlers/nothing_creates_mended.rs"]
mod handlers_nothing_creates;
#[path = "ui/handlers/on_a_trait_impl_mended.rs"]
mod handlers_on_a_trait_impl;
#[path = "ui/handlers/own_struct_no_path_mended.rs"]
mod handlers_own_struct_no_path;
#[path = "ui/handlers/own_struct_not_taken_mended.rs"]
mod handlers_own_struct_not_taken;
#[path = "ui/handlers/rejection_not_a_type_mended.rs"]
mod handlers_rejection_not_a_type;
#[path = "ui/handlers/rejection_of_another_type_mended.rs"]
mod handlers_rejection_of_another_type;
#[path = "ui/handlers/rejection_without_commands_mended.rs"]
mod handlers_rejection_without_commands;
#[path = "ui/handlers/two_commands_of_one_name_mended.rs"]
mod handlers_two_commands_of_one_name;
#[path = "ui/handlers/wrong_id_mended.rs"]
mod handlers_wrong_id;
#[path = "ui/laws/key_misspelled_mended.rs"]
mod laws_key_misspelled;
#[path = "ui/laws/state_not_compared_mended.rs"]
mod laws_state_not_compared;
#[path = "ui/lock/from_lock_and_raw_mended.rs"]
mod lock_from_lock_and_raw;
#[path = "ui/lock/from_lock_before_version_1_mended.rs"]
mod lock_from_lock_before_version_1;
#[path = "ui/lock/from_lock_no_upcaster_mended.rs"]
mod lock_from_lock_no_upcaster;
#[path = "ui/lock/from_lock_not_there_mended.rs"]
mod lock_from_lock_not_there;
#[path = "ui/lock/from_lock_of_a_draft_mended.rs"]
mod lock_from_lock_of_a_draft;
#[path = "ui/lock/from_lock_of_raw_mended.rs"]
mod lock_from_lock_of_raw;
#[path = "ui/lock/from_lock_with_a_value_mended.rs"]
mod lock_from_lock_with_a_value;
#[path = "ui/lock/never_locked_mended.rs"]
mod lock_never_locked;
#[path = "ui/lock/sealed_shape_changed_mended.rs"]
mod lock_sealed_shape_changed;
#[path = "mended/reads.rs"]
mod reads;
#[path = "ui/runtime/checkpoint_of_a_position_mended.rs"]
mod runtime_checkpoint_of_a_position;
#[path = "ui/runtime/key_without_fingerprint_mended.rs"]
mod runtime_key_without_fingerprint;
#[path = "ui/runtime/no_store_mended.rs"]
mod runtime_no_store;
#[path = "ui/schema/example_not_json_mended.rs"]
mod schema_example_not_json;
#[path = "ui/schema/example_without_scalar_mended.rs"]
mod schema_example_without_scalar;
#[path = "ui/schema/flattened_option_mended.rs"]
mod schema_flattened_option;
#[path = "ui/schema/flattened_scalar_mended.rs"]
mod schema_flattened_scalar;
#[path = "ui/schema/format_of_a_field_mended.rs"]
mod schema_format_of_a_field;
#[path = "ui/schema/format_of_a_type_mended.rs"]
mod schema_format_of_a_type;
#[path = "ui/schema/key_misspelled_mended.rs"]
mod schema_key_misspelled;
#[path = "ui/schema/key_on_a_type_mended.rs"]
mod schema_key_on_a_type;
#[path = "ui/schema/key_on_an_event_mended.rs"]
mod schema_key_on_an_event;
#[path = "ui/schema/name_of_a_kind_mended.rs"]
mod schema_name_of_a_kind;
#[path = "ui/schema/no_schema_mended.rs"]
mod schema_no_schema;
#[path = "ui/schema/omitted_mended.rs"]
mod schema_omitted;
#[path = "ui/schema/omitted_in_a_tuple_mended.rs"]
mod schema_omitted_in_a_tuple;
#[path = "ui/schema/remote_mended.rs"]
mod schema_remote;
#[path = "ui/schema/rename_one_sided_mended.rs"]
mod schema_rename_one_sided;
#[path = "ui/schema/scalar_without_example_mended.rs"]
mod schema_scalar_without_example;
#[path = "ui/schema/strict_mended.rs"]
mod schema_strict;
#[path = "ui/schema/two_forms_mended.rs"]
mod schema_two_forms;
#[path = "ui/schema/union_mended.rs"]
mod schema_union;
#[path = "ui/schema/value_of_by_name_mended.rs"]
mod schema_value_of_by_name;
#[path = "ui/schema/value_of_example_mended.rs"]
mod schema_value_of_example;
#[path = "ui/schema/value_of_opaque_mended.rs"]
mod schema_value_of_opaque;
#[path = "ui/schema/value_of_scalar_mended.rs"]
mod schema_value_of_scalar;
#[path = "ui/schema/variant_never_read_mended.rs"]
mod schema_variant_never_read;
#[path = "ui/schema/variant_untagged_mended.rs"]
mod schema_variant_untagged;
#[path = "ui/schema/variant_with_mended.rs"]
mod schema_variant_with;
