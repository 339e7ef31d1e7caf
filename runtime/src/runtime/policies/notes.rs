//! What a policy keeps beside its checkpoint: the failures that it has answered and whose event is not completed yet. The first outcome
//! counts, so a command that failed is not sent again after a crash, but what was answered to it is (rule 9.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codec;
use crate::runtime::reaction::StoredCommand;
use crate::stream::Position;

/// What was answered to commands that failed, by the places of their effects.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Notes {
    failed: BTreeMap<String, Vec<StoredCommand>>,
}

impl Notes {
    /// What was kept; nothing is what was kept first.
    pub(super) fn read(state: &[u8]) -> Result<Self, String> {
        if state.is_empty() {
            return Ok(Self::default());
        }
        codec::decode(state).map_err(|error| format!("the notes beside the checkpoint cannot be read: {error}"))
    }

    /// What was answered to the failure of this effect.
    pub(super) fn answer(&self, effect: &str) -> Option<&[StoredCommand]> {
        self.failed.get(effect).map(Vec::as_slice)
    }

    /// The same notes, with one more.
    pub(super) fn with(state: &[u8], effect: String, answer: Vec<StoredCommand>) -> Vec<u8> {
        let mut notes = Self::read(state).unwrap_or_default();
        notes.failed.insert(effect, answer);
        notes.write()
    }

    /// The same notes without those of events up to a position, which are completed.
    pub(super) fn forget(state: &[u8], completed: Position) -> Vec<u8> {
        let mut notes = Self::read(state).unwrap_or_default();
        let position = |effect: &str| {
            effect
                .split_once('.')
                .and_then(|(position, _)| position.parse::<u64>().ok())
        };
        notes
            .failed
            .retain(|effect, _| position(effect).is_some_and(|position| position > completed.get()));
        notes.write()
    }

    fn write(&self) -> Vec<u8> {
        if self.failed.is_empty() {
            return Vec::new();
        }
        codec::encode(self).unwrap_or_default()
    }
}
