//! Several sets in one lock: what they share, and where they are at odds.

use recount::testing::{SchemaReport, SchemaTest, Update};

use crate::support::{Project, fine, found, said, settings};

macro_rules! event {
    ($struct:ident, $attributes:tt, { $($fields:tt)* }) => {
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, recount::Event)]
        #[event $attributes]
        pub struct $struct { $($fields)* }
    };
}

macro_rules! set {
    ($set:ident { $($event:ident),* } $(, $more:tt)?) => {
        #[derive(Debug, Clone, PartialEq, recount::Event)]
        $(#[event $more])?
        pub enum $set { $($event($event)),* }
    };
}

event!(Opened, (name = "account.opened"), { pub owner: String });
event!(Closed, (name = "account.closed"), { pub reason: String });
event!(Paid, (name = "loan.paid"), { pub amount: u64 });
event!(ClosedTwice, (name = "account.closed"), { pub why: String });
event!(ClosedElsewhere, (name = "account.closed", context = "elsewhere"), { pub why: String });
event!(PaidIn, (name = "account.payed_in"), { pub amount: u64 });

set!(Accounts { Opened, Closed });
set!(Loans { Paid, Closed });
set!(Others { ClosedTwice });
set!(Elsewhere { ClosedElsewhere });
set!(Aliased { Opened }, (alias("account.payed_in" => Opened)));
set!(NotAliased { PaidIn });
set!(Dropping { Paid }, (dropped("account.closed")));

fn with(project: &Project, update: Update, sets: impl FnOnce(SchemaTest) -> SchemaTest) -> Result<(), SchemaReport> {
    let test = sets(SchemaTest::new(project.dir())).settings(settings(update));
    test.lock().and_then(|()| test.goldens())
}

#[test]
fn one_event_may_be_in_two_sets() {
    let project = Project::new();
    let both = |test: SchemaTest| test.set::<Accounts>().set::<Loans>();
    fine(with(&project, Update::Seal, both));
    fine(with(&project, Update::No, both));
    let lock = project.text("events.lock");
    assert_eq!(lock.matches("[[event]]").count(), 3, "{lock}");
    // The order of the sets means nothing.
    let turned = |test: SchemaTest| test.set::<Loans>().set::<Accounts>();
    fine(with(&project, Update::No, turned));
    fine(with(&project, Update::Always, turned));
    assert_eq!(project.text("events.lock"), lock);
    // A set that is left out takes its events along.
    let left = found(with(&project, Update::No, SchemaTest::set::<Accounts>));
    assert_eq!(left, ["EVENT_VERSION_DELETED loan.paid v1"]);
}

#[test]
fn two_structs_may_not_claim_one_name() {
    let project = Project::new();
    let result = with(&project, Update::Always, |test| test.set::<Accounts>().set::<Others>());
    assert_eq!(found(result.clone()), ["NAME_IN_TWO_TYPES account.closed v1"]);
    let text = said(result);
    assert!(
        text.contains("is `Closed` in `Accounts` and `ClosedTwice` in `Others`"),
        "{text}"
    );
    assert!(text.contains("`#[event(context = \"..\")]`"), "{text}");
    // Of another context it is another event, and a report says which.
    let result = with(&Project::new(), Update::No, |test| {
        test.set::<Accounts>().set::<Elsewhere>()
    });
    let text = said(result);
    assert!(text.contains("NOT_LOCKED account.closed v1 in `elsewhere`"), "{text}");
    assert!(text.contains("NOT_LOCKED account.closed v1 in `schema`"), "{text}");
}

#[test]
fn an_alias_may_not_be_the_name_of_another_event() {
    let result = with(&Project::new(), Update::Always, |test| {
        test.set::<Aliased>().set::<NotAliased>()
    });
    let text = said(result);
    assert!(
        text.starts_with("NAME_IN_TWO_TYPES account.payed_in it is an alias of `account.opened` in `Aliased`"),
        "{text}"
    );
}

/// One reader may skip what another one reads.
#[test]
fn what_one_set_drops_another_may_read() {
    let project = Project::new();
    let both = |test: SchemaTest| test.set::<Dropping>().set::<Accounts>();
    fine(with(&project, Update::Seal, both));
    let lock = project.text("events.lock");
    assert!(!lock.contains("dropped"), "{lock}");
    fine(with(&project, Update::No, both));
}

macro_rules! of_context {
    ($name:ident, $context:literal) => {
        mod $name {
            #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, recount::Event)]
            #[event(name = "account.deposited", context = $context)]
            pub struct Deposited {
                amount: i64,
            }
            #[derive(Debug, Clone, PartialEq, recount::Event)]
            #[event(context = $context)]
            pub enum Events {
                Deposited(Deposited),
            }
        }
    };
}
of_context!(renamed_before, "app");
of_context!(renamed_after, "bank");

/// What a renamed crate has sealed loses its test, so its old name is said before it is begun anew under the new one.
#[test]
fn a_renamed_crate_is_told_its_old_name() {
    let project = Project::sealed::<renamed_before::Events>();
    let text = said(project.test::<renamed_after::Events>(Update::No).lock());
    assert!(
        text.starts_with("NOT_LOCKED account.deposited v1 is not in events.lock: `app` has `account.deposited` sealed, and no set here is of `app`"),
        "{text}"
    );
    assert!(
        text.contains("if the crate was renamed, write `context = \"app\"`"),
        "{text}"
    );
    // Beside the sets of the other crate it is an event of its own.
    let both = project
        .test::<renamed_before::Events>(Update::No)
        .set::<renamed_after::Events>();
    assert!(!said(both.lock()).contains("renamed"));
}
