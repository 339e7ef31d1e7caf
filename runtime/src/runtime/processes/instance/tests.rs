//! Which records an instance holds.

use uuid::Uuid;

use super::*;
use crate::codec::Raw;
use crate::runtime::processes::record::{self, At, Handled, Parked, Queued, Said};
use crate::store::StoreId;
use crate::stream::AppendId;

struct Nothing;

impl State for Nothing {
    fn fold(&mut self, _: &dyn Any) -> Result<(), FoldError> {
        Ok(())
    }

    fn react(&self, _: &dyn Any, _: &Meta, _: &mut Vec<Effect>) -> Option<bool> {
        Some(true)
    }
}

fn version(number: u64) -> Version {
    Version::new(number).expect("not 0")
}

/// A timer that a record has set.
fn input(set: u64) -> Input {
    Input::Timer(FiredTimer {
        name: "soon".to_owned(),
        set: Place {
            record: version(set),
            index: 0,
        },
        fired_at: Timestamp::from_micros(0),
        data: Raw::of(b"{}"),
    })
}

fn handled(waited: Option<Version>, effects: Vec<StoredEffect>) -> Record {
    Record::Handled(Handled {
        store: StoreId {
            store: Uuid::nil(),
            epoch: 1,
        },
        input: input(1),
        waited,
        effects,
    })
}

/// Adds a record and answers its version.
fn push(instance: &mut Instance, record: Record) -> Version {
    let next = Version::after(instance.version());
    let stood = Stood {
        record,
        position: Position::new(next.get()),
        id: AppendId::new(Uuid::nil()).event(0),
        headers: Headers::default(),
        recorded_at: Timestamp::from_micros(0),
        bytes: 100,
    };
    instance.push(next, stood);
    next
}

/// Rule 9.9: as many inputs as may be wait behind one that fails, and each is found when its turn comes. What is handled is let go of.
#[test]
fn many_inputs_wait() {
    const WAITING: u64 = 20_000;
    let mut instance = Instance {
        stream: record::stream("pay", "t-1").expect("a name"),
        case: Case::default(),
        reached: None,
        records: BTreeMap::new(),
        bytes: 0,
        state: Box::new(Nothing),
        is_ahead: false,
    };
    let timer = StoredEffect::Timer(StoredTimer {
        name: "soon".to_owned(),
        due: Timestamp::from_micros(0),
        data: Raw::of(b"{}"),
    });
    push(&mut instance, handled(None, vec![timer]));
    let at = At::Input(input(1));
    let parked = Parked {
        at,
        waited: None,
        because: String::new(),
    };
    let first = push(&mut instance, Record::Parked(parked));
    for _ in 0..WAITING {
        push(&mut instance, Record::Queued(Queued { input: input(1) }));
    }
    let (reason, actor) = (String::new(), String::new());
    push(&mut instance, Record::Retried(Said { reason, actor }));
    assert_eq!(instance.case.queue.front(), Some(&first));
    let mut handled_all = 0;
    while let Some(waits) = instance.case.queue.front().copied() {
        assert!(
            instance
                .stood(waits)
                .is_some_and(|stood| stood.record.input().is_some())
        );
        assert!(
            instance.stood(version(1)).is_some(),
            "what has set the timer that waits"
        );
        push(&mut instance, handled(Some(waits), Vec::new()));
        handled_all += 1;
    }
    assert_eq!(handled_all, WAITING + 1);
    assert_eq!(
        (instance.records.len(), instance.bytes),
        (0, 0),
        "nothing is left to do"
    );
}
