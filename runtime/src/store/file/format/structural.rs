//! Records that are no events: what the numbers of streams and event types stand for, and a clock that was wrong.

use super::Damage;
use super::bytes::Put;
use super::record::{Record, put_structural};
use super::segment::FIRST_TYPE;

const STREAM: u16 = 1;
const TYPE: u16 = 2;
const VOID: u16 = 3;
const CLOCK: u16 = 4;

/// A stream's number in this segment's records, written before the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamDefinition<'a> {
    pub(crate) number: u32,
    /// The stream's version before this segment.
    pub(crate) base: u64,
    /// The last segment before this one that has events of the stream; 0 for none.
    pub(crate) previous_segment: u32,
    pub(crate) category: &'a str,
    pub(crate) id: &'a str,
}

/// One name with one version, floor and codec: what the kind of an event record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TypeDefinition<'a> {
    pub(crate) number: u16,
    pub(crate) schema: u32,
    pub(crate) floor: u32,
    /// How the payload is written: 1 is JSON.
    pub(crate) codec: u8,
    pub(crate) name: &'a str,
}

/// A structural record, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Structural<'a> {
    Stream(StreamDefinition<'a>),
    Type(TypeDefinition<'a>),
    /// Stands for a lost record; written by a repair only.
    Void,
    /// What the clock said, in microseconds, when the frame's time was raised to that of the frame before.
    Clock(i64),
}

impl StreamDefinition<'_> {
    pub(crate) fn put(&self, body: &mut Vec<u8>, seed: u32) {
        put_structural(body, seed, self.number, STREAM, |body| {
            body.put_u64(self.base);
            body.put_u32(self.previous_segment);
            body.put_u16(u16::try_from(self.category.len()).unwrap_or(u16::MAX));
            body.put(self.category.as_bytes());
            body.put(self.id.as_bytes());
        });
    }
}

impl TypeDefinition<'_> {
    pub(crate) fn put(&self, body: &mut Vec<u8>, seed: u32) {
        put_structural(body, seed, u32::from(self.number), TYPE, |body| {
            body.put_u32(self.schema);
            body.put_u32(self.floor);
            body.put_u8(self.codec);
            body.put(self.name.as_bytes());
        });
    }
}

/// Appends a clock record.
pub(crate) fn put_clock(body: &mut Vec<u8>, seed: u32, raw_us: i64) {
    put_structural(body, seed, 0, CLOCK, |body| body.put_i64(raw_us));
}

fn text(bytes: &[u8]) -> Result<&str, Damage> {
    std::str::from_utf8(bytes).map_err(|_| Damage("a name is no text"))
}

impl<'a> Structural<'a> {
    pub(crate) fn read(record: &Record<'a>) -> Result<Self, Damage> {
        let mut bytes = record.structural()?;
        match record.kind {
            STREAM => {
                let (base, previous_segment) = (bytes.u64()?, bytes.u32()?);
                let category = text(bytes.sized()?)?;
                let id = text(bytes.rest())?;
                if record.stream == 0 {
                    return Err(Damage("a stream has the number 0"));
                }
                Ok(Self::Stream(StreamDefinition {
                    number: record.stream,
                    base,
                    previous_segment,
                    category,
                    id,
                }))
            }
            TYPE => {
                let number =
                    u16::try_from(record.stream).map_err(|_| Damage("an event type has an impossible number"))?;
                if u32::from(number) < FIRST_TYPE {
                    return Err(Damage("an event type has an impossible number"));
                }
                let (schema, floor, codec) = (bytes.u32()?, bytes.u32()?, bytes.u8()?);
                Ok(Self::Type(TypeDefinition {
                    number,
                    schema,
                    floor,
                    codec,
                    name: text(bytes.rest())?,
                }))
            }
            VOID => Ok(Self::Void),
            CLOCK => {
                let raw = bytes.i64()?;
                if bytes.rest().is_empty() {
                    Ok(Self::Clock(raw))
                } else {
                    Err(Damage("a clock record is too long"))
                }
            }
            _ => Err(Damage("the record is of an unknown kind")),
        }
    }
}
