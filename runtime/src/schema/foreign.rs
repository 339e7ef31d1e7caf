//! The shapes of the types of other crates: always of what recount is built on, and behind features of what applications keep in events.
//!
//! A crate whose stored form follows its features is not here, because a dependency of a dependency could change it: `time` writes texts or
//! lists of numbers as it is told from anywhere. `rust_decimal` is the exception, for money: its `serde-float` writes numbers, and loses some.
//! And a crate that brings much is not here: `url` would be thirty crates and a second syn. `#[schema(scalar = "..")]` names any format.

use super::{Schema, Shape};
use crate::clock::Timestamp;
use crate::stream::{AppendId, EventId, Position, Version};

macro_rules! scalar {
    ($($(#[$attribute:meta])* $ty:ty = $name:literal, $example:literal;)*) => {$(
        $(#[$attribute])*
        impl Schema for $ty {
            const SHAPE: &'static Shape = &Shape::Scalar { name: $name, example: $example };
        }
    )*};
}

/// A promise, not a check.
impl Schema for crate::codec::Json {
    const SHAPE: &'static Shape = &Shape::Any;
}

impl Schema for Position {
    const SHAPE: &'static Shape = u64::SHAPE;
}

impl Schema for Version {
    const SHAPE: &'static Shape = <std::num::NonZeroU64 as Schema>::SHAPE;
}

scalar! {
    Timestamp = "timestamp", "\"2026-01-28T12:00:00.000000Z\"";
    AppendId = "append-id", "\"01890a5d-ac96-774b-bcce-b302099a8057\"";
    EventId = "event-id", "\"01890a5d-ac96-774b-bcce-b302099a8057-0\"";
    uuid::Uuid = "uuid", "\"01890a5d-ac96-774b-bcce-b302099a8057\"";
}

#[cfg(feature = "chrono")]
scalar! {
    chrono::NaiveDate = "chrono-date", "\"2026-01-28\"";
    chrono::NaiveTime = "chrono-time", "\"12:00:00.5\"";
    chrono::NaiveDateTime = "chrono-local-date-time", "\"2026-01-28T12:00:00.5\"";
    chrono::DateTime<chrono::Utc> = "chrono-date-time", "\"2026-01-28T12:00:00.500Z\"";
    // Another format than that of `Utc`: the offset is part of the value.
    chrono::DateTime<chrono::FixedOffset> = "chrono-date-time-with-offset", "\"2026-01-28T13:00:00.500+01:00\"";
    chrono::Weekday = "chrono-weekday", "\"Wed\"";
    chrono::Month = "chrono-month", "\"January\"";
}

#[cfg(feature = "jiff")]
scalar! {
    jiff::Timestamp = "jiff-timestamp", "\"2026-01-28T12:00:00.5Z\"";
    // By its offset, which is read also where no database of time zones is.
    jiff::Zoned = "jiff-zoned", "\"2026-01-28T13:00:00.5+01:00[+01:00]\"";
    jiff::Span = "jiff-span", "\"P1DT2H\"";
    jiff::SignedDuration = "jiff-signed-duration", "\"PT1.5S\"";
    jiff::civil::Date = "jiff-date", "\"2026-01-28\"";
    jiff::civil::Time = "jiff-time", "\"12:00:00.5\"";
    jiff::civil::DateTime = "jiff-local-date-time", "\"2026-01-28T12:00:00.5\"";
}

#[cfg(feature = "rust_decimal")]
scalar! {
    rust_decimal::Decimal = "decimal", "\"1.50\"";
}

#[cfg(feature = "semver")]
scalar! {
    semver::Version = "semver", "\"1.2.3-rc.1\"";
    semver::VersionReq = "semver-req", "\"^1.2\"";
}

#[cfg(feature = "indexmap")]
impl<K: Schema, V: Schema, S> Schema for indexmap::IndexMap<K, V, S> {
    const SHAPE: &'static Shape = &Shape::Map(K::SHAPE, V::SHAPE);
}

#[cfg(feature = "indexmap")]
impl<T: Schema, S> Schema for indexmap::IndexSet<T, S> {
    const SHAPE: &'static Shape = &Shape::Set(T::SHAPE);
}
