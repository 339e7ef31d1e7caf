//! How far a consumer has come, and in which history.

use serde::{Deserialize, Serialize};

use crate::store::checkpoint::{ConsumerName, Mismatch, ResumeError};
use crate::store::{EventStore, LogRead, Page, PageSize, StoreId};
use crate::stream::{EventId, Position};

/// What a consumer has completed: every event up to a position that it asked for was applied, skipped by a declared rule, or durably parked
/// (rule 7.4). It names the history that the position belongs to (rule 7.7).
///
/// It begins at the [start](Self::start) and moves by pages that were read ([`advance`](Self::advance)): a position alone makes none
/// (rule 7.5). Beside the position it keeps the last event that it was shown, so that [`check`](Self::check) can tell one history from
/// another by a single read.
///
/// Of the tenants of a store there is one, the default, so a checkpoint does not name it.
///
/// ```
/// use recount::store::{Batch, Checkpoint, ConsumerName, EventStore, Expected, LogRead, NewEvent};
/// use recount::{AppendId, MemoryStore, StreamId};
/// use uuid::Uuid;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let opened = vec![NewEvent::new("account.opened", 1, 1, "{}")];
/// store.append(Batch::new(AppendId::new(Uuid::new_v4())).part(StreamId::new("account", "1")?, Expected::NoStream, opened)).await?;
///
/// let mut checkpoint = Checkpoint::start(ConsumerName::new("balances")?, store.identity());
/// let page = store.read_log(LogRead::after(checkpoint.position())).await?;
/// // … every event of the page is applied …
/// checkpoint.advance(&page)?;
/// assert_eq!(checkpoint.position(), 1);
///
/// // It means something in the history that it was made in, and in no other.
/// checkpoint.check(&store).await?;
/// assert!(checkpoint.check(&MemoryStore::new()).await.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    consumer: ConsumerName,
    store: StoreId,
    position: Position,
    /// The last event that the consumer was shown, at or below the position.
    event: Option<Shown>,
}

/// An event that a consumer was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shown {
    position: Position,
    id: EventId,
}

impl Checkpoint {
    /// Before every event of a store.
    #[must_use]
    pub const fn start(consumer: ConsumerName, store: StoreId) -> Self {
        Self {
            consumer,
            store,
            position: Position::START,
            event: None,
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn consumer(&self) -> &ConsumerName {
        &self.consumer
    }

    /// The store and epoch that the position belongs to.
    #[must_use]
    pub const fn store(&self) -> StoreId {
        self.store
    }

    /// Every event up to here is completed. The next page is read after it.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The last event that the consumer was shown, at or below the position; `None` if it was shown none yet.
    #[must_use]
    pub fn event(&self) -> Option<EventId> {
        self.event.map(|event| event.id)
    }

    /// Where that event stands: at the position, unless the consumer did not ask for the events behind it.
    #[must_use]
    pub fn event_position(&self) -> Option<Position> {
        self.event.map(|event| event.position)
    }

    /// The same place, as the checkpoint of another generation of the consumer, or of another consumer that goes on from here.
    #[must_use]
    pub fn of(&self, consumer: ConsumerName) -> Self {
        Self {
            consumer,
            ..self.clone()
        }
    }

    /// All events of a page of the log are completed; the page was read after this checkpoint's position. It moves to what the page has
    /// [scanned through](Page::scanned_through), also where that held no event that was asked for.
    ///
    /// A page that was read after the head moves to the head: so a consumer starts with what comes from now on.
    ///
    /// # Errors
    /// [`ResumeError::CheckpointAhead`] if the log ends before the checkpoint; it stays where it is.
    pub fn advance(&mut self, page: &Page) -> Result<(), ResumeError> {
        let position = page.scanned_through();
        if position < self.position {
            return Err(ResumeError::ahead(self, position));
        }
        self.advance_part(page, page.len());
        self.position = position;
        Ok(())
    }

    /// The first so many events of a page are completed, and the next one is not: the checkpoint moves to the last of them, and stays where
    /// it is for 0. Events that it has passed already do not move it back.
    pub fn advance_part(&mut self, page: &Page, completed: usize) {
        let Some(last) = page.iter().take(completed).next_back() else {
            return;
        };
        if last.position > self.position {
            self.position = last.position;
            self.event = Some(Shown {
                position: last.position,
                id: last.event_id(),
            });
        }
    }

    /// Whether a consumer can go on from here in this store (rule 7.7). It costs asking for the head and reading one event.
    ///
    /// What is compared is the store, its epoch, its head, and the last event that the consumer was shown. If the consumer did not ask for
    /// the events between that one and the position, they are not compared: a store never gives a position to another event (rule 3.6), and
    /// this looks for stores that were exchanged, not for one that breaks its promise.
    ///
    /// # Errors
    /// [`ResumeError`]; never waits for the log to grow.
    ///
    /// # Cancel safety
    /// Reading changes nothing.
    pub async fn check(&self, store: &impl EventStore) -> Result<(), ResumeError> {
        let here = store.identity();
        if here != self.store {
            let (checkpoint, store) = (self.store, here);
            let what = Mismatch::Store { checkpoint, store };
            return Err(ResumeError::mismatch(self, what));
        }
        let head = store.head().await?;
        if self.position > head {
            return Err(ResumeError::ahead(self, head));
        }
        let Some(shown) = self.event else {
            return Ok(());
        };
        let before = Position::new(shown.position.get().saturating_sub(1));
        let page = store.read_log(LogRead::after(before).size(PageSize::events(1))).await?;
        let there = page.iter().next().filter(|event| event.position == shown.position);
        let there = there.map(|event| event.event_id());
        if there == Some(shown.id) {
            return Ok(());
        }
        let (position, checkpoint, store) = (shown.position, shown.id, there);
        let what = Mismatch::Event {
            position,
            checkpoint,
            store,
        };
        Err(ResumeError::mismatch(self, what))
    }
}
