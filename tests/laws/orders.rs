//! Lists in another order are another event; sets are not. Rules 11.4, 1.10 and 4.1.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use recount::testing::laws::proptest::prelude::*;
use recount::testing::laws::{Laws, decide_twice, reader_parity, round_trip};
use recount::{Aggregate, Event};
use serde::{Deserialize, Serialize, Serializer};

use crate::kit::breaks;

/// Is written from its end.
#[derive(Clone, Debug, PartialEq, Deserialize, recount::Schema)]
#[serde(transparent)]
pub struct Reversed(Vec<u64>);

impl Serialize for Reversed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().rev())
    }
}

/// They were lined up.
#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "queue.lined_up")]
pub struct LinedUp {
    numbers: Reversed,
}

/// What can happen to a queue.
#[derive(Debug, PartialEq, Event)]
pub enum QueueEvent {
    /// They were lined up.
    LinedUp(LinedUp),
}

/// Knows how many there are, which no order changes.
#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(name = "queue", id = u64, events = QueueEvent)]
pub struct Queue {
    length: usize,
}

#[recount::handlers]
impl Queue {
    #[apply]
    fn lined_up(event: &LinedUp) -> Self {
        let length = event.numbers.0.len();
        Self { length }
    }
}

#[test]
fn a_list_that_comes_back_in_another_order_is_another_event() {
    breaks("round_trip", "queue", round_trip::<Queue>);
}

/// They were drawn from.
#[recount::events(prefix = "urn")]
#[derive(Clone, Debug, PartialEq)]
pub enum UrnEvent {
    /// It was filled.
    Filled { balls: HashSet<u64>, drawn: Vec<u64> },
}

/// Balls, which have no order until they are drawn.
#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(name = "urn", id = u64, events = UrnEvent)]
pub struct Urn {
    balls: HashSet<u64>,
    drawn: Vec<u64>,
}

/// Turns each time.
static TURNED: AtomicBool = AtomicBool::new(false);

#[recount::handlers]
impl Urn {
    /// Decides a set, which a hasher writes in any order.
    #[command]
    pub fn fill(urn: Option<&Self>, balls: HashSet<u64>) -> Option<Filled> {
        let drawn = Vec::new();
        urn.is_none().then_some(Filled { balls, drawn })
    }

    /// Decides a list, one time from its start and one time from its end.
    #[command]
    pub fn shake(urn: Option<&Self>, balls: Vec<u64>) -> Option<Filled> {
        let mut drawn = balls;
        if TURNED.fetch_xor(true, Ordering::Relaxed) {
            drawn.reverse();
        }
        let balls = HashSet::new();
        urn.is_none().then_some(Filled { balls, drawn })
    }

    #[apply]
    fn filled(event: &Filled) -> Self {
        let Filled { balls, drawn } = event.clone();
        Self { balls, drawn }
    }
}

fn fills() -> impl Strategy<Value = Fill> {
    any::<HashSet<u64>>().prop_map(|balls| Fill { balls })
}

fn shakes() -> impl Strategy<Value = Shake> {
    any::<Vec<u64>>().prop_map(|balls| Shake { balls })
}

#[test]
fn a_set_has_no_order() {
    let laws = Laws::new().seed(1);
    round_trip::<Urn>(&laws);
    reader_parity::<Urn>(&laws);
    decide_twice::<Urn, _>(&laws, fills());
}

#[test]
fn a_list_that_is_decided_in_two_orders_is_decided_in_two_ways() {
    breaks("decide_twice", "urn", |laws| decide_twice::<Urn, _>(laws, shakes()));
}
