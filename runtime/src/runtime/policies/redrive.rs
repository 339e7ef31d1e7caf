//! Parked events delivered again, key by key and in order, because a person asked for it.

use std::sync::Mutex;

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use crate::runtime::Runtime;
use crate::runtime::following::{Halt, Term};
use crate::runtime::policies::delivery::{Lane, Undone};
use crate::store::{Change, CheckpointStore, LetterRead};

/// What came of parked events that were delivered again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Redriven {
    /// Events that are completed, and parked no more.
    pub done: u64,
    /// Keys whose first event fails again, each with the reason; they stay parked.
    pub failed: Vec<(String, String)>,
}

/// Somebody asks for it.
pub(in crate::runtime) struct Redrive {
    /// One key alone, or all.
    key: Option<String>,
    answer: oneshot::Sender<Redriven>,
}

impl Redrive {
    pub(in crate::runtime) fn new(key: Option<String>) -> (Self, oneshot::Receiver<Redriven>) {
        let (answer, answered) = oneshot::channel();
        (Self { key, answer }, answered)
    }

    pub(in crate::runtime) fn asks_for(&self, key: &str) -> bool {
        self.key.as_deref().is_none_or(|asked| asked == key)
    }

    pub(in crate::runtime) fn answer(self, redriven: Redriven) {
        // Whoever asked may have gone away.
        let _gone = self.answer.send(redriven);
    }
}

/// What was asked for and is not done yet.
pub(in crate::runtime) struct Redriving(Mutex<mpsc::UnboundedReceiver<Redrive>>);

impl Redriving {
    pub(in crate::runtime) fn new() -> (mpsc::UnboundedSender<Redrive>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Self(Mutex::new(receiver)))
    }

    pub(in crate::runtime) fn next(&mut self) -> Option<Redrive> {
        let queue = self.0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        queue.try_recv().ok()
    }
}

/// Delivers what is parked. Nothing else of the policy is delivered meanwhile, so what arrives keeps its place behind.
pub(super) async fn redrive(lane: &Lane, term: &Term, asked: &Redrive) -> Result<Redriven, Halt> {
    let mut redriven = Redriven::default();
    let keys = term.checkpoints.parked(&term.name).await?;
    for key in keys
        .into_iter()
        .map(|parked| parked.key)
        .filter(|key| asked.asks_for(key))
    {
        match redrive_key(lane, term, &key).await {
            Ok(done) => redriven.done += done,
            Err((done, Undone::Park(reason))) => {
                redriven.done += done;
                redriven.failed.push((key, reason));
            }
            // It stays parked; another key may do better.
            Err((done, Undone::Halt(Halt::Hold(reason)))) => {
                redriven.done += done;
                redriven.failed.push((key, reason));
            }
            Err((_, Undone::Halt(halt))) => return Err(halt),
        }
    }
    Ok(redriven)
}

async fn redrive_key(lane: &Lane, term: &Term, key: &str) -> Result<u64, (u64, Undone)> {
    let mut done = 0;
    let failed = |done| move |halt: Halt| (done, Undone::Halt(halt));
    loop {
        let letters = term.checkpoints.letters(&term.name, LetterRead::of(key)).await;
        let letters = letters.map_err(|error| failed(done)(error.into()))?;
        if letters.is_empty() {
            return Ok(done);
        }
        let waivers = term.checkpoints.waivers(&term.name).await;
        let waivers = waivers.map_err(|error| failed(done)(error.into()))?;
        for letter in letters {
            // What a person has waived is passed (rule 8.6).
            if !waivers
                .iter()
                .any(|waiver| waiver.part.position == letter.part.position)
            {
                let delivered = lane.deliver(&letter.event.borrowed()).await;
                delivered.map_err(|undone| (done, undone))?;
            }
            let gone = term.redriven(Change::new().redrive([letter.part])).await;
            gone.map_err(failed(done))?;
            done += 1;
        }
    }
}

/// Why parked events were not delivered again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedriveError {
    /// No consumer of this name parks events in this runtime.
    #[error("this runtime has no consumer `{name}` that parks events")]
    NoConsumer {
        /// The name that was asked for.
        name: String,
    },
    /// The consumer has stopped, so it delivers nothing: see [`Runtime::status`] for the reason.
    #[error("`{name}` has stopped and delivers nothing")]
    Stopped {
        /// Its declared name.
        name: String,
    },
}

impl Runtime {
    /// Delivers again what a policy has parked, key by key and each in order, by this build: after a mistake is mended. A key is parked no
    /// more when none of its events is left.
    ///
    /// # Errors
    /// [`RedriveError`]; an event that fails again is no error, and stays parked.
    pub async fn redrive(&self, name: &str) -> Result<Redriven, RedriveError> {
        self.redriven(name, None).await
    }

    /// The same for one key, which is the name of a stream: `account/acc-101`.
    ///
    /// # Errors
    /// [`RedriveError`].
    pub async fn redrive_key(&self, name: &str, key: &str) -> Result<Redriven, RedriveError> {
        self.redriven(name, Some(key.to_owned())).await
    }

    async fn redriven(&self, name: &str, key: Option<String>) -> Result<Redriven, RedriveError> {
        let consumer = self.0.consumers.named(name);
        let name = || name.to_owned();
        let asked = consumer.and_then(|consumer| consumer.redrive(key));
        let answer = asked.ok_or_else(|| RedriveError::NoConsumer { name: name() })?.await;
        answer.ok_or_else(|| RedriveError::Stopped { name: name() })
    }
}
