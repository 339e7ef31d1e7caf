//! The log as the oracle reads it: bytes parsed and folded by rules of its own, with nothing of recount's decoding or folding.

use std::collections::{BTreeMap, HashMap, HashSet};

use recount::store::EventRef;
use recount::store::conformance::history::Entry;
use recount::{AppendId, Position, Timestamp};
use serde_json::Value;

use crate::account::AccountEvent;
use crate::plan::ACCOUNTS;

/// What an event does to a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Opens,
    Adds(u64),
    Takes(u64),
}

/// One stored event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) entry: Entry,
    pub(crate) account: usize,
    pub(crate) op: u64,
    pub(crate) effect: Effect,
    pub(crate) recorded_at: Timestamp,
    /// Place in the append, and the count of its events.
    pub(crate) part: (u32, u32),
    bytes: (Vec<u8>, Vec<u8>, Vec<u8>),
}

/// A state, after so many events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) balance: u64,
    pub(crate) events: u64,
    pub(crate) trail: u64,
}

/// All events that were ever served, and the state of each account after each of them.
pub(crate) struct Log {
    pub(crate) events: Vec<Stored>,
    /// Of each account, from before its first event on.
    pub(crate) states: [Vec<State>; ACCOUNTS],
    /// Of each account, the places of its events.
    pub(crate) places: [Vec<usize>; ACCOUNTS],
    /// Of each command, the places of its events.
    ops: BTreeMap<u64, Vec<usize>>,
    /// Of each append, its first and last position.
    appends: HashMap<AppendId, (Position, Position)>,
    /// Appends that can never be there any more.
    never: HashSet<AppendId>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            states: std::array::from_fn(|_| vec![State::default()]),
            places: std::array::from_fn(|_| Vec::new()),
            ops: BTreeMap::new(),
            appends: HashMap::new(),
            never: HashSet::new(),
        }
    }
}

fn wrong(event: &EventRef<'_>, what: &str) -> String {
    format!(
        "position {} (`{}` {}): {what}",
        event.position, event.stream, event.version
    )
}

fn parse(event: &EventRef<'_>) -> Result<(Stored, Option<u64>, Timestamp), String> {
    let payload: Value = serde_json::from_slice(event.payload).map_err(|error| wrong(event, &error.to_string()))?;
    let number = |key: &str| {
        payload
            .get(key)
            .and_then(Value::as_u64)
            .ok_or_else(|| wrong(event, key))
    };
    let effect = match event.name {
        "account.opened" => Effect::Opens,
        "account.deposited" => Effect::Adds(number("amount")?),
        "account.withdrawn" => Effect::Takes(number("amount")?),
        other => return Err(wrong(event, &format!("`{other}` is never written"))),
    };
    let account = event
        .stream
        .as_str()
        .strip_prefix("account/a")
        .and_then(|id| id.parse().ok());
    let at = payload.get("at").and_then(Value::as_str).and_then(|at| at.parse().ok());
    let before = if effect == Effect::Opens {
        None
    } else {
        Some(number("before")?)
    };
    let stored = Stored {
        entry: Entry::from(*event),
        account: account
            .filter(|account| *account < ACCOUNTS)
            .ok_or_else(|| wrong(event, "its stream"))?,
        op: number("op")?,
        effect,
        recorded_at: event.recorded_at,
        part: (event.index, event.count),
        bytes: (
            event.payload.to_vec(),
            event.shared_metadata.to_vec(),
            event.metadata.to_vec(),
        ),
    };
    Ok((stored, before, at.ok_or_else(|| wrong(event, "its time"))?))
}

impl Log {
    pub(crate) fn version(&self, account: usize) -> u64 {
        self.places[account].len() as u64
    }

    pub(crate) fn end(&self) -> u64 {
        self.events.len() as u64
    }

    /// The event of this version of an account.
    pub(crate) fn event(&self, account: usize, version: u64) -> Option<&Stored> {
        let place = usize::try_from(version.checked_sub(1)?).ok()?;
        self.events.get(*self.places[account].get(place)?)
    }

    pub(crate) fn state(&self, account: usize, version: u64) -> Option<State> {
        self.states[account].get(usize::try_from(version).ok()?).copied()
    }

    /// All events of a command.
    pub(crate) fn of(&self, op: u64) -> impl Iterator<Item = &Stored> {
        let places = self.ops.get(&op).map_or(&[][..], Vec::as_slice);
        places.iter().map(|place| &self.events[*place])
    }

    /// Where an append stands.
    pub(crate) fn appended(&self, append: AppendId) -> Option<(Position, Position)> {
        self.appends.get(&append).copied()
    }

    /// The store has said that this append is not there and never will be.
    pub(crate) fn never(&mut self, append: AppendId) {
        self.never.insert(append);
    }

    /// Takes the next event, or says why it cannot be the next.
    pub(crate) fn push(&mut self, event: &EventRef<'_>) -> Result<&Stored, String> {
        let (stored, before, at) = parse(event)?;
        let account = stored.account;
        let (head, last) = (self.version(account), self.events.last());
        let state = self.states[account].last().copied().unwrap_or_default();
        if event.position.get() != self.end() + 1 {
            return Err(wrong(event, &format!("stands after position {}", self.end())));
        }
        if event.version.get() != head + 1 {
            return Err(wrong(event, &format!("stands after version {head}")));
        }
        if last.is_some_and(|last| last.recorded_at > event.recorded_at) {
            return Err(wrong(event, "is recorded before the event in front of it"));
        }
        // What the handler saw: the state in front of its own append, with its own events on top.
        if before.is_some_and(|before| before != state.balance) {
            let text = format!(
                "was decided on the balance {before:?}, and stands behind {}",
                state.balance
            );
            return Err(wrong(event, &text));
        }
        let mut earlier = self.places[account].iter().rev().map(|place| &self.events[*place]);
        let earlier = earlier.find(|earlier| earlier.entry.append != event.append);
        if earlier.is_some_and(|earlier| earlier.recorded_at > at) {
            return Err(wrong(
                event,
                &format!("was decided at {at}, before the event that it was decided on"),
            ));
        }
        if (stored.effect == Effect::Opens) != (head == 0) {
            return Err(wrong(event, "an account is opened by its first event, and by no other"));
        }
        if self.never.contains(&event.append) {
            return Err(wrong(event, "was resolved as never to be written"));
        }
        let folded = fold(state, &stored).ok_or_else(|| wrong(event, "takes more than there is"))?;
        self.states[account].push(folded);
        self.places[account].push(self.events.len());
        let positions = self
            .appends
            .entry(event.append)
            .or_insert((event.position, event.position));
        positions.1 = event.position;
        self.ops.entry(stored.op).or_default().push(self.events.len());
        self.events.push(stored);
        Ok(&self.events[self.events.len() - 1])
    }

    /// Whether an event that was served is still the same.
    pub(crate) fn still_holds(&self, event: &EventRef<'_>) -> Result<(), String> {
        let place = usize::try_from(event.position.get()).unwrap_or_default();
        match self.events.get(place.wrapping_sub(1)) {
            Some(served) if *served == parse(event)?.0 => Ok(()),
            Some(_) => Err(wrong(event, "is not what was served before")),
            None => Err(wrong(event, "was never served")),
        }
    }
}

fn fold(state: State, event: &Stored) -> Option<State> {
    let balance = match event.effect {
        Effect::Opens => 0,
        Effect::Adds(amount) => state.balance + amount,
        Effect::Takes(amount) => state.balance.checked_sub(amount)?,
    };
    let trail = if event.effect == Effect::Opens {
        event.op
    } else {
        state.trail.wrapping_mul(31).wrapping_add(event.op)
    };
    Some(State {
        balance,
        events: state.events + 1,
        trail,
    })
}

/// What an event of a receipt or a history does, in the words of the log.
pub(crate) fn effect(event: &AccountEvent) -> (u64, Effect) {
    match event {
        AccountEvent::Opened(event) => (event.op, Effect::Opens),
        AccountEvent::Deposited(event) => (event.op, Effect::Adds(event.amount)),
        AccountEvent::Withdrawn(event) => (event.op, Effect::Takes(event.amount)),
        AccountEvent::Frozen(event) => (event.op, Effect::Opens),
    }
}

/// The events of one append in a row, as the log holds them.
pub(crate) fn appended(events: &[&Stored]) -> Option<AppendId> {
    let append = events.first()?.entry.append;
    let count = u32::try_from(events.len()).ok()?;
    let is_whole = events
        .iter()
        .zip(0..)
        .all(|(event, index)| event.entry.append == append && event.part == (index, count));
    is_whole.then_some(append)
}
