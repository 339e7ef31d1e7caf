//! The checker: one pass over the log, then one over the calls and answers in the order of their time.

use std::collections::{HashMap, HashSet};

use crate::store::Expected;
use crate::store::conformance::history::{Action, Answer, Entry, Operation, Violation};
use crate::stream::{AppendId, Position, StreamId, Version};

/// Checks a history against the whole log that it left behind.
///
/// # Errors
/// The first [`Violation`] that was found.
pub fn check(operations: &[Operation], log: &[Entry]) -> Result<(), Violation> {
    let mut witness = Witness::new(log)?;
    witness.count_attempts(operations)?;
    // Every call and every answer at its time. No two have the same, so the order is theirs alone.
    let mut moments: Vec<(u64, bool, usize)> = Vec::with_capacity(operations.len() * 2);
    for (place, operation) in operations.iter().enumerate() {
        moments.push((operation.called, false, place));
        if let Some(answered) = operation.answered {
            moments.push((answered, true, place));
        }
    }
    moments.sort_unstable();
    // `floor` is the latest state that any answer so far rests on; an operation may not be placed before the floor at its call.
    let mut floor = Position::START;
    let mut floors = vec![Position::START; operations.len()];
    let mut known: HashSet<AppendId> = HashSet::new();
    for (_, is_answer, place) in moments {
        let (Some(operation), Some(at_call)) = (operations.get(place), floors.get_mut(place)) else {
            continue;
        };
        if is_answer {
            if let Some(state) = witness.place(operation, *at_call)? {
                floor = floor.max(state);
            }
        } else {
            *at_call = floor;
            // An append in the log stands behind all that was answered before its first call, whatever became of its own answer.
            if let Action::Append { append, .. } = &operation.action
                && known.insert(*append)
            {
                witness.stands_after(*append, floor)?;
            }
        }
    }
    match log.iter().find(|entry| !known.contains(&entry.append)) {
        Some(entry) => Err(Violation::Log(format!(
            "position {} holds append {}, which nobody made",
            entry.position, entry.append
        ))),
        None => Ok(()),
    }
}

struct Written {
    first: Position,
    last: Position,
    /// Of each stream: its version before, and the count of its new events.
    parts: HashMap<StreamId, (u64, u64)>,
}

struct Witness {
    appends: HashMap<AppendId, Written>,
    /// Of each stream, for each version: the append that wrote it.
    streams: HashMap<StreamId, Vec<AppendId>>,
    /// How often each append was tried.
    attempts: HashMap<AppendId, u32>,
    end: Position,
}

impl Witness {
    fn new(log: &[Entry]) -> Result<Self, Violation> {
        let (mut appends, mut streams) = (
            HashMap::<AppendId, Written>::new(),
            HashMap::<StreamId, Vec<AppendId>>::new(),
        );
        let (mut end, mut before): (Position, Option<AppendId>) = (Position::START, None);
        for entry in log {
            if entry.position <= end {
                return Err(Violation::Log(format!(
                    "position {} stands after {end}",
                    entry.position
                )));
            }
            end = entry.position;
            let versions = streams.entry(entry.stream.clone()).or_default();
            let head = versions.len() as u64;
            if entry.version.get() != head + 1 {
                return Err(Violation::Log(format!(
                    "`{}` has version {} after {head}",
                    entry.stream, entry.version
                )));
            }
            versions.push(entry.append);
            if before != Some(entry.append) && appends.contains_key(&entry.append) {
                return Err(Violation::Log(format!("append {} is not in one piece", entry.append)));
            }
            before = Some(entry.append);
            let written = appends.entry(entry.append).or_insert_with(|| Written {
                first: entry.position,
                last: entry.position,
                parts: HashMap::new(),
            });
            written.last = entry.position;
            written.parts.entry(entry.stream.clone()).or_insert((head, 0)).1 += 1;
        }
        Ok(Self {
            appends,
            streams,
            attempts: HashMap::new(),
            end,
        })
    }

    /// Counts the attempts of each append; one of them at most may have written it.
    fn count_attempts(&mut self, operations: &[Operation]) -> Result<(), Violation> {
        let mut winners: HashSet<AppendId> = HashSet::new();
        for operation in operations {
            let Action::Append { append, answer, .. } = &operation.action else {
                continue;
            };
            *self.attempts.entry(*append).or_default() += 1;
            if matches!(answer, Answer::Committed { .. }) && !winners.insert(*append) {
                let text = format!("append {append} was answered twice as written, and not as a repeat");
                return Err(Violation::Unexplained(text));
            }
        }
        Ok(())
    }

    fn stands_after(&self, append: AppendId, floor: Position) -> Result<(), Violation> {
        match self.appends.get(&append) {
            Some(written) if written.first <= floor => {
                let text = format!(
                    "append {append} at {} was called after {floor} was answered",
                    written.first
                );
                Err(Violation::Stale(text))
            }
            _ => Ok(()),
        }
    }

    /// The state of the log, as the position of its last event, that this answer rests on; `None` if it rests on none.
    fn place(&self, operation: &Operation, floor: Position) -> Result<Option<Position>, Violation> {
        match &operation.action {
            Action::Append { append, parts, answer } => self.place_append(*append, parts, answer, floor),
            Action::Read { stream, last } => self.state(stream, *last, floor, "a read").map(Some),
            Action::Head { head } => {
                let is_a_state = *head == Position::START || self.appends.values().any(|written| written.last == *head);
                if !is_a_state {
                    return Err(Violation::Unexplained(format!(
                        "the head {head} is not the end of an append"
                    )));
                }
                if *head < floor {
                    return Err(Violation::Stale(format!(
                        "the head {head}, after {floor} had been answered"
                    )));
                }
                Ok(Some(*head))
            }
        }
    }

    fn place_append(
        &self,
        append: AppendId,
        parts: &[(StreamId, Expected, u64)],
        answer: &Answer,
        floor: Position,
    ) -> Result<Option<Position>, Violation> {
        let written = self.appends.get(&append);
        // Of several attempts one may have been refused before another was written.
        let written_by_this = written.filter(|_| self.attempts.get(&append).is_none_or(|count| *count == 1));
        match (answer, written) {
            (Answer::Repeated { original, first, last }, _) => {
                if *original != append && written.is_some() {
                    let text =
                        format!("append {append} was answered as a repeat of {original}, and is in the log itself");
                    return Err(Violation::Unexplained(text));
                }
                let stands = self.appends.get(original);
                let stands = stands.filter(|written| (written.first, written.last) == (*first, *last));
                let is_same = stands.is_some_and(|written| {
                    let counts = parts.iter().map(|(stream, _, count)| (stream, count));
                    written.parts.len() == parts.len()
                        && counts
                            .into_iter()
                            .all(|(stream, count)| written.parts.get(stream).is_some_and(|(_, stored)| stored == count))
                });
                if !is_same {
                    let text = format!("append {append} was answered as a repeat of {original} at {first} to {last}");
                    return Err(Violation::Unexplained(text));
                }
                Ok(Some(*last))
            }
            (Answer::IdReused, Some(written)) => Ok(Some(written.last)),
            (Answer::IdReused, None) => Err(Violation::Unexplained(format!(
                "another batch was said to be append {append}, and there is none in the log"
            ))),
            (Answer::Committed { first, last }, Some(written)) => {
                if (*first, *last) != (written.first, written.last) {
                    let (at, to) = (written.first, written.last);
                    let text = format!("append {append} was answered {first} to {last}, and stands at {at} to {to}");
                    return Err(Violation::Unexplained(text));
                }
                fits(append, parts, written)?;
                Ok(Some(written.last))
            }
            (Answer::Committed { first, last }, None) => {
                let text = format!("append {append} was answered {first} to {last}, and is not in the log");
                Err(Violation::Unexplained(text))
            }
            (Answer::Conflict { .. } | Answer::Refused, Some(written)) if written_by_this.is_some() => {
                let text = format!(
                    "append {append} was definitely not written, and stands at {}",
                    written.first
                );
                Err(Violation::Unexplained(text))
            }
            (Answer::Conflict { stream, actual }, _) => {
                let expected = parts
                    .iter()
                    .find(|(of, ..)| of == stream)
                    .map(|(_, expected, _)| *expected);
                if expected.is_none_or(|expected| expected.holds(*actual)) {
                    let text =
                        format!("append {append} expected {expected:?} of `{stream}`, and {actual:?} is a conflict");
                    return Err(Violation::Unexplained(text));
                }
                self.state(stream, *actual, floor, "a conflict").map(Some)
            }
            (Answer::Unknown, Some(written)) => fits(append, parts, written).map(|()| None),
            (Answer::Refused, _) | (Answer::Unknown, None) => Ok(None),
        }
    }

    /// The earliest state, not before `floor`, in which this is the stream's last version.
    fn state(
        &self,
        stream: &StreamId,
        last: Option<Version>,
        floor: Position,
        what: &str,
    ) -> Result<Position, Violation> {
        let versions = self.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let count = usize::try_from(last.map_or(0, Version::get)).unwrap_or(usize::MAX);
        let of = |place: Option<usize>| {
            place
                .and_then(|place| versions.get(place))
                .and_then(|append| self.appends.get(append))
        };
        let (wrote, next) = (of(count.checked_sub(1)), of(Some(count)));
        let unexplained = || Violation::Unexplained(format!("{what} of `{stream}` at {last:?}"));
        let from = match wrote {
            Some(written) => written.last,
            None if count == 0 => Position::START,
            None => return Err(unexplained()),
        };
        // One append wrote both this version and the next: nobody may have seen it with the one and without the other.
        if wrote.zip(next).is_some_and(|(wrote, next)| wrote.first == next.first) {
            return Err(unexplained());
        }
        let until = next.map_or(self.end, |next| Position::new(next.first.get() - 1));
        let state = from.max(floor);
        if state > until {
            let text =
                format!("{what} of `{stream}` at {last:?}, which ended at {until}, after {floor} had been answered");
            return Err(Violation::Stale(text));
        }
        Ok(state)
    }
}

/// Whether an append stands in the log as it was asked for, each part where its expectation held.
fn fits(append: AppendId, parts: &[(StreamId, Expected, u64)], written: &Written) -> Result<(), Violation> {
    let is_whole = parts.len() == written.parts.len();
    for (stream, expected, count) in parts {
        let Some((head, stored)) = written.parts.get(stream).filter(|_| is_whole) else {
            return Err(Violation::Log(format!(
                "append {append} has other streams in the log than it was made of"
            )));
        };
        if stored != count {
            return Err(Violation::Log(format!(
                "append {append} has {stored} of {count} events of `{stream}` in the log"
            )));
        }
        if !expected.holds(Version::new(*head)) {
            let text = format!("append {append} expected {expected:?} of `{stream}`, and stands behind version {head}");
            return Err(Violation::Unexplained(text));
        }
    }
    Ok(())
}
