//! What the facts of a set say: its events and how each is read, and the names that are no event's.

use recount::schema::{Member, Role};
use recount::{Event, EventSet, EventVersion, Split, UnknownEvent};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "account.opened")]
struct Opened {}

#[derive(Debug, Deserialize, Event)]
#[event(name = "account.raised", frozen)]
struct Raised {}

#[derive(Debug, Deserialize, Event)]
#[event(name = "account.changed", frozen)]
struct Changed {}

#[derive(Debug, Event)]
#[event(alias("account.made" => Opened, "account.altered" => Changed))]
#[event(dropped("account.blinked"), split(Changed))]
enum AccountEvent {
    Opened(Opened),
    #[event(frozen)]
    Raised(Raised),
    #[event(unknown)]
    Other(UnknownEvent),
}

impl Split<AccountEvent> for Changed {
    fn split(self, _: &mut dyn FnMut(AccountEvent)) {}
}

#[test]
fn a_set_lists_what_it_reads() {
    let facts = AccountEvent::FACTS;
    assert_eq!((facts.rust, facts.context), ("AccountEvent", "shapes"));
    let member = |member: &Member| (member.event.name, member.role);
    assert_eq!(
        facts.members.iter().map(member).collect::<Vec<_>>(),
        [
            ("account.opened", Role::Current),
            ("account.raised", Role::Frozen),
            ("account.changed", Role::Split),
        ]
    );
    assert_eq!(
        facts.aliases,
        [
            ("account.made", "account.opened"),
            ("account.altered", "account.changed")
        ]
    );
    assert_eq!(facts.dropped, ["account.blinked"]);
}

/// The context of the set is that of its events, unless one says another.
#[recount::events(prefix = "bank", context = "ledger")]
#[derive(Debug)]
#[event(dropped("bank.blinked"))]
enum BankEvent {
    Made {
        #[schema(opaque)]
        by: std::collections::BTreeMap<String, serde_json::Value>,
    },
    #[event(context = "branch")]
    Shut,
}

#[derive(Debug, Event)]
#[event(context = "vault")]
enum VaultEvent {
    Opened(Opened),
}

#[test]
fn a_context_moves_along() {
    assert_eq!(BankEvent::FACTS.context, "ledger");
    assert_eq!((Made::FACTS.context, Shut::FACTS.context), ("ledger", "branch"));
    assert_eq!((VaultEvent::FACTS.context, Opened::FACTS.context), ("vault", "shapes"));
    assert_eq!(Made::FACTS.versions[0].shape, Some(<Made as recount::Schema>::SHAPE));
    // The derives of recount name what they write by its crate, wherever it stands.
    let all = [BankEvent::Made(Made { by: Default::default() }), BankEvent::Shut(Shut)];
    assert!(all.iter().all(|event| event.encode().is_ok()));
    assert!(VaultEvent::Opened(Opened {}).encode().is_ok() && AccountEvent::Opened(Opened {}).encode().is_ok());
}
