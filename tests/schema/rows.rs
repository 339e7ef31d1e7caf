//! The table of verdicts: each row, wherever it stands in a payload.

use recount::Schema;
use recount::testing::{Problem, Update};

use crate::places::{PLACES, Places};
use crate::support::Project;

/// Seals one build and looks with the next; in each place it says `overall`, and names the change by its code.
#[track_caller]
fn says<Before: Schema + 'static, After: Schema + 'static>(overall: &str, code: &str, columns: &str) {
    let project = Project::sealed::<Places<Before>>();
    let result = project.test::<Places<After>>(Update::No).lock();
    let report = result.expect_err("a difference");
    let events: Vec<&str> = report.problems().iter().map(Problem::event).collect();
    assert_eq!(events, PLACES, "{report}");
    for problem in report.problems() {
        let text = problem.to_string();
        assert_eq!(problem.code(), overall, "{text}");
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{code} ")));
        let line = line.unwrap_or_else(|| panic!("{code} is not said:\n{text}"));
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(line.ends_with(columns), "{columns}\n{text}");
        // Each NO is shown by a payload.
        assert_eq!(columns.contains("NO"), text.contains("\n  witness: "), "{text}");
        assert_eq!(columns.contains("NO"), problem.shown_by().is_some(), "{text}");
    }
    // What is refused stays refused, and what is accepted is accepted once.
    let always = project.test::<Places<After>>(Update::Always).lock();
    assert_eq!(always.is_err(), overall != "LOCK_STALE");
    assert_eq!(project.lock::<Places<After>>().is_empty(), overall == "LOCK_STALE");
}

const OK: &str = "reads: ok keeps: ok older: ok";
const READS: &str = "reads: NO keeps: ok older: ok";
const KEEPS: &str = "reads: ok keeps: NO older: ok";
const OLDER: &str = "reads: ok keeps: ok older: NO";
const NOT_READS: &str = "reads: ok keeps: NO older: NO";
const READS_OLDER: &str = "reads: NO keeps: ok older: NO";

/// `name: what is said, the columns; before { .. } after { .. }`
macro_rules! rows {
    ($($row:ident: $overall:literal $code:literal $columns:ident; { $($before:tt)* } { $($after:tt)* })*) => { $(
        #[test]
        fn $row() {
            mod before {
                #[derive(serde::Deserialize, recount::Schema)]
                pub(super) struct Row { pub(super) _a: u8, $($before)* }
            }
            mod after {
                #[derive(serde::Deserialize, recount::Schema)]
                pub(super) struct Row { pub(super) _a: u8, $($after)* }
            }
            says::<before::Row, after::Row>($overall, $code, $columns);
        }
    )* };
}

rows! {
    an_optional_field_added: "LOCK_STALE" "OPTIONAL_FIELD_ADDED" OK; {} { pub(super) _b: Option<u8> }
    a_defaulted_list_added: "LOCK_STALE" "OPTIONAL_FIELD_ADDED" OK; {} { #[serde(default)] pub(super) _b: Vec<u8> }
    an_alias_added: "LOCK_STALE" "ALIAS_ADDED" OK;
        { pub(super) _b: u8 } { #[serde(alias = "_c")] pub(super) _b: u8 }
    an_alias_removed: "INCOMPATIBLE" "ALIAS_REMOVED" READS;
        { #[serde(alias = "_c")] pub(super) _b: u8 } { pub(super) _b: u8 }
    a_required_field_added: "INCOMPATIBLE" "REQUIRED_FIELD_ADDED" READS; {} { pub(super) _b: u8 }
    an_optional_field_removed: "INCOMPATIBLE" "FIELD_REMOVED" KEEPS; { pub(super) _b: Option<u8> } {}
    a_required_field_removed: "INCOMPATIBLE" "FIELD_REMOVED" NOT_READS; { pub(super) _b: u8 } {}
    a_key_renamed_with_the_old_one_as_alias: "NOT_FORWARD_COMPATIBLE" "KEY_RENAMED" OLDER;
        { pub(super) _b: u8 } { #[serde(alias = "_b")] pub(super) _c: u8 }
    a_type_changed: "INCOMPATIBLE" "TYPE_CHANGED" READS_OLDER; { pub(super) _b: u8 } { pub(super) _b: String }
    a_format_renamed: "INCOMPATIBLE" "TYPE_CHANGED" READS_OLDER;
        { #[schema(scalar = "iban/1", example = "\"DE1\"")] pub(super) _b: String }
        { #[schema(scalar = "iban/2", example = "\"DE1\"")] pub(super) _b: String }
    an_int_widened: "NOT_FORWARD_COMPATIBLE" "INT_WIDENED" OLDER; { pub(super) _b: u8 } { pub(super) _b: u16 }
    an_int_widened_by_its_range: "NOT_FORWARD_COMPATIBLE" "INT_WIDENED" OLDER; { pub(super) _b: u8 } { pub(super) _b: i16 }
    an_int_narrowed: "INCOMPATIBLE" "INT_NARROWED" READS; { pub(super) _b: u16 } { pub(super) _b: u8 }
    a_float_widened: "NOT_FORWARD_COMPATIBLE" "FLOAT_WIDENED" OLDER; { pub(super) _b: f32 } { pub(super) _b: f64 }
    a_float_narrowed: "INCOMPATIBLE" "FLOAT_NARROWED" KEEPS; { pub(super) _b: f64 } { pub(super) _b: f32 }
    an_int_to_float: "INCOMPATIBLE" "INT_TO_FLOAT" NOT_READS; { pub(super) _b: u64 } { pub(super) _b: f64 }
    what_became_optional: "NOT_FORWARD_COMPATIBLE" "BECAME_OPTIONAL" OLDER;
        { pub(super) _b: String } { #[serde(default)] pub(super) _b: String }
    what_became_nullable: "NOT_FORWARD_COMPATIBLE" "BECAME_NULLABLE" OLDER;
        { #[serde(default)] pub(super) _b: u8 } { pub(super) _b: Option<u8> }
    what_became_required: "INCOMPATIBLE" "BECAME_REQUIRED" READS;
        { #[serde(default)] pub(super) _b: u8 } { pub(super) _b: u8 }
    a_null_refused: "INCOMPATIBLE" "NULL_REFUSED" READS;
        { pub(super) _b: Option<u8> } { #[serde(default)] pub(super) _b: u8 }
}

/// A row about an enum: `before` and `after` are its attributes and variants.
macro_rules! enum_rows {
    ($($row:ident: $overall:literal $code:literal $columns:ident;
        { [$($before_attr:tt)*] $($before:tt)* } { [$($after_attr:tt)*] $($after:tt)* })*) => { $(
        #[test]
        fn $row() {
            mod before {
                #[derive(serde::Deserialize, recount::Schema)]
                #[serde($($before_attr)*)]
                #[allow(dead_code, reason = "only its shape is looked at")]
                pub(super) enum Choice { $($before)* }
                #[derive(serde::Deserialize, recount::Schema)]
                pub(super) struct Row { pub(super) _choice: Choice }
            }
            mod after {
                #[derive(serde::Deserialize, recount::Schema)]
                #[serde($($after_attr)*)]
                #[allow(dead_code, reason = "only its shape is looked at")]
                pub(super) enum Choice { $($after)* }
                #[derive(serde::Deserialize, recount::Schema)]
                pub(super) struct Row { pub(super) _choice: Choice }
            }
            says::<before::Row, after::Row>($overall, $code, $columns);
        }
    )* };
}

enum_rows! {
    an_enum_opened: "LOCK_STALE" "ENUM_OPENED" OK;
        { [tag = "is"] A, B { x: u8 } }
        { [tag = "is"] A, B { x: u8 }, #[serde(other)] Other }
    an_enum_closed: "INCOMPATIBLE" "ENUM_CLOSED" READS;
        { [tag = "is"] A, B { x: u8 }, #[serde(other)] Other }
        { [tag = "is"] A, B { x: u8 } }
    a_variant_added_to_an_open_enum: "LOCK_STALE" "VARIANT_ADDED" OK;
        { [tag = "is"] A, #[serde(other)] Other }
        { [tag = "is"] A, B { x: u8 }, #[serde(other)] Other }
    a_variant_added_to_a_closed_enum: "NOT_FORWARD_COMPATIBLE" "VARIANT_ADDED" OLDER;
        { [tag = "is"] A } { [tag = "is"] A, B { x: u8 } }
    a_variant_without_data_added_to_an_enum_open_for_those: "LOCK_STALE" "VARIANT_ADDED" OK;
        { [] A, #[serde(other)] Other } { [] A, B, #[serde(other)] Other }
    a_variant_with_data_added_to_an_enum_open_for_those_without: "NOT_FORWARD_COMPATIBLE" "VARIANT_ADDED" OLDER;
        { [] A, #[serde(other)] Other } { [] A, B(u8), #[serde(other)] Other }
    a_variant_removed_from_a_closed_enum: "INCOMPATIBLE" "VARIANT_REMOVED" READS;
        { [] A, B(u8) } { [] A }
    a_variant_removed_from_an_open_enum: "INCOMPATIBLE" "VARIANT_REMOVED" KEEPS;
        { [tag = "is"] A, B { x: u8 }, #[serde(other)] Other }
        { [tag = "is"] A, #[serde(other)] Other }
    a_tagging_changed: "INCOMPATIBLE" "TYPE_CHANGED" READS_OLDER;
        { [] A, B { x: u8 } } { [tag = "is"] A, B { x: u8 } }
    a_variant_read_under_another_name_too: "LOCK_STALE" "ALIAS_ADDED" OK;
        { [] A, B { x: u8 } } { [] A, #[serde(alias = "C")] B { x: u8 } }
}

/// A container has its own line, or both would have the same shape.
#[test]
fn a_list_of_options_is_no_option_of_a_list() {
    #[derive(serde::Deserialize, Schema)]
    struct Before {
        _a: (Option<Vec<u8>>,),
    }
    #[derive(serde::Deserialize, Schema)]
    struct After {
        _a: (Vec<Option<u8>>,),
    }
    let project = Project::sealed::<Places<Before>>();
    let expected: Vec<String> = PLACES.iter().map(|place| format!("INCOMPATIBLE {place} v1")).collect();
    assert_eq!(project.lock::<Places<After>>(), expected);
}

/// One removed, one added, of the same type: the hint says how a rename is written.
#[test]
fn a_rename_without_an_alias_is_told_as_one() {
    #[derive(serde::Deserialize, Schema)]
    struct Before {
        _note: Option<String>,
    }
    #[derive(serde::Deserialize, Schema)]
    struct After {
        _remark: Option<String>,
    }
    let project = Project::sealed::<Places<Before>>();
    let report = project.test::<Places<After>>(Update::No).lock().expect_err("a rename");
    assert_eq!(report.problems().len(), PLACES.len());
    for problem in report.problems() {
        let text = problem.to_string();
        assert_eq!(problem.code(), "INCOMPATIBLE", "{text}");
        // An untagged enum is judged as a whole: what one variant does not read, another may.
        if problem.event() != "untagged" {
            assert!(
                text.contains("FIELD_REMOVED") && text.contains("OPTIONAL_FIELD_ADDED"),
                "{text}"
            );
            assert!(text.contains("help: looks like a rename"), "{text}");
        }
    }
    let top = report
        .problems()
        .iter()
        .find(|problem| problem.event() == "top")
        .expect("the place");
    assert!(
        top.to_string()
            .contains("`version = 2` and `#[event(renamed(2, from = \"_note\"))] _remark`"),
        "{top}"
    );
}
