//! No counts: each of these is compiled to nothing.

use crate::runtime::status::KeptStates;

/// When something began; nobody asks how long it took.
pub(crate) struct Began;

impl Began {
    pub(crate) const fn now() -> Self {
        Self
    }
}

pub(crate) const fn describe() {}

pub(crate) const fn command(_name: &'static str, _outcome: &'static str, _attempts: u32, _began: &Began) {}

pub(crate) const fn transaction(_outcome: &'static str) {}

pub(crate) const fn appended(_events: usize, _began: &Began) {}

pub(crate) const fn projected(_projection: &'static str, _events: usize) {}

pub(crate) const fn stopped(_projection: &'static str) {}

pub(crate) const fn conflict() {}

pub(crate) const fn folded(_events: u64) {}

pub(crate) const fn reacted(_consumer: &'static str) {}

pub(crate) const fn ignored(_consumer: &'static str) {}

pub(crate) const fn published(_events: usize) {}

pub(crate) const fn parked(_consumer: &'static str) {}

pub(crate) const fn found(_is_found: bool) {}

pub(crate) const fn kept(_states: KeptStates) {}

pub(crate) const fn evicted(_states: u64) {}
