//! One event at a time, out of its bytes and into them.

use recount::{AppendId, DecodeError, EventSet, EventVersion, RawEvent, StreamId, Timestamp, UpcastMeta};
use serde_json::Value;
use uuid::Uuid;

/// When every event of these tests was recorded.
pub(crate) fn recorded_at() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000)
}

fn with_meta<T>(read: impl FnOnce(UpcastMeta<'_>) -> T) -> T {
    let stream = StreamId::new("account", "acc-101").expect("a plain name");
    let id = AppendId::new(Uuid::from_u128(7)).event(0);
    read(UpcastMeta::new(&stream, id, recorded_at(), br#"{"actor":"teller-9"}"#))
}

/// A stored version of an event, as its current struct.
pub(crate) fn read<E: EventVersion>(version: u32, payload: &str) -> Result<E, DecodeError> {
    with_meta(|meta| E::decode_version(version, payload.as_bytes(), &meta))
}

/// The same, where it can be read.
#[track_caller]
pub(crate) fn reads<E: EventVersion>(version: u32, payload: &str) -> E {
    read(version, payload).expect("readable")
}

/// A stored event, as the events of a set.
pub(crate) fn read_set<S: EventSet>(
    name: &str,
    version: u32,
    floor: u32,
    payload: &[u8],
) -> Result<Vec<S>, DecodeError> {
    let mut out = Vec::new();
    with_meta(|meta| {
        S::decode_into(&RawEvent::new(name, version, floor, payload, meta), &mut |event| {
            out.push(event);
        })
    })?;
    Ok(out)
}

/// What is written, as name, version, floor and JSON.
pub(crate) fn written<E: recount::Event>(event: &E) -> (&'static str, u32, u32, Value) {
    let encoded = event.encode().expect("writable");
    let json = serde_json::from_slice(&encoded.payload).expect("JSON");
    (encoded.name, encoded.version, encoded.floor, json)
}
