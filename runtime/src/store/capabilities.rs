//! What a store declares: what it keeps of the contract, and how large things may be.

use std::time::Duration;

use serde::Serialize;

/// What a store keeps of the contract (rule 12.1). What it cannot keep is a missing capability, never a footnote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// What an answered append survives.
    pub durability: Durability,
    /// Positions are 1, 2, 3, … in the order of commits; a gap is corruption (rule 3.1).
    pub dense_positions: bool,
    /// An append that was answered before another began has the smaller position (rule 3.5).
    pub linearizable: bool,
    /// One batch may span several streams (rule 1.3).
    pub many_streams: bool,
    /// How long it remembers idempotency keys and append ids (rule 2.6).
    pub key_window: KeyWindow,
    /// [`EventStore::resolve`](crate::store::EventStore::resolve) tells by proof what became of an append (rule 2.7).
    pub resolves: bool,
    /// How large things may be (rule 1.9).
    pub limits: Limits,
}

impl Capabilities {
    /// A store that keeps everything, with this durability and these limits. A store that keeps less takes away from it.
    #[must_use]
    pub const fn full(durability: Durability, limits: Limits) -> Self {
        Self {
            durability,
            dense_positions: true,
            linearizable: true,
            many_streams: true,
            key_window: KeyWindow::Stream,
            resolves: true,
            limits,
        }
    }
}

/// What an answered append survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Durability {
    /// Nothing: it is gone with the process.
    None,
    /// The loss of power: it was synced to the disk before it was answered.
    Synced,
}

/// How long a store remembers idempotency keys and append ids (rule 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeyWindow {
    /// Not at all: a batch with a key is refused as unsupported.
    None,
    /// For so long after the append, by the store's clock, and exactly. After it only the expected version protects a resend: `Exact` and
    /// `NoStream` do, because the next version is then taken, and `Any` does not.
    For(Duration),
    /// As long as the stream's events.
    Stream,
}

/// How large things may be, in bytes unless said otherwise (rule 1.9). Every store accepts at least 256 KiB per event, 100 events and
/// 512 KiB per batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The payload of one event.
    pub payload: usize,
    /// The metadata of one event, and that of a batch.
    pub metadata: usize,
    /// The name of one event.
    pub name: usize,
    /// An idempotency key.
    pub key: usize,
    /// The events of one batch, a count.
    pub events: usize,
    /// The payloads, metadata and names of one batch together, those of its streams too.
    pub batch: usize,
}

impl Limits {
    /// What every store must accept at the least.
    pub const LEAST: Self = Self {
        payload: 256 << 10,
        metadata: 4 << 10,
        name: 255,
        key: 255,
        events: 100,
        batch: 512 << 10,
    };

    /// What `MemoryStore` and `FileStore` accept unless told otherwise: 16 MiB per batch, of which one event may fill 15; 2^20 events.
    pub const DEFAULT: Self = Self {
        // Below that of a batch, or a payload at its limit would be refused for the batch that it fills with its name and metadata.
        payload: 15 << 20,
        metadata: 65_535,
        name: 255,
        key: 255,
        events: 1 << 20,
        batch: 16 << 20,
    };
}
