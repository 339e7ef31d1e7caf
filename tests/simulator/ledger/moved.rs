//! What the answer to a transaction has to agree with: both halves are there, side by side, or neither is.

use recount::{ExecuteError, TransactionReceipt, Version};

use crate::account::Short;
use crate::ledger::{Fate, Ledger, Op, place, says_nothing};
use crate::log::{Stored, appended};
use crate::plan::Verb;
use crate::work::{Moved, id};

impl Ledger {
    /// All events of the append that a command is part of, and how many they have to be: those of both halves, where it is half of a
    /// transaction.
    pub(super) fn whole(&self, number: u64) -> Option<(Vec<&Stored>, Vec<usize>)> {
        let op = self.ops.get(&number)?;
        if matches!(op.work.verb, Verb::Move { .. }) {
            return Some((self.halves(op.work.op), vec![2]));
        }
        Some((self.log.of(number).collect(), super::amounts(&op.verb)))
    }

    fn halves(&self, first: u64) -> Vec<&Stored> {
        self.log.of(first).chain(self.log.of(first + 1)).collect()
    }

    /// The answer to a transaction of two commands, of which this is the number of the first.
    pub(crate) fn moved(&mut self, number: u64, answer: &Moved, opening: u64) -> Result<(), String> {
        let (Some(out), Some(paid)) = (self.ops.get(&number), self.ops.get(&(number + 1))) else {
            return Err(format!("op {number} was never asked"));
        };
        let events = self.halves(number);
        let fate = match answer {
            Ok(receipt) => {
                moved_as_told(receipt, &events)?;
                Fate::Done
            }
            Err(ExecuteError::Unknown { .. }) => Fate::Open,
            Err(error) if !events.is_empty() && out.again && says_nothing(error, out.was_there) => Fate::Done,
            Err(_) if !events.is_empty() => {
                return Err(format!(
                    "op {number} was answered {answer:?}, and is at {}",
                    place(events[0])
                ));
            }
            Err(_) => Fate::Not,
        };
        if let Err(error) = answer
            && !self.explains_move([out, paid], error, opening)
        {
            return Err(format!(
                "nothing explains the answer to transaction {number}: {error:?}"
            ));
        }
        for half in [number, number + 1] {
            if let Some(op) = self.ops.get_mut(&half) {
                op.fate = fate;
            }
        }
        Ok(())
    }

    fn explains_move(&self, halves: [&Op; 2], error: &ExecuteError<Short>, opening: u64) -> bool {
        let [out, _] = halves;
        let named = |stream: &recount::StreamId| halves.into_iter().find(|half| stream.id() == id(half.account));
        match error {
            ExecuteError::NotFound { stream } => named(stream).is_some_and(|half| half.version == 0),
            // Each is decided on what is there when it is asked for, so somebody has written since.
            ExecuteError::Conflict {
                stream,
                expected,
                actual,
                attempts: 1,
            } => named(stream).is_some_and(|half| {
                let [expected, actual] = [*expected, *actual].map(|version| version.map_or(0, Version::get));
                half.version <= expected && expected < actual && actual <= self.log.version(half.account)
            }),
            ExecuteError::Rejected(_) | ExecuteError::Refused(_) | ExecuteError::Store(_) => {
                self.explains(out, error, opening)
            }
            ExecuteError::Unknown { .. } => self.loses_answers(out, opening),
            _ => false,
        }
    }
}

/// A receipt says what the log says.
fn moved_as_told(receipt: &TransactionReceipt, events: &[&Stored]) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("a transaction was acknowledged, and {what}: {receipt:?}"));
    let [first, last] = events else {
        return wrong(&format!("the log has {} of its two events", events.len()));
    };
    let positions = (first.entry.position, last.entry.position);
    let is_there = appended(events) == Some(receipt.append) && receipt.positions == Some(positions);
    if !is_there || receipt.recorded_at != Some(last.recorded_at) {
        return wrong(&format!("it stands at {positions:?}"));
    }
    let told = receipt.parts.iter().flat_map(|part| {
        let versions = part.first.get()..=part.last.get();
        versions.map(|version| (part.stream.id().to_owned(), version))
    });
    let stored = events
        .iter()
        .map(|event| (id(event.account), event.entry.version.get()));
    if told.eq(stored) {
        Ok(())
    } else {
        wrong("its events have other versions")
    }
}
