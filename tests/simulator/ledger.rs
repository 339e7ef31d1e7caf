//! What every answer has to agree with: the log, and what was known when the question was asked.

mod moved;

use std::collections::{BTreeMap, BTreeSet};

use recount::store::{EventRef, Refusal};
use recount::{At, ExecuteError, HistoryError, LoadError, Receipt};

use crate::account::{AccountEvent, Short};
use crate::log::{Effect, Log, State, Stored, appended, effect};
use crate::plan::{ACCOUNTS, Verb, Work};
use crate::work::{Answer, Note, Seen};

/// What excuses an answer that is no success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Excuse {
    /// The disk was full.
    Full,
    /// Reads failed.
    Unreadable,
    /// The store was poisoned, closed, or lost its power.
    Broken,
    /// An answer was lost.
    Lost,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Under way.
    Asked,
    /// Acknowledged: it is there, once, for ever.
    Done,
    /// Definitely not written.
    Not,
    /// Nobody was told, until it can no longer be written: then the log decides.
    Open,
}

struct Op {
    account: usize,
    verb: Verb,
    fate: Fate,
    tick: u64,
    /// Which opening of the store it was asked on.
    opening: u64,
    /// The version of the account when it was asked.
    version: u64,
    /// It was asked before, under its key; and it was there already when it was asked again.
    again: bool,
    was_there: bool,
    work: Work,
}

#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) log: Log,
    ops: BTreeMap<u64, Op>,
    /// Of each excuse, until when it held; the largest number while it holds.
    excuses: BTreeMap<Excuse, u64>,
}

impl Ledger {
    pub(crate) fn begins(&mut self, excuse: Excuse) {
        self.excuses.insert(excuse, u64::MAX);
    }

    pub(crate) fn ends(&mut self, excuse: Excuse, tick: u64) {
        if let Some(until) = self.excuses.get_mut(&excuse).filter(|until| **until == u64::MAX) {
            *until = tick;
        }
    }

    pub(crate) fn is_on(&self, excuse: Excuse) -> bool {
        self.excuses.get(&excuse) == Some(&u64::MAX)
    }

    /// When it was asked.
    pub(crate) fn tick(&self, number: u64) -> u64 {
        self.ops.get(&number).map_or(0, |op| op.tick)
    }

    /// The work that a command under a key was part of.
    pub(crate) fn keyed(&self, number: u64) -> Option<Work> {
        self.ops
            .get(&number)
            .map(|op| op.work.clone())
            .filter(|work| work.keyed)
    }

    fn excused(&self, excuse: Excuse, op: &Op, opening: u64) -> bool {
        let held = self.excuses.get(&excuse).is_some_and(|until| *until >= op.tick);
        held || (excuse == Excuse::Broken && op.opening < opening)
    }

    pub(crate) fn asked(&mut self, note: &Note, opening: u64, work: &Work) {
        let op = Op {
            account: note.account,
            verb: note.verb.clone(),
            fate: Fate::Asked,
            tick: note.tick,
            opening,
            version: self.log.version(note.account),
            again: self.ops.contains_key(&note.op),
            was_there: self.log.of(note.op).next().is_some(),
            work: work.clone(),
        };
        self.ops.insert(note.op, op);
    }

    /// An event that is new in the log: somebody asked for it, and was not told that it is not there.
    pub(crate) fn follow(&mut self, event: &EventRef<'_>) -> Result<(), String> {
        let stored = self.log.push(event)?.clone();
        let Some(op) = self.ops.get(&stored.op) else {
            return Err(format!("{}: nobody asked for op {}", place(&stored), stored.op));
        };
        if op.account != stored.account || !could_write(&op.verb, stored.effect) {
            return Err(format!(
                "{}: op {} asked for {:?} of account {}",
                place(&stored),
                stored.op,
                op.verb,
                op.account
            ));
        }
        if op.fate == Fate::Not {
            return Err(format!(
                "{}: op {} was definitely not written",
                place(&stored),
                stored.op
            ));
        }
        // The same number in two appends is an effect that happened twice.
        let other = self
            .log
            .of(stored.op)
            .find(|other| other.entry.append != stored.entry.append);
        match other {
            Some(other) => Err(format!(
                "op {} happened twice: {} and {}",
                stored.op,
                place(other),
                place(&stored)
            )),
            None => Ok(()),
        }
    }

    /// After a step: nothing of an append is missing, and what is decided stays decided.
    pub(crate) fn agrees(&self) -> Result<(), String> {
        let mut whole = BTreeSet::new();
        for event in self.log.events.iter().rev().take(16) {
            if !whole.insert(event.op) {
                continue;
            }
            let whole_of = self.whole(event.op);
            let is_whole = |(events, counts): &(Vec<&Stored>, Vec<usize>)| {
                appended(events).is_some() && counts.contains(&events.len())
            };
            if !whole_of.as_ref().is_some_and(is_whole) {
                return Err(format!("{}: op {} is not there as a whole", place(event), event.op));
            }
        }
        Ok(())
    }

    /// Nothing that was asked before can be written any more, except for `living` tasks: what is not there will never be.
    pub(crate) fn barrier(&mut self, living: &BTreeSet<u64>) {
        for (number, op) in &mut self.ops {
            if op.fate == Fate::Open && !living.contains(number) {
                let is_written = self.log.of(*number).next().is_some();
                op.fate = if is_written { Fate::Done } else { Fate::Not };
            }
        }
    }

    /// It only looked, and wrote nothing.
    pub(crate) fn looked(&mut self, number: u64) {
        if let Some(op) = self.ops.get_mut(&number) {
            op.fate = Fate::Not;
        }
    }

    /// The store was opened again: whoever still waits for an answer of the one before has written by now, or never will.
    pub(crate) fn closed(&mut self) {
        for (number, op) in &mut self.ops {
            if op.fate == Fate::Asked && self.log.of(*number).next().is_none() {
                op.fate = Fate::Not;
            }
        }
    }

    /// At the end everything is decided, and the balances are the sums of what was done.
    pub(crate) fn settled(&self) -> Result<(), String> {
        let mut sums = [0_i128; ACCOUNTS];
        for (number, op) in &self.ops {
            match op.fate {
                Fate::Asked | Fate::Open => return Err(format!("op {number} is still {:?}", op.fate)),
                Fate::Not => {}
                Fate::Done => sums[op.account] += self.worth(*number, &op.verb),
            }
        }
        for (account, sum) in sums.into_iter().enumerate() {
            let state = self.log.state(account, self.log.version(account)).unwrap_or_default();
            if i128::from(state.balance) != sum {
                return Err(format!(
                    "what was done to account {account} sums up to {sum}, and it is {state:?}"
                ));
            }
        }
        Ok(())
    }

    /// What a command does to the balance, by what was asked; interest alone is known only to its event.
    fn worth(&self, number: u64, verb: &Verb) -> i128 {
        match verb {
            Verb::Deposit { amount, .. } | Verb::Ensure { amount } => i128::from(*amount),
            Verb::Withdraw { amount } => -i128::from(*amount),
            Verb::PayIn { amounts } => amounts.iter().map(|amount| i128::from(*amount)).sum(),
            Verb::AddInterest => match self.log.of(number).next().map(|event| event.effect) {
                Some(Effect::Adds(amount)) => amount.into(),
                _ => 0,
            },
            _ => 0,
        }
    }

    /// Nobody will hear of these.
    pub(crate) fn abandoned(&mut self, number: u64) {
        for op in [number, number + 1] {
            if let Some(op) = self.ops.get_mut(&op).filter(|op| op.fate == Fate::Asked) {
                op.fate = Fate::Open;
            }
        }
    }

    pub(crate) fn answered(&mut self, number: u64, answer: &Answer, opening: u64) -> Result<(), String> {
        let Some(op) = self.ops.get(&number) else {
            return Err(format!("op {number} was never asked"));
        };
        let events: Vec<&Stored> = self.log.of(number).collect();
        let fate = match answer {
            Ok(receipt) => {
                self.receipt(op, receipt, &events)?;
                Fate::Done
            }
            Err(ExecuteError::Unknown { .. }) => Fate::Open,
            Err(error) if !events.is_empty() && op.again && says_nothing(error, op.was_there) => Fate::Done,
            Err(_) if !events.is_empty() => {
                return Err(format!(
                    "op {number} was answered {answer:?}, and is at {}",
                    place(events[0])
                ));
            }
            Err(_) => Fate::Not,
        };
        if let Err(error) = answer
            && !self.explains(op, error, opening)
        {
            return Err(format!(
                "nothing explains the answer to op {number} ({:?}): {error:?}",
                op.verb
            ));
        }
        if let Some(op) = self.ops.get_mut(&number) {
            op.fate = fate;
        }
        Ok(())
    }

    /// A receipt says what the log says.
    fn receipt(&self, op: &Op, receipt: &Receipt<AccountEvent>, events: &[&Stored]) -> Result<(), String> {
        let told: Vec<(u64, Effect)> = receipt.events.iter().map(effect).collect();
        let stored: Vec<(u64, Effect)> = events.iter().map(|event| (event.op, event.effect)).collect();
        let wrong = |what: &str| Err(format!("{:?} was acknowledged, and {what}: {receipt:?}", op.verb));
        if told != stored {
            return wrong(&format!("the log has {stored:?}"));
        }
        let version = receipt.version.map_or(0, recount::Version::get);
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            let window = op.version..=self.log.version(op.account);
            let is_empty = receipt.positions.is_none() && receipt.recorded_at.is_none();
            return if is_empty && window.contains(&version) {
                Ok(())
            } else {
                wrong("nothing was decided")
            };
        };
        let positions = (first.entry.position, last.entry.position);
        if appended(events) != Some(receipt.append) || receipt.positions != Some(positions) {
            return wrong(&format!("it stands at {positions:?}"));
        }
        if version != last.entry.version.get() || receipt.recorded_at != Some(last.recorded_at) {
            return wrong(&format!(
                "its last event is {} of {}",
                last.entry.version, last.recorded_at
            ));
        }
        Ok(())
    }

    /// Whether an error can be the answer: some state between the question and now, or some fault, gives it.
    fn explains(&self, op: &Op, error: &ExecuteError<Short>, opening: u64) -> bool {
        let (from, to) = (op.version, self.log.version(op.account));
        let excused = |excuse| self.excused(excuse, op, opening);
        match error {
            ExecuteError::Rejected(short) => {
                let states = (from..=to).filter_map(|version| self.log.state(op.account, version));
                let saw = states
                    .into_iter()
                    .any(|state| state.balance == short.balance && state.events > 0);
                matches!(op.verb, Verb::Withdraw { amount } if amount == short.amount && short.balance < amount) && saw
            }
            ExecuteError::NotFound { .. } => from == 0 && !matches!(op.verb, Verb::Open | Verb::Ensure { .. }),
            ExecuteError::AlreadyExists { .. } => to > 0 && matches!(op.verb, Verb::Open),
            ExecuteError::Conflict { expected, actual, .. } => {
                let actual_version = *actual;
                let actual = actual.map_or(0, recount::Version::get);
                let moved = expected.map_or(0, recount::Version::get) != actual && (from..=to).contains(&actual);
                // A kept state that another runtime had left behind before is read on, so there was a rival in between.
                moved
                    && (op.work.expects.is_some()
                        || (*expected < actual_version && from <= expected.map_or(0, recount::Version::get)))
            }
            ExecuteError::Refused(Refusal::StorageFull) => excused(Excuse::Full),
            ExecuteError::Refused(Refusal::Unread) => excused(Excuse::Unreadable),
            ExecuteError::Refused(Refusal::Poisoned | Refusal::Closed) => excused(Excuse::Broken),
            ExecuteError::Unknown { .. } => op.work.timeout.is_some() || self.loses_answers(op, opening),
            ExecuteError::Panicked(_) => matches!(op.verb, Verb::Explode | Verb::Freeze),
            ExecuteError::BadDecision(_) => matches!(op.verb, Verb::OpenAgain),
            ExecuteError::TimedOut => op.work.timeout.is_some(),
            ExecuteError::Store(_) => excused(Excuse::Unreadable) || excused(Excuse::Broken),
            _ => false,
        }
    }

    fn loses_answers(&self, op: &Op, opening: u64) -> bool {
        self.excused(Excuse::Lost, op, opening) || self.excused(Excuse::Broken, op, opening)
    }

    /// A loaded state is that of the log: the newest that was there when it was asked for, or one that came since.
    pub(crate) fn loaded(
        &self,
        number: u64,
        at: At,
        loaded: &Result<Option<Seen>, LoadError>,
        opening: u64,
    ) -> Result<(), String> {
        let Some(op) = self.ops.get(&number) else {
            return Err(format!("load {number} was never asked"));
        };
        let (from, to) = (op.version, self.log.version(op.account));
        let wrong = |what: &str| Err(format!("account {} {at:?}, {what}: {loaded:?}", op.account));
        let seen = match loaded {
            Ok(seen) => seen.as_ref(),
            Err(LoadError::VersionAhead { asked, head, .. }) => {
                let head = head.map_or(0, recount::Version::get);
                let is_ahead = at == At::Version(*asked) && head < *asked && (from..=to).contains(&head);
                return if is_ahead {
                    Ok(())
                } else {
                    wrong("the version is there")
                };
            }
            Err(LoadError::PositionAhead { asked, head }) => {
                let is_ahead = asked > head && head.get() <= self.log.end();
                return if is_ahead {
                    Ok(())
                } else {
                    wrong("the position is there")
                };
            }
            Err(LoadError::Store(_)) => {
                let excused = [Excuse::Unreadable, Excuse::Broken].map(|excuse| self.excused(excuse, op, opening));
                return if excused.contains(&true) {
                    Ok(())
                } else {
                    wrong("nothing explains it")
                };
            }
            Err(_) => return wrong("nothing is wrong with the log"),
        };
        let version = seen.map_or(0, |seen| seen.version);
        let until = |is_in: &dyn Fn(&Stored) -> bool, end: u64| {
            let mut versions = (1..=end).filter(|version| self.log.event(op.account, *version).is_some_and(is_in));
            versions.next_back().unwrap_or_default()
        };
        let expected = match at {
            At::Version(version) => version..=version,
            At::Position(position) => {
                let version = until(&|event| event.entry.position <= position, to);
                version..=version
            }
            At::Time(time) => {
                until(&|event| event.recorded_at <= time, from)..=until(&|event| event.recorded_at <= time, to)
            }
            _ => from..=to,
        };
        if !expected.contains(&version) {
            return wrong(&format!("the versions {expected:?} were there"));
        }
        let state = self.log.state(op.account, version).unwrap_or_default();
        match (seen, self.log.event(op.account, version)) {
            (None, None) => Ok(()),
            (Some(seen), Some(event)) => {
                let is_last = (event.entry.position.get(), event.recorded_at) == (seen.position, seen.recorded_at);
                let folded = State {
                    balance: seen.state.balance,
                    events: seen.state.events,
                    trail: seen.state.trail,
                };
                if folded == state && is_last {
                    Ok(())
                } else {
                    wrong(&format!("the log folds to {state:?}"))
                }
            }
            _ => wrong("the log says otherwise"),
        }
    }

    /// A history is the log, from the first event to one that was the last between the question and the answer.
    pub(crate) fn told(
        &self,
        number: u64,
        told: &[(u64, AccountEvent)],
        ended: Option<&HistoryError>,
        opening: u64,
    ) -> Result<(), String> {
        let Some(op) = self.ops.get(&number) else {
            return Err(format!("history {number} was never asked"));
        };
        for ((version, event), expected) in told.iter().zip(1..) {
            let stored = self.log.event(op.account, expected);
            if *version != expected || stored.map(|stored| (stored.op, stored.effect)) != Some(effect(event)) {
                return Err(format!(
                    "account {}: the history has {event:?} as version {version}, the log {stored:?}",
                    op.account
                ));
            }
        }
        match ended {
            None if (told.len() as u64) < op.version => {
                let (told, versions) = (told.len(), op.version);
                Err(format!(
                    "account {}: a history of {told} events, where {versions} were there",
                    op.account
                ))
            }
            Some(HistoryError::Store(_))
                if self.excused(Excuse::Unreadable, op, opening) || self.excused(Excuse::Broken, op, opening) =>
            {
                Ok(())
            }
            Some(error) => Err(format!("nothing explains the end of the history: {error:?}")),
            None => Ok(()),
        }
    }
}

/// Whether an error says nothing of what was written by an earlier use of the same key.
const fn says_nothing(error: &ExecuteError<Short>, was_there: bool) -> bool {
    match error {
        ExecuteError::TimedOut | ExecuteError::Store(_) | ExecuteError::Refused(_) => true,
        // What came while it was asked again may be in its way; what was there before is found by its key.
        ExecuteError::Conflict { .. } => !was_there,
        _ => false,
    }
}

fn place(event: &Stored) -> String {
    format!(
        "position {} (account {}, version {})",
        event.entry.position, event.account, event.entry.version
    )
}

/// How many events a command writes at once.
fn amounts(verb: &Verb) -> Vec<usize> {
    match verb {
        Verb::Ensure { .. } => vec![1, 2],
        Verb::PayIn { amounts } => vec![amounts.len()],
        _ => vec![1],
    }
}

fn could_write(verb: &Verb, effect: Effect) -> bool {
    match (verb, effect) {
        (Verb::Open | Verb::Ensure { .. }, Effect::Opens) | (Verb::AddInterest, Effect::Adds(_)) => true,
        (Verb::Deposit { amount, .. } | Verb::Ensure { amount }, Effect::Adds(added)) => *amount == added,
        (Verb::PayIn { amounts }, Effect::Adds(added)) => amounts.contains(&added),
        (Verb::Withdraw { amount }, Effect::Takes(taken)) => *amount == taken,
        _ => false,
    }
}
