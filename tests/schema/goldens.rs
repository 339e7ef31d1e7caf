//! Goldens: what stored payloads become, pinned, and who is told when it changes.

use std::fs;

use recount::testing::Update;

use crate::support::{Project, found, said};

macro_rules! deposited {
    ($name:ident, $version:literal { $($fields:tt)* }) => {
        mod $name {
            #[recount::events(prefix = "account")]
            #[derive(Debug, Clone, PartialEq)]
            pub enum AccountEvent {
                #[event(version = $version)]
                Deposited { $($fields)* },
            }
        }
    };
}

deposited!(one, 1 { amount: i64, limit: i64 });
deposited!(euros, 2 { amount: i64, limit: i64, #[event(since = 2, default = "EUR")] currency: String });
deposited!(dollars, 2 { amount: i64, limit: i64, #[event(since = 2, default = "USD")] currency: String });
deposited!(and_a_channel, 3 {
    amount: i64,
    limit: i64,
    #[event(since = 2, default = "EUR")] currency: String,
    #[event(since = 3, default = 7)] channel: u8
});

const NAME: &str = "account.deposited";

/// A release with version 1, and one with version 2.
fn two_releases() -> Project {
    let project = Project::sealed::<one::AccountEvent>();
    project.seal::<euros::AccountEvent>();
    assert_eq!(project.check::<euros::AccountEvent>(), [""; 0]);
    project
}

#[test]
fn a_default_that_changes_later_is_told() {
    let project = two_releases();
    // One mistake, however many payloads show it.
    let found = project.goldens::<dollars::AccountEvent>();
    assert_eq!(found, [format!("UPCAST_CHANGED {NAME} v1")]);
    let text = said(project.test::<dollars::AccountEvent>(Update::No).goldens());
    assert!(
        text.contains("becomes another event than it did at `currency`"),
        "{text}"
    );
    let was = r#"account.deposited 2 {"amount":1,"limit":2,"currency":"EUR"}"#;
    let is = r#"account.deposited 2 {"amount":1,"limit":2,"currency":"USD"}"#;
    assert!(text.contains(was) && text.contains(is), "{text}");
    for kind in ["min", "max", "sparse"] {
        let stems = text.lines().next().expect("the first line");
        assert!(stems.contains(&format!(".{kind}")), "{text}");
    }
    // The lock sees another edge, and no more.
    assert_eq!(
        project.lock::<dollars::AccountEvent>(),
        [format!("LOCK_STALE {NAME} v2")]
    );
}

/// A default inside serde is none of the lock's, and the sparsest payload shows it.
#[test]
fn a_default_of_serde_that_changes_later_is_told() {
    macro_rules! with_default {
        ($name:ident, $value:literal) => {
            mod $name {
                fn currency() -> String {
                    $value.to_owned()
                }
                #[recount::events(prefix = "account")]
                #[derive(Debug, Clone, PartialEq)]
                pub enum AccountEvent {
                    Deposited {
                        amount: i64,
                        #[serde(default = "currency")]
                        currency: String,
                    },
                }
            }
        };
    }
    with_default!(euros, "EUR");
    with_default!(dollars, "USD");
    let project = Project::sealed::<euros::AccountEvent>();
    assert_eq!(project.lock::<dollars::AccountEvent>(), [""; 0]);
    assert_eq!(
        project.goldens::<dollars::AccountEvent>(),
        [format!("UPCAST_CHANGED {NAME} v1")]
    );
    let text = said(project.test::<dollars::AccountEvent>(Update::No).goldens());
    assert!(text.contains(".sparse)"), "{text}");
}

/// All values of the fullest payload are distinct, so what is exchanged is seen.
#[test]
fn fields_exchanged_in_an_upcaster_are_told() {
    macro_rules! with_step {
        ($name:ident, $first:literal, $last:literal) => {
            mod $name {
                #[recount::events(prefix = "customer")]
                #[derive(Debug, Clone, PartialEq)]
                pub enum CustomerEvent {
                    #[event(version = 2, step(1 = up), removed(2, name: String), example(1, r#"{"name":"Ada Lovelace"}"#))]
                    Named {
                        #[event(since = 2)]
                        first: String,
                        #[event(since = 2)]
                        last: String,
                    },
                }
                fn up(old: NamedV1) -> NamedV2 {
                    let (first, last) = old.name.split_once(' ').unwrap_or((&old.name, ""));
                    let parts = [first, last].map(str::to_owned);
                    NamedV2 { first: parts[$first].clone(), last: parts[$last].clone() }
                }
            }
        };
    }
    with_step!(right, 0, 1);
    with_step!(wrong, 1, 0);
    let project = Project::sealed::<right::CustomerEvent>();
    assert_eq!(project.check::<right::CustomerEvent>(), [""; 0]);
    assert_eq!(project.lock::<wrong::CustomerEvent>(), [""; 0]);
    let text = said(project.test::<wrong::CustomerEvent>(Update::No).goldens());
    assert!(text.contains("UPCAST_CHANGED customer.named v1"), "{text}");
    assert!(
        text.contains(r#"customer.named 2 {"first":"Ada","last":"Lovelace"}"#),
        "{text}"
    );
    assert!(
        text.contains(r#"customer.named 2 {"first":"Lovelace","last":"Ada"}"#),
        "{text}"
    );
}

/// After a bump the new step alone makes the difference, so nobody has to look: it is renewed.
#[test]
fn pins_are_renewed_after_a_bump() {
    let project = two_releases();
    project.always::<and_a_channel::AccountEvent>();
    assert_eq!(project.check::<and_a_channel::AccountEvent>(), [""; 0]);
    for name in project.names(".upcast") {
        assert!(project.text(&name).starts_with("account.deposited 3 "), "{name}");
    }
    // Until it is, the test of the lock fails, and this one adds nothing to it.
    let project = two_releases();
    assert_eq!(
        project.check::<and_a_channel::AccountEvent>(),
        [format!("LOCK_STALE {NAME} v2"), format!("NOT_LOCKED {NAME} v3")]
    );
    // A lock that was taken over without its goldens is not enough.
    let lock = {
        let other = two_releases();
        other.always::<and_a_channel::AccountEvent>();
        other.text("events.lock")
    };
    project.write("events.lock", &lock);
    let mut expected = vec![format!("UPCAST_NOT_PINNED {NAME} v1"); 3];
    expected.extend(vec![format!("UPCAST_NOT_PINNED {NAME} v2"); 3]);
    expected.extend(vec![format!("UPCAST_NOT_PINNED {NAME} v3"); 3]);
    assert_eq!(project.goldens::<and_a_channel::AccountEvent>(), expected);
}

/// Another result than the pinned one is taken, and shown once.
#[test]
fn what_is_meant_is_taken_and_shown_once() {
    let project = two_releases();
    let test = project.test::<dollars::AccountEvent>(Update::Always);
    test.lock().expect("another edge is no NO");
    assert_eq!(found(test.goldens()), [format!("UPCAST_CHANGED {NAME} v1")]);
    assert_eq!(project.check::<dollars::AccountEvent>(), [""; 0]);
}

/// Elsewhere than on CI, the new result lies beside the old one.
#[test]
fn the_new_result_lies_beside_the_pinned_one() {
    let project = two_releases();
    let before = project.files();
    let test = project.test::<dollars::AccountEvent>(Update::New);
    assert_eq!(found(test.goldens()).len(), 1);
    let new = project.names(".upcast.new");
    assert_eq!(new.len(), 3);
    for name in &new {
        assert!(project.text(name).contains("USD"), "{name}");
        let old = name.strip_suffix(".new").expect("a name");
        assert!(project.text(old).contains("EUR"), "{name}");
    }
    assert_eq!(project.files().len(), before.len() + 3);
    assert_eq!(
        found(project.test::<euros::AccountEvent>(Update::New).goldens()),
        [""; 0]
    );
    assert_eq!(project.files(), before, "what lay beside is gone with its reason");
}

#[test]
fn a_sealed_golden_that_vanished_is_told() {
    let project = two_releases();
    let golden = project.names("max.json").remove(0);
    fs::remove_file(project.path(&golden)).expect("removed");
    for update in [Update::No, Update::New, Update::Always, Update::Seal] {
        let text = said(project.test::<euros::AccountEvent>(update).goldens());
        assert!(
            text.starts_with("GOLDEN_MISSING account.deposited v1 is sealed, and its golden v1."),
            "{text}"
        );
        assert!(text.contains("git checkout -- ") && text.contains(&golden), "{text}");
        assert!(!project.path(&golden).exists());
    }
}

#[test]
fn a_drafts_golden_and_any_pin_are_written_anew() {
    let project = Project::new();
    project.always::<one::AccountEvent>();
    let before = project.files();
    for name in [
        project.names("max.json").remove(0),
        project.names("min.upcast").remove(0),
    ] {
        fs::remove_file(project.path(&name)).expect("removed");
        assert_eq!(
            project.goldens::<one::AccountEvent>(),
            [format!("UPCAST_NOT_PINNED {NAME} v1")],
            "{name}"
        );
        project.always::<one::AccountEvent>();
        assert_eq!(project.files(), before);
    }
}

mod step {
    #[recount::events(prefix = "customer")]
    #[derive(Debug, Clone, PartialEq)]
    pub enum CustomerEvent {
        #[event(version = 2, step(1 = up), removed(2, name: String))]
        Named {
            #[event(since = 2)]
            first: String,
            age: u8,
        },
    }
    fn up(old: NamedV1) -> NamedV2 {
        NamedV2 {
            first: old.name,
            age: old.age,
        }
    }
}

#[test]
fn code_on_the_way_up_needs_an_example() {
    let project = Project::new();
    project
        .test::<step::CustomerEvent>(Update::Always)
        .lock()
        .expect("written");
    assert_eq!(
        project.goldens::<step::CustomerEvent>(),
        ["EXAMPLE_MISSING customer.named v1"]
    );
    let text = said(project.test::<step::CustomerEvent>(Update::Always).goldens());
    assert!(
        text.contains("the way to v2 runs code of yours (removed name, since first, step)"),
        "{text}"
    );
    assert!(
        text.contains("golden/schema/customer.named/v1.example.<what>.json"),
        "{text}"
    );

    // A file serves as well; what it leaves out is filled in.
    project.write(
        "golden/schema/customer.named/v1.example.ada.json",
        "{\"name\": \"Ada\"}\n",
    );
    assert_eq!(
        project.goldens::<step::CustomerEvent>(),
        ["UPCAST_NOT_PINNED customer.named v1"]
    );
    project.always::<step::CustomerEvent>();
    assert_eq!(project.check::<step::CustomerEvent>(), [""; 0]);
    let pin = project.text("golden/schema/customer.named/v1.example.ada.upcast");
    assert_eq!(pin, "customer.named 2 {\"first\":\"Ada\",\"age\":1}\n");
    // The user's file stays as it was written.
    assert_eq!(
        project.text("golden/schema/customer.named/v1.example.ada.json"),
        "{\"name\": \"Ada\"}\n"
    );
}

#[test]
fn an_example_that_cannot_be_read_is_told() {
    let project = Project::new();
    project
        .test::<step::CustomerEvent>(Update::Always)
        .lock()
        .expect("written");
    let example = "golden/schema/customer.named/v1.example.ada.json";
    for (text, says) in [
        (
            "{\"name\": 3}",
            "does not decode (v1.example.ada): the payload of `customer.named` version 1 cannot be read at `name`",
        ),
        ("{\"name\": ", "has an example that is not JSON"),
        ("[]", "does not decode (v1.example.ada)"),
    ] {
        project.write(example, text);
        let report = said(project.test::<step::CustomerEvent>(Update::No).goldens());
        assert!(
            report.contains("UNREADABLE customer.named v1 ") && report.contains(says),
            "{report}"
        );
    }
    project.write("golden/schema/customer.named/v3.example.ada.json", "{}");
    let report = said(project.test::<step::CustomerEvent>(Update::No).goldens());
    assert!(
        report.contains("UNREADABLE customer.named v3 has an example, and the event has versions up to 2"),
        "{report}"
    );
}

/// A panic of the user's upcaster is an answer of the test, and names the payload.
#[test]
fn a_panic_in_an_upcaster_is_named() {
    mod panics {
        #[recount::events(prefix = "customer")]
        #[derive(Debug, Clone, PartialEq)]
        pub enum CustomerEvent {
            #[event(version = 2, example(1, r#"{"age":"36"}"#))]
            Named {
                #[event(retyped(2, from = String, with = number))]
                age: u8,
            },
        }
        fn number(old: String) -> u8 {
            old.parse().expect("an age is a number")
        }
    }
    let project = Project::new();
    project
        .test::<panics::CustomerEvent>(Update::Always)
        .lock()
        .expect("written");
    for result in [
        project.test::<panics::CustomerEvent>(Update::No).goldens(),
        project.test::<panics::CustomerEvent>(Update::No).payloads(),
    ] {
        let text = said(result);
        assert!(text.contains("UNREADABLE customer.named v1 does not decode"), "{text}");
        assert!(text.contains("user code panicked: an age is a number"), "{text}");
        assert!(text.contains("witness: {\"age\":\""), "{text}");
    }
}

/// An upcaster that may refuse is asked with examples, and what it says to generated payloads is pinned.
#[test]
fn an_upcaster_that_may_refuse_may_refuse_generated_payloads() {
    mod tries {
        use recount::{Event, TryUpcast, UpcastError, UpcastMeta};
        use serde::{Deserialize, Serialize};

        #[derive(Deserialize, Event)]
        #[event(name = "meter.read", version = 1, frozen)]
        pub struct ReadV1 {
            kwh: String,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "meter.read", version = 2, from = ReadV1, example(1, r#"{"kwh":"12"}"#))]
        pub struct Read {
            pub kwh: u32,
        }
        impl TryUpcast<ReadV1> for Read {
            fn try_upcast(old: ReadV1, _: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
                Ok(Self {
                    kwh: old.kwh.parse().map_err(UpcastError::new)?,
                })
            }
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        pub enum MeterEvent {
            Read(Read),
        }
    }
    let project = Project::sealed::<tries::MeterEvent>();
    assert_eq!(project.check::<tries::MeterEvent>(), [""; 0]);
    let refused = project.names("max.upcast").remove(0);
    assert!(
        project
            .text(&refused)
            .starts_with("# refused: `meter.read` version 1 could not be read"),
        "{refused}"
    );
    let example = project
        .names("upcast")
        .into_iter()
        .find(|name| name.contains("v1.example."))
        .expect("a pin");
    assert_eq!(project.text(&example), "meter.read 2 {\"kwh\":12}\n");
}

/// What is split, dropped, retired, and read from JSON by a function.
#[test]
fn what_is_not_one_current_event_is_pinned_too() {
    mod set {
        use recount::{Event, Split, UpcastError, UpcastMeta};
        use serde::{Deserialize, Serialize};

        #[derive(Deserialize, Event)]
        #[event(name = "account.details", version = 1, frozen, example(1, r#"{"name":"Ada"}"#))]
        pub struct Details {
            name: Option<String>,
            email: Option<String>,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.named")]
        pub struct Named {
            pub name: String,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.metered", version = 3, raw(..=1 = repair), example(1, r#"{"kwh":"12,5"}"#))]
        pub struct Metered {
            pub wh: u64,
            #[event(since = 3, default = "grid")]
            pub source: String,
        }
        fn repair(stored: serde_json::Value, _: &UpcastMeta<'_>) -> Result<MeteredV2, UpcastError> {
            let kwh = stored["kwh"]
                .as_str()
                .ok_or_else(|| UpcastError::new("no kwh"))?
                .replace(',', ".");
            let kwh: f64 = kwh.parse().map_err(UpcastError::new)?;
            Ok(MeteredV2 {
                wh: (kwh * 1000.0) as u64,
            })
        }
        #[derive(Debug, Clone, PartialEq, Deserialize, Event)]
        #[event(name = "account.limited", frozen)]
        pub struct Limited {
            pub limit: u64,
        }
        #[derive(Debug, Clone, PartialEq, Event)]
        #[event(dropped("account.blinked"))]
        #[event(split(Details))]
        pub enum AccountEvent {
            Named(Named),
            Metered(Metered),
            #[event(frozen)]
            Limited(Limited),
        }
        impl Split<AccountEvent> for Details {
            fn split(self, out: &mut dyn FnMut(AccountEvent)) {
                self.name.into_iter().for_each(|name| out(Named { name }.into()));
                self.email.into_iter().for_each(|name| out(Named { name }.into()));
            }
        }
    }
    let project = Project::sealed::<set::AccountEvent>();
    assert_eq!(project.check::<set::AccountEvent>(), [""; 0]);
    let pin = |event: &str, what: &str| {
        let names = project.names(".upcast");
        let name = names.iter().find(|name| name.contains(event) && name.contains(what));
        project.text(name.unwrap_or_else(|| panic!("{event} {what}: {names:?}")))
    };
    assert_eq!(
        pin("account.details", ".max."),
        "account.named 1 {\"name\":\"name 2\"}\naccount.named 1 {\"name\":\"email 1\"}\n"
    );
    assert_eq!(pin("account.details", ".sparse."), "# nothing\n");
    assert_eq!(
        pin("account.metered", "v1.example."),
        "account.metered 3 {\"wh\":12500,\"source\":\"grid\"}\n"
    );
    assert_eq!(
        pin("account.limited", ".max."),
        "# `account.limited` is only read, and never written\n"
    );
    let lock = project.text("events.lock");
    for kind in ["split", "dropped", "raw", "frozen", "current"] {
        assert!(lock.contains(&format!("kind = \"{kind}\"")), "{kind}: {lock}");
    }
    assert!(!project.path("golden/schema/account.blinked").exists());
}
