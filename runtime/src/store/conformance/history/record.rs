//! Writes down a history while it happens: one clock of counted ticks for all tasks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::conformance::history::{Action, Answer, Operation};
use crate::store::{AppendError, Batch, EventStore, ReadError, Refusal, StreamRead};

/// Does operations on a store and writes them down. Clones write into one history.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    ticks: Arc<AtomicU64>,
    operations: Arc<Mutex<Vec<Operation>>>,
}

impl Recorder {
    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    fn add(&self, called: u64, action: Action) {
        let answered = Some(self.tick());
        let operation = Operation {
            called,
            answered,
            action,
        };
        self.operations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(operation);
    }

    /// Appends, and writes down what was answered.
    pub async fn append<S: EventStore>(&self, store: &S, batch: Batch) {
        let append = batch.append;
        let parts = batch
            .parts
            .iter()
            .map(|part| (part.stream.clone(), part.expected, part.events.len() as u64))
            .collect();
        let called = self.tick();
        let answer = match store.append(batch).await {
            Ok(receipt) if receipt.duplicate => Answer::Repeated {
                original: receipt.append,
                first: receipt.first_position,
                last: receipt.last_position,
            },
            Ok(receipt) => Answer::Committed {
                first: receipt.first_position,
                last: receipt.last_position,
            },
            Err(AppendError::Conflict { stream, actual, .. }) => Answer::Conflict { stream, actual },
            Err(AppendError::Refused(Refusal::AppendIdReused { .. })) => Answer::IdReused,
            Err(AppendError::Refused(_)) => Answer::Refused,
            Err(AppendError::Unknown { .. }) => Answer::Unknown,
        };
        self.add(called, Action::Append { append, parts, answer });
    }

    /// Reads one page of a stream, and writes down its last version if the page is the whole stream from its first event.
    ///
    /// # Errors
    /// The store's own.
    pub async fn read<S: EventStore>(&self, store: &S, read: StreamRead) -> Result<(), ReadError> {
        let stream = read.stream.clone();
        let is_whole = read.from.is_none() && !read.backward;
        let called = self.tick();
        let page = store.read_stream(read).await?;
        if is_whole && page.at_end() {
            let last = page.last().map(|event| event.version);
            self.add(called, Action::Read { stream, last });
        }
        Ok(())
    }

    /// Asks for the head of the log, and writes it down.
    ///
    /// # Errors
    /// The store's own.
    pub async fn head<S: EventStore>(&self, store: &S) -> Result<(), ReadError> {
        let called = self.tick();
        let head = store.head().await?;
        self.add(called, Action::Head { head });
        Ok(())
    }

    /// All that was written down.
    #[must_use]
    pub fn finish(&self) -> Vec<Operation> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
