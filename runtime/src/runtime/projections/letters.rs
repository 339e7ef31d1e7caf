//! What a projection has set aside, and what later events that has behind it.

use std::collections::{BTreeMap, BTreeSet};

use crate::runtime::projections::target::Target;
use crate::runtime::projections::unit::Unit;
use crate::store::PartId;
use crate::stream::Position;

/// Each part that is set aside, with its key.
#[derive(Clone, Debug, Default)]
pub(super) struct Parked(pub(super) BTreeMap<PartId, String>);

impl Parked {
    /// The first event between two positions, both included, of which something is set aside.
    pub(super) fn first_between(&self, first: Position, last: Position) -> Option<Position> {
        let parts = PartId::new(first, 0)..=PartId::new(last, u32::MAX);
        self.0.range(parts).next().map(|(part, _)| part.position)
    }

    /// The keys, each once, sorted.
    pub(super) fn keys(&self) -> BTreeSet<&str> {
        self.0.values().map(String::as_str).collect()
    }

    /// Those between two positions, the second included.
    pub(super) fn within(&self, after: Position, through: Position) -> BTreeSet<PartId> {
        let parts = PartId::new(after, u32::MAX)..=PartId::new(through, u32::MAX);
        self.0.range(parts).map(|(part, _)| *part).collect()
    }

    /// What of an event is set aside.
    pub(super) fn of(&self, position: Position) -> Vec<PartId> {
        let parts = PartId::new(position, 0)..=PartId::new(position, u32::MAX);
        self.0.range(parts).map(|(part, _)| *part).collect()
    }

    pub(super) fn has(&self, part: PartId) -> bool {
        self.0.contains_key(&part)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What of a unit has to queue behind what is set aside already: the event's place in the unit, the part and its key.
    pub(super) fn queued(&self, unit: &Unit, target: &dyn Target) -> Vec<(usize, PartId, String)> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut firsts = BTreeMap::new();
        for (part, key) in &self.0 {
            firsts.entry(key.as_str()).or_insert(*part);
        }
        let parts = unit.events().enumerate().flat_map(|(index, event)| {
            let parts = target.keys(&event).unwrap_or_default();
            let part = move |(part, key)| (index, PartId::new(event.position, part), key);
            parts.into_iter().map(part)
        });
        // A view that is fed again meets what came before the first one too.
        let is_behind = |part: PartId, key: &str| firsts.get(key).is_some_and(|first| *first < part);
        let queued = parts.filter(|(_, part, key)| is_behind(*part, key) && !self.has(*part));
        queued.collect()
    }
}
