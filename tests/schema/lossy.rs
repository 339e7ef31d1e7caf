//! Types that read back another value than was written: no shape shows it, and no update takes it without a word.

use recount::testing::Update;

use crate::support::{Project, fine, found, said};

/// A scalar whose reading is `$reads`, in an event with the fields `$more`.
macro_rules! paid {
    ($name:ident, $reads:expr, { $($more:tt)* }) => {
        mod $name {
            #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, recount::Schema)]
            #[serde(from = "String", into = "String")]
            #[schema(scalar = "cur/1", example = "\"USD\"")]
            pub struct Cur(String);

            impl From<String> for Cur {
                fn from(text: String) -> Self {
                    let reads: fn(String) -> String = $reads;
                    Self(reads(text))
                }
            }
            impl From<Cur> for String {
                fn from(cur: Cur) -> Self {
                    cur.0
                }
            }

            #[recount::events(prefix = "pay")]
            #[derive(Debug, Clone, PartialEq)]
            pub enum PayEvent {
                Paid { cur: Cur, $($more)* },
                Told { text: String },
            }
        }
    };
}

paid!(right, |text| text, {});
paid!(euros, |_| "EUR".to_owned(), {});
paid!(euros_and_a_note, |_| "EUR".to_owned(), { note: Option<String> });

/// What is pinned in the version that is written has no new way up: another result is another event, also where it reads as itself from
/// then on.
#[test]
fn a_reading_that_loses_something_is_told() {
    let project = Project::sealed::<right::PayEvent>();
    let before = project.files();
    assert_eq!(project.lock::<euros::PayEvent>(), [""; 0]);
    let text = said(project.test::<euros::PayEvent>(Update::No).goldens());
    assert!(
        text.starts_with("UPCAST_CHANGED pay.paid v1 becomes another event than it did at `cur`"),
        "{text}"
    );
    assert!(
        text.contains("pay.paid 1 {\"cur\":\"USD\"}") && text.contains("pay.paid 1 {\"cur\":\"EUR\"}"),
        "{text}"
    );
    fine(project.test::<euros::PayEvent>(Update::Always).lock());
    assert_eq!(project.files(), before, "the test of the lock takes no other result");
    let told = found(project.test::<euros::PayEvent>(Update::Always).goldens());
    assert!(!told.is_empty(), "what is taken is shown once");
}

/// An edit beside it that is accepted hides nothing.
#[test]
fn a_reading_that_loses_something_is_told_beside_another_edit() {
    let project = Project::sealed::<right::PayEvent>();
    let told = project.goldens::<euros_and_a_note::PayEvent>();
    assert!(told.contains(&"UPCAST_CHANGED pay.paid v1".to_owned()), "{told:?}");
    fine(project.test::<euros_and_a_note::PayEvent>(Update::Always).lock());
    let told = project.goldens::<euros_and_a_note::PayEvent>();
    assert!(told.contains(&"UPCAST_CHANGED pay.paid v1".to_owned()), "{told:?}");
}

/// Whoever accepts one event has not seen the others.
#[test]
fn accepting_one_event_leaves_the_files_of_the_others() {
    let project = Project::sealed::<right::PayEvent>();
    for pin in project.names(".upcast").iter().filter(|name| name.contains("pay.paid")) {
        std::fs::remove_file(project.path(pin)).expect("removed");
    }
    let before = project.files();
    let mut settings = crate::support::settings(Update::Always);
    settings.only = Some(vec!["schema/pay.told/v1".to_owned()]);
    let test = project
        .test::<right::PayEvent>(Update::Always)
        .settings(settings.clone());
    fine(test.lock());
    let _ = test.goldens();
    assert_eq!(project.files(), before);
    // Of what is accepted, they are written.
    settings.only = Some(vec!["schema/pay.paid/v1".to_owned()]);
    fine(
        project
            .test::<right::PayEvent>(Update::Always)
            .settings(settings)
            .lock(),
    );
    assert_eq!(project.check::<right::PayEvent>(), [""; 0]);
}

/// What is left out where it is zero, and read as one where it is left out.
#[test]
fn what_is_written_and_reads_as_another_value_is_a_lie() {
    macro_rules! counted {
        ($name:ident, $default:literal) => {
            mod $name {
                fn default() -> u32 {
                    $default
                }
                #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
                fn zero(count: &u32) -> bool {
                    *count == 0
                }
                #[recount::events(prefix = "basket")]
                #[derive(Debug, Clone, PartialEq)]
                pub enum BasketEvent {
                    Counted {
                        id: u32,
                        #[serde(default = "default", skip_serializing_if = "zero")]
                        count: u32,
                    },
                }
            }
        };
    }
    counted!(right, 0);
    counted!(wrong, 1);
    let project = Project::sealed::<right::BasketEvent>();
    assert_eq!(project.check::<right::BasketEvent>(), [""; 0]);
    let result = project.test::<wrong::BasketEvent>(Update::No).payloads();
    let text = said(result);
    assert!(
        text.starts_with("SHAPE_LIES basket.counted v1 is read as another value than was written"),
        "{text}"
    );
    assert!(
        text.contains("{\"id\":0}") && text.contains("basket.counted 1 {\"id\":0,\"count\":1}"),
        "{text}"
    );
    assert!(text.contains("witness: {\"count\":0,\"id\":0}"), "{text}");
}

/// What the type itself writes and does not read any more.
#[test]
fn what_is_written_and_not_read_is_told() {
    mod set {
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, recount::Schema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(scalar = "cur/1", example = "\"USD\"")]
        pub struct Cur(String);

        impl TryFrom<String> for Cur {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                match text.as_str() {
                    "USD" => Ok(Self(text)),
                    _ => Err(format!("{text} is no currency")),
                }
            }
        }
        impl From<Cur> for String {
            fn from(cur: Cur) -> Self {
                cur.0.to_lowercase()
            }
        }
        #[recount::events(prefix = "pay")]
        #[derive(Debug, Clone, PartialEq)]
        pub enum PayEvent {
            Paid { cur: Cur },
        }
    }
    let project = Project::sealed::<set::PayEvent>();
    let text = said(project.test::<set::PayEvent>(Update::No).payloads());
    assert!(
        text.starts_with("UNREADABLE pay.paid v1 is written as what does not decode"),
        "{text}"
    );
    assert!(
        text.contains("usd is no currency") && text.contains("witness: {\"cur\":\"usd\"}"),
        "{text}"
    );
}
