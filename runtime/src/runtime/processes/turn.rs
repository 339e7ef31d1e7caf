//! What is done with one instance: an input recorded with its answer, a command sent and its outcome recorded, a timer handled. Each is one
//! append at the version that was read, so that of two who do the same one does it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::causes::with_causes;
use crate::clock::Timestamp;
use crate::command::fresh_id;
use crate::envelope::Headers;
use crate::runtime::Runtime;
use crate::runtime::delay::Delay;
use crate::runtime::following::{Halt, Term, in_order, told};
use crate::runtime::meter;
use crate::runtime::policies::too_deep;
use crate::runtime::processes::Script;
use crate::runtime::processes::instance::{Instance, Stood, Unhandled};
use crate::runtime::processes::record::{
    self, At, FiredTimer, Handled, Input, Parked, Queued, Record, StoredEffect, StoredInput,
};
use crate::store::{AppendError, Batch, EventStore, Expected, Refusal};
use crate::stream::{AppendId, Version};

/// How long to wait before a record is handed to the store again.
const DELAY: Delay = Delay::new(Duration::from_millis(20), Duration::from_secs(10));

/// Whoever works on instances.
#[derive(Clone)]
pub(super) struct Turner {
    pub(super) script: Arc<Script>,
    pub(super) term: Arc<Term>,
}

/// What became of an event that was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Recorded,
    /// It is recorded already.
    Again,
    /// There is no instance that it belongs to, or it has ended.
    Ignored,
}

/// What became of a record.
pub(super) enum Written {
    Done,
    /// Somebody else wrote to the instance, which has to be read again.
    Moved,
    /// It is too large for the store.
    TooLarge(String),
}

impl Turner {
    /// Records an event of an instance, with what the process answers.
    pub(super) async fn take(&self, key: &str, starts: bool, event: &StoredInput) -> Result<Taken, Halt> {
        let runtime = self.term.runtime()?;
        let meta = event.meta();
        let headers = inherited(&meta.headers, meta.headers.hops);
        loop {
            let mut instance = self.load(&runtime, key).await?;
            let case = &instance.case;
            if case.seen >= Some(event.part()) {
                self.keep(&runtime, instance);
                return Ok(Taken::Again);
            }
            if case.ended || !(case.started || starts) {
                meter::ignored(self.script.name);
                self.keep(&runtime, instance);
                return Ok(Taken::Ignored);
            }
            let input = Input::Event(event.clone());
            let written = if case.parked.is_some() || !case.queue.is_empty() {
                let queued = Record::Queued(Queued { input });
                self.write(&runtime, &mut instance, queued, headers.clone()).await?
            } else if meta.headers.hops >= self.script.hops {
                let because = too_deep(&meta, self.script.hops);
                self.park(
                    &runtime,
                    &mut instance,
                    At::Input(input),
                    None,
                    because,
                    headers.clone(),
                )
                .await?
            } else {
                self.handle(&runtime, &mut instance, input, None, headers.clone())
                    .await?
            };
            match written {
                Written::Done => {
                    self.keep(&runtime, instance);
                    return Ok(Taken::Recorded);
                }
                Written::Moved => {}
                Written::TooLarge(why) => return Err(Halt::Stop(why)),
            }
        }
    }

    /// Handles timers that are due, each of another instance. Their records are handed to the store in this order, and are under way together.
    pub(super) async fn fire(&self, due: &[(&str, &str)], now: Timestamp) -> Result<bool, Halt> {
        let runtime = self.term.runtime()?;
        let mut instances = Vec::with_capacity(due.len());
        for (key, _) in due {
            instances.push(self.load(&runtime, key).await?);
        }
        let firing = due.iter().zip(instances);
        let firing = firing.map(|((key, name), instance)| self.fire_one(&runtime, instance, key, name, now));
        let fired = in_order(firing.collect()).await;
        fired.into_iter().try_fold(false, |before, fired| Ok(before | fired?))
    }

    async fn fire_one(
        &self,
        runtime: &Runtime,
        mut instance: Instance,
        key: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<bool, Halt> {
        loop {
            let set = instance
                .case
                .timers()
                .find(|(known, _)| *known == name)
                .map(|(_, timer)| timer);
            let Some(set) = set.filter(|set| set.due <= now && instance.case.queue.is_empty()) else {
                self.keep(runtime, instance);
                return Ok(false);
            };
            let place = set.place;
            let Some((stood, StoredEffect::Timer(timer))) = instance.effect(place) else {
                return Err(Halt::Stop(format!("`{}` has no timer at {place:?}", instance.stream)));
            };
            let headers = inherited(&stood.headers, stood.headers.hops);
            let input = Input::Timer(FiredTimer {
                name: name.to_owned(),
                set: place,
                fired_at: now,
                data: timer.data.clone(),
            });
            match self.handle(runtime, &mut instance, input, None, headers).await? {
                Written::Done => {
                    self.keep(runtime, instance);
                    return Ok(true);
                }
                Written::Moved => instance = self.load(runtime, key).await?,
                Written::TooLarge(why) => return Err(Halt::Stop(why)),
            }
        }
    }

    /// Sends the commands of an instance that have no outcome, then handles what waits in it.
    pub(super) async fn work(&self, key: &str) -> Result<bool, Halt> {
        let runtime = self.term.runtime()?;
        let mut did_something = false;
        'read: loop {
            let mut instance = self.load_to_send(&runtime, key).await?;
            while instance.case.is_pending() {
                let written = if let Some(open) = instance.case.open.front().cloned() {
                    self.dispatch(&runtime, &mut instance, &open).await?
                } else if let Some(waits) = instance.case.queue.front().copied() {
                    let waiting = instance
                        .stood(waits)
                        .and_then(|stood| Some((stood.record.input()?, &stood.headers)));
                    let Some((input, headers)) = waiting else {
                        return Err(Halt::Stop(format!(
                            "`{}` has no input in record {waits}",
                            instance.stream
                        )));
                    };
                    let (input, headers) = (input.clone(), headers.clone());
                    self.handle(&runtime, &mut instance, input, Some(waits), headers)
                        .await?
                } else {
                    break;
                };
                match written {
                    Written::Done => did_something = true,
                    Written::Moved => continue 'read,
                    Written::TooLarge(why) => return Err(Halt::Stop(why)),
                }
            }
            self.keep(&runtime, instance);
            return Ok(did_something);
        }
    }

    /// Records an input with its answer, or that the instance stands still at it.
    async fn handle(
        &self,
        runtime: &Runtime,
        instance: &mut Instance,
        input: Input,
        waited: Option<Version>,
        headers: Headers,
    ) -> Result<Written, Halt> {
        let set_by = match &input {
            Input::Event(event) => event.meta(),
            Input::Timer(fired) => match instance.stood(fired.set.record) {
                Some(stood) => stood.meta(&record::seen(self.script.name, &instance.stream), fired.set.record),
                None => {
                    return Err(Halt::Stop(format!(
                        "`{}` has no record {}",
                        instance.stream, fired.set.record
                    )));
                }
            },
        };
        let because = match instance.handle(&self.script, &input, &set_by) {
            Ok(effects) => {
                let handled = Record::Handled(Handled {
                    store: runtime.0.store.identity(),
                    input: input.clone(),
                    waited,
                    effects,
                });
                match self.write(runtime, instance, handled, headers.clone()).await? {
                    Written::TooLarge(why) => why,
                    written => {
                        meter::reacted(self.script.name);
                        return Ok(written);
                    }
                }
            }
            Err(Unhandled::Park(because)) => because,
            Err(Unhandled::Halt(halt)) => return Err(halt),
        };
        self.park(runtime, instance, At::Input(input), waited, because, headers)
            .await
    }

    pub(super) async fn park(
        &self,
        runtime: &Runtime,
        instance: &mut Instance,
        at: At,
        waited: Option<Version>,
        because: String,
        headers: Headers,
    ) -> Result<Written, Halt> {
        told::parked_instance(&instance.stream, &because);
        meter::parked(self.script.name);
        let parked = Record::Parked(Parked { at, waited, because });
        self.write(runtime, instance, parked, headers).await
    }

    /// Writes a record behind the last one that was read.
    pub(super) async fn write(
        &self,
        runtime: &Runtime,
        instance: &mut Instance,
        record: Record,
        headers: Headers,
    ) -> Result<Written, Halt> {
        let event = record
            .encode()
            .map_err(|error| Halt::Stop(format!("a record is no JSON: {error}")))?;
        let append = AppendId::new(fresh_id(runtime.0.clock.now()));
        let (expected, bytes) = (Expected::loaded(instance.version()), event.payload.len());
        let batch = Batch::new(append)
            .metadata(headers.encode())
            .part(instance.stream.clone(), expected, vec![event]);
        let mut delay = DELAY;
        loop {
            match runtime.0.store.append(batch.clone()).await {
                Ok(committed) => {
                    let stood = Stood {
                        record,
                        position: committed.last_position,
                        id: append.event(0),
                        headers,
                        recorded_at: committed.recorded_at,
                        bytes,
                    };
                    instance.push(Version::after(instance.version()), stood);
                    return Ok(Written::Done);
                }
                Err(AppendError::Conflict { .. }) => return Ok(Written::Moved),
                Err(AppendError::Refused(Refusal::Closed)) => return Err(Halt::Closed),
                Err(AppendError::Refused(refusal @ Refusal::TooLarge { .. })) => {
                    return Ok(Written::TooLarge(refusal.to_string()));
                }
                Err(AppendError::Refused(refusal)) if !refusal.is_passing() || refusal == Refusal::Poisoned => {
                    return Err(Halt::Stop(refusal.to_string()));
                }
                // The same append again: written twice it is written once.
                Err(error) => told::written_again(&instance.stream, &with_causes(&error)),
            }
            sleep(delay.longer()).await;
        }
    }
}

/// The headers of what follows.
pub(super) fn inherited(from: &Headers, hops: u32) -> Headers {
    Headers {
        correlation: from.correlation,
        hops,
        ..Headers::default()
    }
}
