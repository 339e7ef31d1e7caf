//! What a transaction has decided so far, and how it is written.

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::clock::Timestamp;
use crate::command::{Command, Context, Fresh, Ids, RejectionOf};
use crate::envelope::{Cause, Headers};
use crate::runtime::decide::{Deciding, decide};
use crate::runtime::error::{ExecuteError, StateError};
use crate::runtime::keyed::Keyed;
use crate::runtime::load;
use crate::runtime::projections::Inline;
use crate::runtime::state::{Reached, State, Unsaved};
use crate::runtime::transaction::TransactionReceipt;
use crate::runtime::{Runtime, trace};
use crate::store::{Batch, Committed, EventStore, Expected, Fingerprint, IdempotencyKey, KnownKey, NewEvent, Refusal};
use crate::stream::{AppendId, EventId, Position, StreamId, Version};

/// The longest list of command names that a transaction stores beside its events, in bytes.
const LONGEST_NAME: usize = 255;

/// A transaction on its way.
pub(super) struct Work {
    runtime: Runtime,
    id: Uuid,
    append: AppendId,
    began: Timestamp,
    pub(super) headers: Headers,
    pub(super) causation: Option<EventId>,
    /// The commands so far, each name once.
    pub(super) names: Vec<&'static str>,
    steps: usize,
    pub(super) parts: Vec<Touched>,
    key: Option<Key>,
}

struct Key {
    key: IdempotencyKey,
    /// It was given when commands had been decided without their fingerprints.
    is_late: bool,
    /// What the fingerprint of the whole is made of.
    pieces: Vec<Vec<u8>>,
    /// What was written under the key before: then no command is decided.
    known: Option<KnownKey>,
}

/// A stream that a command was decided on.
pub(super) struct Touched {
    pub(super) stream: StreamId,
    /// As it was read.
    reached: Option<Reached>,
    unsaved: Unsaved,
    events: Vec<NewEvent>,
    /// How long it took to fold the events.
    spent: Duration,
    /// An `Option` of the aggregate, after the events.
    state: Box<dyn Any + Send + Sync>,
    keep: fn(&Runtime, &StreamId, Box<dyn Any + Send + Sync>, Reached, Unsaved),
}

impl Touched {
    /// The version after the events so far.
    fn version(&self) -> Option<Version> {
        Version::new(Version::count(self.base()) + self.events.len() as u64)
    }

    fn base(&self) -> Option<Version> {
        self.reached.map(|reached| reached.version)
    }
}

/// Keeps a state for the next command.
fn keep<A: Aggregate>(
    runtime: &Runtime,
    stream: &StreamId,
    state: Box<dyn Any + Send + Sync>,
    reached: Reached,
    unsaved: Unsaved,
) {
    let Ok(state) = state.downcast::<Option<A>>() else {
        return;
    };
    let mut state = State {
        state: state.map(Arc::new),
        reached: Some(reached),
        unsaved,
    };
    let heap = runtime.heap(state.state.as_deref());
    let identity = runtime.0.store.identity();
    runtime.0.snapshots.offer(stream, &mut state, identity);
    runtime.0.live.offer(stream, &state, identity, heap);
}

impl Work {
    pub(super) fn new(runtime: Runtime) -> Self {
        let began = runtime.0.clock.now();
        let mut fresh = Fresh::draw(began);
        let headers = Headers {
            correlation: Some(fresh.id(began)),
            ..Headers::default()
        };
        Self {
            runtime,
            id: fresh.id(began),
            append: AppendId::new(fresh.id(began)),
            began,
            headers,
            causation: None,
            names: Vec::new(),
            steps: 0,
            parts: Vec::new(),
            key: None,
        }
    }

    pub(super) fn give_key(&mut self, key: IdempotencyKey) {
        self.key = Some(Key {
            key,
            is_late: self.steps > 0,
            pieces: vec![b"transaction".to_vec()],
            known: None,
        });
    }

    /// Whether the transaction was written before; looked up at its first command.
    pub(super) async fn is_repeat<R>(
        &mut self,
        stream: &StreamId,
        print: Fingerprint,
    ) -> Result<bool, ExecuteError<R>> {
        let is_first = self.steps == 0;
        let Some(key) = &mut self.key else { return Ok(false) };
        if is_first {
            key.known = self.runtime.find_key(stream, &key.key).await?;
        }
        key.pieces.push(stream.as_str().as_bytes().to_vec());
        key.pieces.push(print.as_bytes().to_vec());
        if key.known.is_some() {
            self.steps += 1;
        }
        Ok(key.known.is_some())
    }

    pub(super) async fn decide<C: Command>(
        &mut self,
        stream: StreamId,
        command: C,
    ) -> Result<(), ExecuteError<RejectionOf<C>>> {
        self.runtime
            .knows::<C::Aggregate>()
            .map_err(StateError::NotRegistered)?;
        if let Some(key) = self.headers.user.keys().find(|key| key.starts_with('$')) {
            return Err(ExecuteError::Refused(Refusal::ReservedKey { key: key.clone() }));
        }
        self.steps += 1;
        let place = match self.parts.iter().position(|part| part.stream == stream) {
            Some(place) => place,
            None => {
                let (state, reached, unsaved) = load::alone::<C::Aggregate>(&self.runtime, &stream).await?;
                self.parts.push(Touched {
                    stream,
                    reached,
                    unsaved,
                    events: Vec::new(),
                    spent: Duration::ZERO,
                    state: Box::new(state),
                    keep: keep::<C::Aggregate>,
                });
                self.parts.len() - 1
            }
        };
        self.decide_on(place, &command)
    }

    /// Not async: nothing of the user's lives across an await.
    fn decide_on<C: Command>(&mut self, place: usize, command: &C) -> Result<(), ExecuteError<RejectionOf<C>>> {
        let mut headers = self.headers.clone();
        headers.command = Some(Cause::new(self.id, command.name(), self.causation));
        let part = self.parts.get_mut(place).expect("it was found or put there");
        let now = self.runtime.0.clock.now().max(self.began);
        let now = part.reached.map_or(now, |reached| now.max(reached.recorded_at));
        let cx = Context::new(part.stream.clone(), part.version(), now, Ids::Fresh, headers);
        let deciding = Deciding {
            cx: &cx,
            append: self.append,
            verify: self.runtime.0.verify_writes,
            clock: self.runtime.stopwatch::<C::Aggregate>(),
        };
        let state = part
            .state
            .downcast_mut()
            .expect("one category of streams is one aggregate");
        let decided = decide(state, command, &deciding)?;
        part.events.extend(decided.encoded);
        part.spent += decided.spent;
        if !self.names.contains(&command.name()) {
            self.names.push(command.name());
        }
        Ok(())
    }

    pub(super) async fn commit(self: Box<Self>) -> Result<TransactionReceipt, ExecuteError<Infallible>> {
        let keyed = self.keyed().map_err(ExecuteError::Refused)?;
        if let Some((keyed, Some(known))) = &keyed {
            let committed = keyed.same(known.clone()).map_err(ExecuteError::Refused)?;
            return Ok(TransactionReceipt::of(committed));
        }
        let store = &self.runtime.0.store;
        let written = self.parts.iter().filter(|part| !part.events.is_empty()).count();
        if written == 0 {
            return Ok(TransactionReceipt::empty(self.append));
        }
        if written > 1 && !store.capabilities().many_streams {
            let what = "one append over several streams";
            return Err(ExecuteError::Refused(Refusal::Unsupported { what }));
        }
        let mut headers = self.headers.clone();
        headers.command = Some(Cause::new(self.id, self.name(), self.causation));
        let mut batch = Batch::new(self.append).metadata(headers.encode());
        if let Some((Keyed { key, fingerprint }, _)) = keyed {
            batch = batch.key(key, fingerprint);
        }
        let Self { runtime, mut parts, .. } = *self;
        parts.retain(|part| !part.events.is_empty());
        for part in &mut parts {
            let (expected, events) = (Expected::loaded(part.base()), std::mem::take(&mut part.events));
            part.unsaved = part.unsaved.with(&events, part.spent);
            batch = batch.part(part.stream.clone(), expected, events);
        }
        let committed = trace::append(&runtime.0.store, batch, 1).await?;
        if !committed.duplicate {
            keep_all(&runtime, parts, &committed);
        }
        Inline::new(&runtime, None).see(Some(committed.last_position)).await;
        Ok(TransactionReceipt::of(committed))
    }

    /// The key of the whole, and what was written under it before.
    fn keyed(&self) -> Result<Option<(Keyed, Option<KnownKey>)>, Refusal> {
        let Some(key) = &self.key else { return Ok(None) };
        let decides_nothing = self.parts.first().is_some_and(|part| part.events.is_empty());
        let has_later = self.parts.iter().any(|part| !part.events.is_empty());
        if key.is_late {
            let what = "an idempotency key that is given after the first command of its transaction";
            return Err(Refusal::Unsupported { what });
        }
        if decides_nothing && has_later {
            let what = "an idempotency key of a transaction whose first command is for a stream that gets no event";
            return Err(Refusal::Unsupported { what });
        }
        let fingerprint = Fingerprint::of(key.pieces.iter().map(Vec::as_slice));
        let keyed = Keyed {
            key: key.key.clone(),
            fingerprint,
        };
        Ok(Some((keyed, key.known.clone())))
    }

    /// The names of the commands, as far as they are short enough together.
    fn name(&self) -> String {
        let mut name = String::new();
        for one in &self.names {
            if name.len() + one.len() < LONGEST_NAME {
                let plus = if name.is_empty() { "" } else { "+" };
                name.extend([plus, one]);
            }
        }
        name
    }
}

/// Keeps the states that were written. Where the store does not say where the last event of each stream stands, the older ones have to go.
fn keep_all(runtime: &Runtime, parts: Vec<Touched>, committed: &Committed) {
    let is_dense = runtime.0.store.capabilities().dense_positions;
    let mut position = committed.first_position.get();
    for (part, written) in parts.into_iter().zip(&committed.parts) {
        position += written.last.get() - written.first.get() + 1;
        let is_next = written.stream == part.stream && written.first == Version::after(part.base());
        if is_next && is_dense && committed.store == runtime.0.store.identity() {
            let position = Position::new(position - 1);
            let reached = Reached::after(part.reached, written.last, position, committed.recorded_at);
            (part.keep)(runtime, &part.stream, part.state, reached, part.unsaved);
        } else if let Some(version) = part.base() {
            runtime.0.live.forget(&part.stream, version);
        }
    }
}
