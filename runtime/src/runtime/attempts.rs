//! The attempts of one command: its turn, then load, decide and append, until it is written or refused.

use std::pin::pin;
use std::sync::Arc;

use tokio::time::sleep;

use crate::aggregate::Aggregate;
use crate::clock::Timestamp;
use crate::command::{Context, Fresh, Ids};
use crate::envelope::{Cause, Receipt};
use crate::runtime::backoff::delay;
use crate::runtime::deadline::Deadline;
use crate::runtime::decide::{Decided, Deciding};
use crate::runtime::error::{ExecuteError, ReadOnError, StateError};
use crate::runtime::execute::Options;
use crate::runtime::keyed::{Keyed, receipt};
use crate::runtime::live::{Found, Turn};
use crate::runtime::load::{self, At};
use crate::runtime::projections::Inline;
use crate::runtime::reason::Panicked;
use crate::runtime::state::{Reached, State, Unsaved, owned};
use crate::runtime::{Inner, Runtime, trace};
use crate::store::{AppendError, Batch, Committed, EventStore, Expected, Unknown};
use crate::stream::{AppendId, StreamId, Version};

type Events<A> = <A as Aggregate>::Events;

/// Decides one command on a state, as [`decide`](crate::runtime::decide::decide) does.
pub(super) type Decide<'a, A, R> =
    &'a mut (dyn FnMut(&mut Option<A>, &Deciding<'_>) -> DecidedBy<A, R> + Send + 'static);

/// What a decision of a command comes to.
pub(super) type DecidedBy<A, R> = Result<Decided<Events<A>>, ExecuteError<R>>;

/// One command on its way.
pub(super) struct Attempts {
    pub(super) runtime: Runtime,
    pub(super) stream: StreamId,
    /// Of the command.
    pub(super) name: &'static str,
    pub(super) options: Options,
}

/// What is decided on.
struct Basis<A> {
    found: Found<A>,
    /// The stream was read to its end since this attempt began.
    is_newest: bool,
}

impl<A> Default for Basis<A> {
    fn default() -> Self {
        Self {
            found: Found::default(),
            is_newest: false,
        }
    }
}

/// What a decision came to.
enum Step<A: Aggregate, R> {
    /// Events that are to be written, the state after them, and what no snapshot has of it then.
    Write {
        events: Vec<Events<A>>,
        batch: Batch,
        state: Option<A>,
        unsaved: Unsaved,
    },
    /// An answer without an append; the state is as it was.
    Answer(Box<Result<Receipt<Events<A>>, ExecuteError<R>>>),
    /// Somebody looks at the state, and it cannot be copied.
    Shared,
}

impl Attempts {
    /// Counts its attempts in `attempt`. Generic over the aggregate and the rejection, and not over each command: that halves the time to
    /// build many commands. It is kept small, because it is moved and allocated for each command: what it works with is lent to it, and
    /// what few commands need is a future of its own on the heap.
    pub(super) async fn until_written<A: Aggregate, R: Send + 'static>(
        &mut self,
        decide: Decide<'_, A, R>,
        attempt: &mut u32,
    ) -> Result<Receipt<Events<A>>, ExecuteError<R>> {
        let runtime = self.runtime.clone();
        let Inner { store, live, .. } = &*runtime.0;
        runtime.knows::<A>().map_err(StateError::NotRegistered)?;
        let deadline = Deadline::after(self.options.timeout);
        let turn = {
            let turn = pin!(live.turn(&self.stream));
            deadline.within(turn).await.ok_or(ExecuteError::TimedOut)?
        };
        if let Some(keyed) = &self.options.keyed
            && let Some(committed) = Box::pin(self.known(keyed, deadline)).await?
        {
            return Box::pin(self.repeated::<A, R>(committed, deadline)).await;
        }
        let mut basis = Basis {
            found: turn.take(store.identity()).unwrap_or_default(),
            is_newest: false,
        };
        let mut now = runtime.0.clock.now();
        let mut fresh = self.identify(now);
        let mut attempts = self.options.attempts;
        *attempt = 1;
        loop {
            if basis.found.state.reached.is_none() || basis.found.is_contended {
                self.read_on(&mut basis, deadline).await?;
                now = runtime.0.clock.now();
            }
            let before = basis.found.state.reached;
            let version = basis.found.state.version();
            let ids = (now, &mut fresh);
            let (events, batch, state, unsaved) = {
                let step = self.step(&mut basis, *attempt, ids, decide)?;
                match step {
                    Step::Write {
                        events,
                        batch,
                        state,
                        unsaved,
                    } => (events, batch, state, unsaved),
                    Step::Shared => {
                        basis = Basis::default();
                        continue;
                    }
                    // Whoever is told no, or that there is nothing to do, is told so on what is there now. What is written needs no such care:
                    // the store compares its version.
                    Step::Answer(answer) => {
                        self.read_on(&mut basis, deadline).await?;
                        if basis.found.state.version() == version {
                            self.keep(turn, basis.found);
                            return *answer;
                        }
                        now = runtime.0.clock.now();
                        continue;
                    }
                }
            };
            let append = batch.append;
            let writing = pin!(trace::append(store, batch, *attempt));
            match deadline.within(writing).await {
                // An earlier attempt under the key, from elsewhere, was written after the look at the key.
                Some(Ok(committed)) if committed.duplicate => {
                    return Box::pin(self.repeated::<A, R>(committed, deadline)).await;
                }
                Some(Ok(committed)) => {
                    self.keep_written(turn, (before, unsaved), &committed, state, *attempt);
                    return Ok(receipt(self.stream.clone(), committed, events));
                }
                Some(Err(AppendError::Conflict { stream, actual, .. })) => {
                    // What was kept may have been old before anybody asked: nobody was in the way, so no retry is spent on it.
                    if !basis.is_newest {
                        attempts = attempts.saturating_add(1);
                    }
                    if *attempt >= attempts || self.options.expected.is_some() {
                        return Err(ExecuteError::Conflict {
                            stream,
                            expected: version,
                            actual,
                            attempts: *attempt,
                        });
                    }
                }
                Some(Err(error)) => return Err(error.into()),
                None => {
                    let parts = vec![(self.stream.clone(), Expected::loaded(version))];
                    let unknown = Unknown::new(append, parts, store.identity(), store.opening());
                    return Err(ExecuteError::Unknown {
                        unknown: Box::new(unknown),
                        source: "the timeout passed".into(),
                    });
                }
            }
            let mut pause = Box::pin(sleep(delay(*attempt)));
            deadline.within(pause.as_mut()).await.ok_or(ExecuteError::TimedOut)?;
            basis = Basis::default();
            *attempt += 1;
            trace::decide_again(*attempt);
        }
    }

    /// Who waits for the views that an answer waits for.
    pub(super) fn inline(&self) -> Inline {
        Inline::new(&self.runtime, self.options.timeout)
    }

    /// Names this use of the command, and what it belongs to. Where to take more ids from.
    fn identify(&mut self, now: Timestamp) -> Fresh {
        let mut fresh = Fresh::draw(now);
        let Options { headers, causation, .. } = &mut self.options;
        headers.correlation.get_or_insert_with(|| fresh.id(now));
        headers.command = Some(Cause::new(fresh.id(now), self.name, *causation));
        fresh
    }

    /// What was written under this key before.
    async fn known<R>(&self, keyed: &Keyed, deadline: Deadline) -> Result<Option<Committed>, ExecuteError<R>> {
        let finding = pin!(self.runtime.find_key(&self.stream, &keyed.key));
        let known = deadline.within(finding).await.ok_or(ExecuteError::TimedOut)??;
        let committed = known.map(|known| keyed.same(known)).transpose();
        committed.map_err(ExecuteError::Refused)
    }

    /// The first receipt of a command that was written before.
    async fn repeated<A: Aggregate, R>(
        &self,
        committed: Committed,
        deadline: Deadline,
    ) -> Result<Receipt<Events<A>>, ExecuteError<R>> {
        let reading = pin!(self.runtime.repeated::<A>(self.stream.clone(), committed));
        Ok(deadline.within(reading).await.ok_or(ExecuteError::TimedOut)??)
    }

    /// Brings the state to the end of the stream, once in an attempt.
    async fn read_on<A: Aggregate>(&self, basis: &mut Basis<A>, deadline: Deadline) -> Result<(), ReadOnError> {
        if basis.is_newest {
            return Ok(());
        }
        let Found { state, is_contended } = &mut basis.found;
        let before = state.version();
        let from = std::mem::take(state);
        let mut loading = Box::pin(load::state(&self.runtime, &self.stream, At::Newest, from));
        *state = deadline.within(loading.as_mut()).await.ok_or(ReadOnError::TimedOut)??;
        *is_contended = before.is_some() && state.version() != before;
        basis.is_newest = true;
        Ok(())
    }

    /// One decision. Not async: nothing of the user's lives across an await.
    fn step<A: Aggregate, R>(
        &mut self,
        basis: &mut Basis<A>,
        attempt: u32,
        (now, fresh): (Timestamp, &mut Fresh),
        decide: Decide<'_, A, R>,
    ) -> Result<Step<A, R>, ExecuteError<R>> {
        let State {
            state,
            reached,
            unsaved,
        } = &mut basis.found.state;
        let version = reached.map(|reached| reached.version);
        if let Some(expected) = self.options.expected.filter(|expected| *expected != version) {
            return Ok(Step::Answer(Box::new(Err(ExecuteError::Conflict {
                stream: self.stream.clone(),
                expected,
                actual: version,
                attempts: attempt,
            }))));
        }
        let mut own = None;
        if let Some(shared) = state.take() {
            own = Panicked::caught(|| owned(shared)).map_err(ExecuteError::Panicked)?;
            if own.is_none() {
                return Ok(Step::Shared);
            }
        }
        let inner = &self.runtime.0;
        // The clock may be behind that of the machine that wrote the stream; a handler never sees time run backward.
        let now = reached.map_or(now, |reached| now.max(reached.recorded_at));
        let append = AppendId::new(fresh.id(now));
        let headers = std::mem::take(&mut self.options.headers);
        let cx = Context::new(self.stream.clone(), version, now, Ids::Fresh, headers);
        let deciding = Deciding {
            cx: &cx,
            append,
            verify: inner.verify_writes,
            clock: self.runtime.stopwatch::<A>(),
        };
        let decided = decide(&mut own, &deciding);
        self.options.headers = cx.into_headers();
        let answer = match decided {
            Ok(decided) if decided.events.is_empty() => {
                Ok(Receipt::new(self.stream.clone(), append, version, decided.events))
            }
            Ok(Decided {
                events, encoded, spent, ..
            }) => {
                let unsaved = unsaved.with(&encoded, spent);
                let batch = Batch::new(append).metadata(self.options.headers.encode());
                let mut batch = batch.part(self.stream.clone(), Expected::loaded(version), encoded);
                if let Some(Keyed { key, fingerprint }) = &self.options.keyed {
                    batch = batch.key(key.clone(), *fingerprint);
                }
                return Ok(Step::Write {
                    events,
                    batch,
                    state: own,
                    unsaved,
                });
            }
            Err(no) if no.is_from_the_state() => Err(no),
            Err(error) => return Err(error),
        };
        *state = own.map(Arc::new);
        Ok(Step::Answer(Box::new(answer)))
    }

    /// Keeps the state that was written, if the store wrote it where it was decided.
    fn keep_written<A: Aggregate>(
        &self,
        turn: Turn,
        (before, unsaved): (Option<Reached>, Unsaved),
        committed: &Committed,
        state: Option<A>,
        attempt: u32,
    ) {
        let Some(part) = committed.parts.first() else { return };
        let version = before.map(|before| before.version);
        let is_next = part.first == Version::after(version) && part.stream == self.stream;
        if !is_next || committed.store != self.runtime.0.store.identity() {
            return;
        }
        let reached = Reached::after(before, part.last, committed.last_position, committed.recorded_at);
        let state = State {
            state: state.map(Arc::new),
            reached: Some(reached),
            unsaved,
        };
        let is_contended = attempt > 1;
        self.keep(turn, Found { state, is_contended });
    }

    fn keep<A: Aggregate>(&self, turn: Turn, mut found: Found<A>) {
        let Inner { store, snapshots, .. } = &*self.runtime.0;
        snapshots.offer(&self.stream, &mut found.state, store.identity());
        let heap = self.runtime.heap(found.state.state.as_deref());
        turn.keep(&found, store.identity(), heap);
    }
}
