//! One instance as its records tell: what is going on, its state, and what it answers to an input.

use std::any::Any;
use std::collections::BTreeMap;

use crate::aggregate::FoldError;
use crate::causes::with_causes;
use crate::clock::Timestamp;
use crate::envelope::{Headers, Meta};
use crate::event::DecodeError;
use crate::runtime::following::Halt;
use crate::runtime::processes::Script;
use crate::runtime::processes::case::Case;
use crate::runtime::processes::record::{FiredTimer, Input, Place, Record, StoredEffect, StoredInput, StoredTimer};
use crate::runtime::reaction::{Effect, Outgoing, timer};
use crate::runtime::reason::Panicked;
use crate::runtime::state::Reached;
use crate::store::{AnyStore, EventRef, EventStore, StreamRead};
use crate::stream::{EventId, Position, StreamId, Version};

/// The state of an instance, without its type.
pub(super) trait State: Send + Sync {
    /// # Errors
    /// [`FoldError`] for an input that does not fit.
    fn fold(&mut self, input: &dyn Any) -> Result<(), FoldError>;

    /// Hands an input to its reaction; `None` without a state.
    fn react(&self, input: &dyn Any, meta: &Meta, out: &mut Vec<Effect>) -> Option<bool>;
}

/// An instance.
pub(super) struct Instance {
    pub(super) stream: StreamId,
    pub(super) case: Case,
    /// Its last record.
    pub(super) reached: Option<Reached>,
    /// Those of its records of which something is still to be done, and at most as many others.
    records: BTreeMap<Version, Stood>,
    /// How many bytes they have.
    bytes: usize,
    state: Box<dyn State>,
    /// The state has taken an input that no record tells of.
    pub(super) is_ahead: bool,
}

/// A record where it stands.
pub(super) struct Stood {
    pub(super) record: Record,
    pub(super) position: Position,
    pub(super) id: EventId,
    pub(super) headers: Headers,
    pub(super) recorded_at: Timestamp,
    /// How many bytes the record has.
    pub(super) bytes: usize,
}

/// Why an input is not handled.
pub(super) enum Unhandled {
    /// It fails in the same way every time.
    Park(String),
    Halt(Halt),
}

impl Instance {
    /// Reads an instance and folds it. It never reacts (rule 9.4).
    pub(super) async fn load(store: &AnyStore, script: &Script, stream: StreamId) -> Result<Self, Halt> {
        let mut instance = Self {
            stream,
            case: Case::default(),
            reached: None,
            records: BTreeMap::new(),
            bytes: 0,
            state: (script.state)(),
            is_ahead: false,
        };
        instance.catch_up(store, script).await?;
        Ok(instance)
    }

    /// Reads the records that it has not seen. After an error it is of no use any more.
    pub(super) async fn catch_up(&mut self, store: &AnyStore, script: &Script) -> Result<(), Halt> {
        loop {
            let next = Version::after(self.version());
            let read = StreamRead::new(self.stream.clone()).from(next);
            let page = store.read_stream(read).await?;
            for event in page.iter() {
                self.reads(script, &event)?;
            }
            if page.at_end() {
                return Ok(());
            }
        }
    }

    fn reads(&mut self, script: &Script, event: &EventRef<'_>) -> Result<(), Halt> {
        let record = Record::decode(event).map_err(Halt::Hold)?;
        if let Record::Handled(handled) = &record {
            let folded = self.folds(script, &handled.input);
            folded.map_err(|why| Halt::Hold(format!("record {} of `{}`: {why}", event.version, self.stream)))?;
        }
        let stood = Stood {
            record,
            position: event.position,
            id: event.event_id(),
            headers: event.meta().headers.into_headers(),
            recorded_at: event.recorded_at,
            bytes: event.payload.len(),
        };
        self.push(event.version, stood);
        Ok(())
    }

    /// Takes a record that was written, whose input is folded already.
    pub(super) fn push(&mut self, version: Version, stood: Stood) {
        self.case.apply(version, &stood.record);
        self.is_ahead &= !matches!(stood.record, Record::Handled(_));
        self.reached = Some(Reached::after(self.reached, version, stood.position, stood.recorded_at));
        self.bytes += size_of::<Stood>() + stood.bytes;
        self.records.insert(version, stood);
        // Not each time: an instance in which many inputs wait would go through all of them for each.
        if self.records.len() > 2 * self.case.left() {
            self.prune();
        }
    }

    /// Lets go of the records of which nothing is to be done any more.
    fn prune(&mut self) {
        let mut needed = self.case.needed();
        // A timer that waits as an input is answered as what set it.
        let set_by = |waits| match self.records.get(&waits)?.record.input()? {
            Input::Timer(fired) => Some(fired.set.record),
            Input::Event(_) => None,
        };
        needed.extend(self.case.waits().filter_map(set_by));
        self.records.retain(|record, _| needed.contains(record));
        let bytes = self.records.values().map(|stood| size_of::<Stood>() + stood.bytes);
        self.bytes = bytes.sum();
    }

    pub(super) fn version(&self) -> Option<Version> {
        self.reached.map(|reached| reached.version)
    }

    /// What it holds beside its own size, about.
    pub(super) const fn heap(&self, script: &Script) -> usize {
        self.bytes + script.size
    }

    /// A record of which something is still to be done.
    pub(super) fn stood(&self, record: Version) -> Option<&Stood> {
        self.records.get(&record)
    }

    pub(super) fn effect(&self, place: Place) -> Option<(&Stood, &StoredEffect)> {
        let stood = self.stood(place.record)?;
        let effect = stood.record.effects().get(usize::try_from(place.index).ok()?)?;
        Some((stood, effect))
    }

    /// Folds an input that was handled before.
    fn folds(&mut self, script: &Script, input: &Input) -> Result<(), String> {
        let state = &mut self.state;
        let mut fold = |input: &dyn Any| state.fold(input).map_err(|error| error.to_string());
        let folded = match input {
            Input::Event(event) => with_event(script, event, fold).map_err(|error| match error {
                Unread::Later(error) | Unread::Never(error) => error,
            }),
            Input::Timer(fired) => with_timer(script, fired, |due| fold(due)),
        };
        folded?
    }

    /// Applies an input and says what the process answers. After an error the state is of no use any more.
    pub(super) fn handle(
        &mut self,
        script: &Script,
        input: &Input,
        set_by: &Meta,
    ) -> Result<Vec<StoredEffect>, Unhandled> {
        let (meta, from) = match input {
            Input::Event(event) => (event.meta(), event.recorded_at),
            Input::Timer(fired) => (set_by.clone(), fired.fired_at),
        };
        self.is_ahead = true;
        let state = &mut self.state;
        let mut handle = |input: &dyn Any| {
            state.fold(input).map_err(|error| error.to_string())?;
            let mut effects = Vec::new();
            match state.react(input, &meta, &mut effects) {
                Some(_) => Ok(effects),
                None => Err("the instance has no state: nothing has created it".to_owned()),
            }
        };
        let answered = match input {
            Input::Event(event) => with_event(script, event, handle).map_err(|error| match error {
                Unread::Later(why) => Unhandled::Halt(Halt::Hold(why)),
                Unread::Never(why) => Unhandled::Park(why),
            })?,
            Input::Timer(fired) => with_timer(script, fired, |due| handle(due)).map_err(Unhandled::Park)?,
        };
        recorded(answered.map_err(Unhandled::Park)?, from).map_err(Unhandled::Park)
    }

    /// What the process answers to a command that failed.
    pub(super) fn answer(&self, failed: &dyn Any, meta: &Meta, from: Timestamp) -> Result<Vec<StoredEffect>, String> {
        let mut effects = Vec::new();
        let reacted = Panicked::caught(|| self.state.react(failed, meta, &mut effects));
        match reacted.map_err(|panicked| panicked.to_string())? {
            Some(true) => recorded(effects, from),
            Some(false) => Err("nobody handles the failure of its command".to_owned()),
            None => Err("the instance has no state".to_owned()),
        }
    }
}

impl Stood {
    /// The record as what caused something.
    pub(super) fn meta(&self, stream: &StreamId, version: Version) -> Meta {
        Meta::new(
            stream.clone(),
            version,
            self.position,
            self.id,
            self.recorded_at,
            self.headers.clone(),
        )
    }
}

/// Why an event cannot be read.
enum Unread {
    /// A newer build can.
    Later(String),
    Never(String),
}

/// Reads an event and hands the part that is meant to `run`, inside a net for panics.
fn with_event<T>(script: &Script, event: &StoredInput, mut run: impl FnMut(&dyn Any) -> T) -> Result<T, Unread> {
    let category = event.stream.category();
    let source = script.reads.iter().find(|source| source.category() == category);
    let source = source.ok_or_else(|| Unread::Later(format!("this build does not read `{category}`")))?;
    let (mut part, mut done) = (0_u32, None);
    let mut take = |input: &dyn Any| {
        if part == event.part {
            done = Some(run(input));
        }
        part += 1;
    };
    let decoded = Panicked::caught(|| source.decode(&event.raw(), &mut take));
    match decoded.map_err(|panicked| Unread::Never(panicked.to_string()))? {
        Ok(_) => done.ok_or_else(|| Unread::Later(format!("`{}` has no part {} any more", event.name, event.part))),
        Err(error @ (DecodeError::Payload { .. } | DecodeError::Upcast { .. })) => {
            Err(Unread::Never(with_causes(&error)))
        }
        Err(error) => Err(Unread::Later(error.to_string())),
    }
}

/// Reads a timer and hands it to `run`, inside a net for panics.
fn with_timer<T>(script: &Script, fired: &FiredTimer, run: impl FnOnce(&dyn Any) -> T) -> Result<T, String> {
    let known = timer(script.reactions, &fired.name);
    let known = known.ok_or_else(|| format!("this build has no timer `{}`", fired.name))?;
    let done = Panicked::caught(|| (known.due)(fired.data.bytes()).map(|due| run(&*due)));
    let done = done.map_err(|panicked| panicked.to_string())?;
    done.map_err(|error| format!("the timer `{}` cannot be read: {error}", fired.name))
}

/// Effects as they are recorded. A timer counts from the moment of its input.
fn recorded(effects: Vec<Effect>, from: Timestamp) -> Result<Vec<StoredEffect>, String> {
    let stored = effects.into_iter().map(|effect| match effect {
        Effect::Timer { timer, after, payload } => {
            let payload =
                payload.map_err(|error| format!("the timer `{timer:?}` cannot be written as JSON: {error}"))?;
            Ok(StoredEffect::Timer(StoredTimer {
                name: timer.name.to_owned(),
                due: from.after(after),
                data: crate::codec::Raw::of(&payload),
            }))
        }
        Effect::CancelTimer { name } => Ok(StoredEffect::Cancel(name.to_owned())),
        Effect::End => Ok(StoredEffect::End),
        command => Outgoing::new(command).map(|command| StoredEffect::Command(command.stored())),
    });
    stored.collect()
}

#[cfg(test)]
mod tests;
