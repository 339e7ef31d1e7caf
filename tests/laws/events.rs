//! Domains whose events break a law. Rules 11.4, 1.10, 5.3 and 5.6.

use std::sync::atomic::{AtomicU64, Ordering};

use recount::testing::laws::{floor_honest, fold_twice, golden_decodes, reader_parity, round_trip};
use recount::{Aggregate, Event, Upcast};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kit::{breaks, failure};

/// A set of one event that sets a number, and its aggregate.
macro_rules! one_number {
    ($prefix:literal, $Number:ident, $Set:ident, $Aggregate:ident, $Events:ident) => {
        /// It is set.
        #[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = $prefix)]
        pub struct $Set {
            number: $Number,
        }

        /// What can happen.
        #[derive(Debug, PartialEq, Event)]
        pub enum $Events {
            /// It is set.
            Set($Set),
        }

        /// What it was set to.
        #[derive(Aggregate, Debug, PartialEq)]
        #[aggregate(name = "number", id = u64, events = $Events)]
        pub struct $Aggregate {
            number: u64,
        }

        #[recount::handlers]
        impl $Aggregate {
            #[apply]
            fn set(event: &$Set) -> Self {
                Self {
                    number: event.number.0,
                }
            }
        }
    };
}

/// Is written as another number than it is read from.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, recount::Schema)]
#[serde(transparent)]
pub struct Halved(u64);

impl Serialize for Halved {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0 / 2)
    }
}

one_number!("halved", Halved, SetHalved, HalvedNumber, HalvedEvent);

/// Rule 1.10: what is written is read back as another event, and written as a third.
#[test]
fn round_trip_is_broken_by_a_serialize_of_its_own() {
    breaks("round_trip", "number", round_trip::<HalvedNumber>);
}

/// Is always written as 0.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, recount::Schema)]
#[serde(transparent)]
pub struct Lost(u64);

impl Serialize for Lost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(0)
    }
}

one_number!("lost", Lost, SetLost, LostNumber, LostEvent);

/// What is lost is not there to be compared; the state tells it.
#[test]
fn round_trip_is_broken_by_a_state_that_loses() {
    let said = failure(round_trip::<LostNumber>);
    assert_eq!(
        said,
        r#"the law `round_trip` of `number` is broken: with each event written anew the state is another (- as it was, + anew)
  - Some(LostNumber { number: 1 })
  + Some(LostNumber { number: 0 })
the shortest history found, as it is stored:
  {"name":"lost","version":1,"floor":1,"payload":{"number":1}}
the same again: RECOUNT_SEED=1"#
    );
}

/// Says that it is any number, and reads even ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, recount::Schema)]
#[serde(transparent)]
pub struct Even(u64);

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            number if number % 2 == 0 => Ok(Self(number)),
            number => Err(D::Error::custom(format!("{number} is odd"))),
        }
    }
}

one_number!("even", Even, SetEven, EvenNumber, EvenEvent);

/// Rule 5.3: a payload of the declared shape is not read.
#[test]
fn golden_decodes_is_broken_by_a_shape_that_says_too_much() {
    breaks("golden_decodes", "number", golden_decodes::<EvenNumber>);
}

/// Is another number each time that it is read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, recount::Schema)]
#[serde(transparent)]
pub struct Ticking(u64);

impl<'de> Deserialize<'de> for Ticking {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        u64::deserialize(deserializer)?;
        Ok(Self(NEXT.fetch_add(1, Ordering::Relaxed)))
    }
}

one_number!("ticking", Ticking, SetTicking, TickingNumber, TickingEvent);

/// Rule 5.3: two readers read two events from the same bytes.
#[test]
fn reader_parity_is_broken_by_a_deserialize_that_counts() {
    breaks("reader_parity", "number", reader_parity::<TickingNumber>);
    breaks("fold_twice", "number", fold_twice::<TickingNumber>);
}

/// A meter as it was read once.
#[derive(Debug, Deserialize, Event)]
#[event(name = "meter.read", version = 1, frozen)]
pub struct ReadV1 {
    liters: u32,
}

/// A meter is read.
#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "meter.read", version = 2, from = ReadV1, floor = 1, example(1, r#"{"liters":3}"#))]
pub struct Read {
    hectoliters: u32,
}

impl Upcast<ReadV1> for Read {
    fn upcast(old: ReadV1) -> Self {
        Self {
            hectoliters: old.liters / 100,
        }
    }
}

/// What can happen to a meter.
#[derive(Debug, PartialEq, Event)]
pub enum MeterEvent {
    /// It is read.
    Read(Read),
}

/// A meter.
#[derive(Aggregate, Debug, PartialEq)]
#[aggregate(name = "meter", id = u64, events = MeterEvent)]
pub struct Meter {
    hectoliters: u32,
}

#[recount::handlers]
impl Meter {
    #[apply]
    fn read(event: &Read) -> Self {
        Self {
            hectoliters: event.hectoliters,
        }
    }
}

/// Rule 5.6: a floor that says too much.
#[test]
fn floor_honest_is_broken_by_a_floor_below_what_can_be_read() {
    breaks("floor_honest", "meter", floor_honest::<Meter>);
    let said = failure(floor_honest::<Meter>);
    assert!(said.contains("write `floor = 2`"), "{said}");
}
