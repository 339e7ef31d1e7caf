//! The testing kit: it passes and fails as it should, and says why.

use std::panic::{AssertUnwindSafe, catch_unwind};

use recount::testing::{NOW, given, given_nothing};
use recount::{BadDecision, ExecuteError, Timestamp};

use crate::meter::{
    Count, Counted, Drift, Ensure, Explode, Flood, Install, InstallAgain, Installed, Look, Meter, MeterEvent, TooMuch,
    Weighed,
};

fn installed() -> MeterEvent {
    Installed {
        at: String::new(),
        id: String::new(),
    }
    .into()
}

fn counted(by: u64) -> MeterEvent {
    Counted { by }.into()
}

/// Rule 11.1: each verb on what it is for; time and ids are fixed.
#[test]
fn what_passes() {
    given::<Meter>([installed(), counted(3)])
        .when(Count { by: 4 })
        .then_events([counted(4)])
        .then_state(|meter| assert_eq!(meter.count, 7));
    given::<Meter>([installed()])
        .when(Count { by: 2_000 })
        .then_rejected(TooMuch(2_000));
    given::<Meter>([installed()]).when(Look { way: 1 }).then_nothing();
    given::<Meter>([installed()]).when(Install {}).then_already_exists();
    given_nothing::<Meter>().when(Count { by: 1 }).then_not_found();
    given_nothing::<Meter>().id("m-7").when(Ensure { by: 1 }).then_events([
        Installed {
            at: NOW.to_string(),
            id: "00000000-0000-0000-0000-000000000001".into(),
        }
        .into(),
        counted(1),
    ]);
    let later = Timestamp::from_micros(0);
    given_nothing::<Meter>()
        .at(later)
        .when(Install {})
        .then_events([Installed {
            at: later.to_string(),
            id: "00000000-0000-0000-0000-000000000001".into(),
        }
        .into()]);
}

/// Rule 11.2: what the runtime refuses, the fixture refuses.
#[test]
fn what_the_runtime_would_answer() {
    let answer = given::<Meter>([installed()]).when(InstallAgain {}).result();
    assert!(matches!(answer, Err(ExecuteError::BadDecision(BadDecision::Fold(_)))));
    let answer = given::<Meter>([installed()])
        .when(Explode { words: "no".into() })
        .result();
    assert!(matches!(answer, Err(ExecuteError::Panicked(_))));
    assert_eq!(
        given::<Meter>([installed()]).when(Flood { events: 2 }).result().ok(),
        Some(vec![counted(0), counted(0)])
    );
}

fn failure(test: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(test)).expect_err("the test passes");
    *panic.downcast::<String>().expect("a message")
}

/// Rule 11.1: the texts of failures, event by event.
#[test]
fn what_fails_says_why() {
    let text = failure(|| {
        _ = given::<Meter>([installed()])
            .when(Count { by: 2 })
            .then_events([counted(3)])
    });
    assert_eq!(
        text,
        "`count` decided other events (- expected, + decided):\n  - 1: Counted(Counted { by: 3 })\n  + 1: Counted(Counted { by: 2 })"
    );
    let text = failure(|| {
        _ = given::<Meter>([installed()])
            .when(Count { by: 2_000 })
            .then_events([counted(3)])
    });
    assert_eq!(
        text,
        "expected events, but the command was rejected with TooMuch(2000):\n  - 1: Counted(Counted { by: 3 })"
    );
    let text = failure(|| {
        given::<Meter>([installed()])
            .when(Count { by: 2 })
            .then_rejected(TooMuch(1))
    });
    assert_eq!(
        text,
        "expected the rejection TooMuch(1), but `count` decided [Counted(Counted { by: 2 })]"
    );
    let text = failure(|| given::<Meter>([installed()]).when(Count { by: 2 }).then_not_found());
    assert_eq!(
        text,
        "expected `NotFound`, but `count` decided [Counted(Counted { by: 2 })]"
    );
    let text = failure(|| given::<Meter>([]).when(Install {}).then_already_exists());
    assert!(
        text.starts_with("expected `AlreadyExists`, but `install` decided [Installed("),
        "{text}"
    );
    let text = failure(|| _ = given_nothing::<Meter>().when(Count { by: 1 }).then_state(|_| ()));
    assert!(
        text.starts_with("expected a state, but the answer was NotFound"),
        "{text}"
    );
}

/// Rule 4.1: the same state, command and context give the same decision.
#[test]
fn a_handler_that_looks_elsewhere_is_found() {
    let text = failure(|| _ = given::<Meter>([installed()]).when(Drift {}).then_events([counted(0)]));
    assert!(
        text.starts_with("`drift` was decided twice on the same state, and the decisions differ"),
        "{text}"
    );
}

/// Rule 11.2: what no stream could hold cannot be given.
#[test]
fn what_cannot_be_given() {
    let text = failure(|| _ = given::<Meter>([counted(1)]));
    assert_eq!(
        text,
        "event 1 cannot be given: `meter.counted` changes a state that no event before it has created"
    );
    let text = failure(|| _ = given::<Meter>([installed(), installed()]));
    assert_eq!(
        text,
        "event 2 cannot be given: `meter.installed` creates a state that an event before it has created"
    );
    let text = failure(|| _ = given::<Meter>([installed(), Weighed { grams: Some(f64::NAN) }.into()]));
    assert_eq!(
        text,
        "event 2 cannot be given: `meter.weighed` cannot be written as JSON: NaN is no number in JSON"
    );
}
