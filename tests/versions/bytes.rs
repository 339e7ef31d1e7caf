//! Any bytes under any version and floor: an event or an error, never a panic, and never an event that its writer says cannot be followed.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use recount::{DecodeError, Event, EventVersion};

use crate::chain::Placed;
use crate::kept::{MeterRead, Parcel, Transferred};
use crate::kit::{read, read_set};
use crate::recipes::{CustomerMoved, Deposited, SensorRead};
use crate::rules::Measured;

#[derive(Debug, Event)]
enum Events {
    Deposited(Deposited),
    CustomerMoved(CustomerMoved),
    SensorRead(SensorRead),
    Parcel(Parcel),
    Transferred(Transferred),
    MeterRead(MeterRead),
    Placed(Placed),
    Measured(Measured),
}

/// Each event with its version, and payloads that some version of it can read.
const KNOWN: [(&str, u32, &str); 8] = [
    (
        Deposited::NAME,
        Deposited::VERSION,
        r#"{"channel_code":7,"amount":5,"currency":"CHF","memo":"rent","note":null,"tags":["a"]}"#,
    ),
    (
        CustomerMoved::NAME,
        CustomerMoved::VERSION,
        r#"{"name":"Ada L","first":"A","last":"L","address":{"line":"M","street":"M"},"street_len":1,"reason":1}"#,
    ),
    (
        SensorRead::NAME,
        SensorRead::VERSION,
        r#"{"sensor-id":"s","sensor":"s","room":2,"milliVolts":5,"type":0,"raw":1,"offset":1}"#,
    ),
    (
        Parcel::NAME,
        Parcel::VERSION,
        r#"{"grams":5,"weight":5,"to":"x","note":"y"}"#,
    ),
    (Transferred::NAME, Transferred::VERSION, r#"{"amount":"5","at":1}"#),
    (
        MeterRead::NAME,
        MeterRead::VERSION,
        r#"{"kwh":"12,5","wh":5,"source":"grid"}"#,
    ),
    (
        Placed::NAME,
        Placed::VERSION,
        r#"{"number":"a","order_no":"a","order":"a","total":5,"cents":5,"title":"A","channel":3}"#,
    ),
    (Measured::NAME, Measured::VERSION, r#"{"value":13}"#),
];

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,6}".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let key = prop_oneof![
            "[a-z]{1,4}",
            Just("amount".to_owned()),
            Just("kwh".to_owned()),
            Just("value".to_owned()),
            Just("total".to_owned())
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(key, inner, 0..5).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Bytes, JSON, and payloads with one byte changed: each is met by the checks of another layer.
fn payload(known: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => prop::collection::vec(any::<u8>(), 0..60),
        3 => json().prop_map(|value| value.to_string().into_bytes()),
        3 => Just(known.as_bytes().to_vec()),
        3 => (0..known.len(), any::<u8>()).prop_map(|(at, byte)| {
            let mut bytes = known.as_bytes().to_vec();
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            bytes
        }),
    ]
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..8_u32, 1 => any::<u32>()]
}

/// What the cases were made of, so that a failure can be run again: `VERSIONS_SEED=7`.
fn seed() -> u64 {
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let given = std::env::var("VERSIONS_SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| now().map_or(0, |time| u64::from(time.subsec_nanos())))
}

#[test]
fn no_stored_bytes_panic_and_nothing_too_new_is_filled_in() {
    let seed = seed();
    let config = Config {
        cases: 4_000,
        rng_seed: proptest::test_runner::RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    };
    let (read_well, refused) = (Cell::new(0), Cell::new(0));
    let case = prop::sample::select(&KNOWN[..])
        .prop_flat_map(|(name, newest, known)| (Just((name, newest)), payload(known), number(), number()));
    let outcome = TestRunner::new(config).run(&case, |((name, newest), payload, version, floor)| {
        let read = read_set::<Events>(name, version, floor, &payload);
        let is_too_new = version > newest && floor > newest;
        match &read {
            Ok(events) => {
                read_well.set(read_well.get() + 1);
                prop_assert_eq!(events.len(), 1);
                prop_assert!(!is_too_new && version > 0, "{:?}", events);
            }
            Err(error) => {
                refused.set(refused.get() + 1);
                prop_assert_eq!(is_too_new, matches!(error, DecodeError::TooNew { .. }), "{}", error);
                prop_assert_eq!(
                    version == 0,
                    matches!(error, DecodeError::NoSuchVersion { .. }),
                    "{}",
                    error
                );
            }
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "VERSIONS_SEED={seed}: {outcome:?}");
    assert!(
        read_well.get() > 200 && refused.get() > 200,
        "VERSIONS_SEED={seed}: {read_well:?} read and {refused:?} refused are too few to say anything"
    );
}

/// The same bytes under every version there is.
#[test]
fn every_version_answers_to_every_byte_that_is_cut() {
    for (name, newest, known) in KNOWN {
        for end in 0..=known.len() {
            for version in 0..=newest + 1 {
                let _ = read_set::<Events>(name, version, version, &known.as_bytes()[..end]);
            }
        }
    }
    assert!(read::<Measured>(1, r#"{"value":13}"#).is_err());
}
