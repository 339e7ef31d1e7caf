//! Domains whose decisions break a law, and laws that are not run. Rules 11.4, 2.5, 4.1 and 4.6.

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use recount::testing::laws::proptest::prelude::*;
use recount::testing::laws::{Laws, decide_twice, decision_folds, idempotent_command};
use recount::{Aggregate, Handle};

use crate::kit::{breaks, failure};

/// What can happen to a lamp.
#[recount::events(prefix = "lamp")]
#[derive(Clone, Debug, PartialEq)]
pub enum LampEvent {
    /// It hangs.
    Hung {},
    /// It is brighter or darker.
    Dimmed { to: u64 },
}

/// A lamp.
#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(name = "lamp", id = u64, events = LampEvent)]
pub struct Lamp {
    light: u64,
}

#[recount::handlers(commands = LampCommand)]
impl Lamp {
    /// Takes a number from elsewhere.
    #[command]
    pub fn flicker(&self) -> Dimmed {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Dimmed {
            to: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Decides what is there.
    #[command]
    pub fn hang_again(&self) -> Hung {
        Hung {}
    }

    /// Says that a repeat does nothing, and goes on.
    #[command(idempotent)]
    pub fn brighten(&self) -> Dimmed {
        Dimmed {
            to: self.light.saturating_add(1),
        }
    }

    #[apply]
    fn hung(_: &Hung) -> Self {
        Self { light: 0 }
    }

    #[apply]
    fn dimmed(&mut self, event: &Dimmed) {
        self.light = event.to;
    }
}

/// Rule 4.1.
#[test]
fn decide_twice_is_broken_by_a_global() {
    breaks("decide_twice", "lamp", |laws| {
        decide_twice::<Lamp, _>(laws, Just(Flicker {}))
    });
}

/// Rule 4.6.
#[test]
fn decision_folds_is_broken_by_what_exists() {
    let said = failure(|laws| decision_folds::<Lamp, _>(laws, Just(HangAgain {})));
    assert_eq!(
        said,
        r#"the law `decision_folds` of `lamp` is broken: HangAgain on the state after it is no decision: `lamp.hung` creates a state that an event before it has created
the shortest history found, as it is stored:
  {"name":"lamp.hung","version":1,"floor":1,"payload":{}}
the same again: RECOUNT_SEED=1"#
    );
}

/// Rule 2.5.
#[test]
fn idempotent_command_is_broken_by_what_goes_on() {
    breaks("idempotent_command", "lamp", |laws| {
        idempotent_command::<Lamp, _>(laws, Just(Brighten {}));
    });
}

/// Rule 2.5: an enum of commands is as idempotent as the command in it.
#[test]
fn an_enum_of_commands_knows_which_is_idempotent() {
    let commands = [LampCommand::HangAgain(HangAgain {}), LampCommand::Brighten(Brighten {})];
    assert_eq!(commands.each_ref().map(Lamp::is_idempotent), [false, true]);
    breaks("idempotent_command", "lamp", |laws| {
        idempotent_command::<Lamp, _>(laws, Just(LampCommand::Brighten(Brighten {})));
    });
}

#[test]
fn none_is_idempotent() {
    idempotent_command::<Lamp, _>(&Laws::new(), Just(HangAgain {}));
}

/// Its laws of commands have no commands: what the harness says of them is what the test below reads.
mod without_commands {
    recount::laws!(super::Lamp, options = recount::testing::laws::Laws::new().cases(10));
}

/// Rule 11.4: a law that is not run says so, and does not pass.
#[test]
fn what_is_not_run_says_so() {
    let run = |arguments: &[&str]| {
        let tests = std::env::current_exe().expect("this program");
        let output = Command::new(tests).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (_, error) = run(&["--exact", "commands::none_is_idempotent"]);
    let line = "the law `idempotent_command` of `lamp` was not run: none of the commands is declared `#[command(idempotent)]`\n";
    assert_eq!(error, line);

    let (told, _) = run(&["without_commands"]);
    for law in ["decide_twice", "decision_folds", "idempotent_command"] {
        let line = format!("test commands::without_commands::{law} ... ignored, not run: it needs `commands = ..`");
        assert!(told.contains(&line), "{line:?} is missing in\n{told}");
    }
    for law in ["round_trip", "fold_total", "reader_parity"] {
        assert!(
            told.contains(&format!("test commands::without_commands::{law} ... ok")),
            "{told}"
        );
    }
    assert!(!told.contains("snapshot_every_cut"), "{told}");
}
