//! What a person does about a consumer: starts it again, redrives, waives, resets.

use std::error::Error;
use std::sync::Arc;

use crate::runtime::{BoxFuture, Runtime};
use crate::store::{CheckpointStore, ConsumerName, DeadLetter, EventStore, LetterRead};
use crate::stream::Position;

/// What a consumer is told to do.
#[derive(Clone, Debug)]
pub(super) enum Verb {
    /// Go on where it stopped.
    Restart,
    /// Pass an event.
    Waive {
        position: Position,
        reason: String,
        actor: String,
    },
    /// Begin anew.
    Reset,
    /// Build the view anew beside the one that is shown.
    Rebuild,
    /// Show the view again that was shown before.
    Undo,
}

/// Why a verb was not done, or not to its end.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerbError {
    /// No consumer of this runtime has this name.
    #[error("the runtime has no consumer `{consumer}`")]
    NotRegistered {
        /// The name.
        consumer: String,
    },
    /// The consumer knows no such verb.
    #[error("`{consumer}` knows no such verb")]
    Unsupported {
        /// Its declared name.
        consumer: String,
    },
    /// There is no event at this position that the consumer reads: take the position from the [status](Runtime::status), from
    /// [`dead_letters`](Runtime::dead_letters) or from the error that the consumer has stopped with.
    #[error("`{consumer}` reads no event at position {position}, so there is nothing to waive")]
    NoEvent {
        /// Its declared name.
        consumer: String,
        /// What was asked for.
        position: Position,
    },
    /// It is rebuilt already: wait until it has ended.
    #[error("`{consumer}` is being rebuilt")]
    Busy {
        /// Its declared name.
        consumer: String,
    },
    /// The runtime was shut down.
    #[error("the runtime was shut down")]
    ShutDown,
    /// It could not be done now.
    #[error("it could not be done")]
    Failed(#[source] Arc<dyn Error + Send + Sync>),
}

impl Runtime {
    /// Starts a consumer again that has stopped or holds: after its cause was mended, without waiting for the next start of the program.
    ///
    /// # Errors
    /// [`VerbError`].
    pub async fn restart(&self, consumer: &str) -> Result<(), VerbError> {
        self.order(consumer, Verb::Restart).await
    }

    /// Lets a consumer pass an event that it cannot handle: the only way past it, recorded with a reason and whoever says so (rule 8.6). A
    /// consumer that has stopped at the event goes on; rebuilds pass it too. An event that is set aside goes with the next
    /// [`redrive`](Self::redrive) of its key.
    ///
    /// # Errors
    /// [`VerbError`]; [`VerbError::NoEvent`] where nothing stands that the consumer reads, and nothing is recorded.
    pub async fn waive(
        &self,
        consumer: &str,
        position: Position,
        reason: impl Into<String>,
        actor: impl Into<String>,
    ) -> Result<(), VerbError> {
        let (reason, actor) = (reason.into(), actor.into());
        let verb = Verb::Waive {
            position,
            reason,
            actor,
        };
        self.order(consumer, verb).await
    }

    /// Has a consumer begin anew, before the first event: its view is empty until it has caught up. To keep showing the old one meanwhile,
    /// rebuild it. What is set aside comes again with its events; waivers stay.
    ///
    /// # Errors
    /// [`VerbError`].
    pub async fn reset(&self, consumer: &str) -> Result<(), VerbError> {
        self.order(consumer, Verb::Reset).await
    }

    /// Builds the view of a projection anew beside the one that is shown, and shows it in its place when it has come as far (rule 8.7). The
    /// answer does not wait for that: the status says how far it is. An event that fails stops it, and the view that is shown goes on. After
    /// a crash the same call goes on where it was.
    ///
    /// # Errors
    /// [`VerbError`].
    pub async fn rebuild(&self, consumer: &str) -> Result<(), VerbError> {
        self.order(consumer, Verb::Rebuild).await
    }

    /// Undoes the last switch of a rebuilt view: the one before, which was kept, is brought up to now and shown again.
    ///
    /// # Errors
    /// [`VerbError`]; nothing was kept if the view before was removed, or made by another build.
    pub async fn undo_rebuild(&self, consumer: &str) -> Result<(), VerbError> {
        self.order(consumer, Verb::Undo).await
    }

    /// Removes a generation of a view that is not shown, so that nothing can be switched back to: its checkpoint, and what the database of a
    /// projection of this runtime holds of it ([`ViewDatabase::remove`](crate::ViewDatabase::remove)). One that is not there is no error.
    ///
    /// # Errors
    /// [`VerbError::Busy`] while the projection is rebuilt. [`VerbError::Failed`] while the generation is shown, also by a projection that has
    /// stopped, or if the database cannot remove it; then drop it again.
    pub async fn drop_view(&self, generation: &str) -> Result<(), VerbError> {
        let name = ConsumerName::new(generation).map_err(|error| VerbError::Failed(Arc::new(error)))?;
        if let Some(dropped) = self.0.consumers.0.iter().find_map(|consumer| consumer.drop_view(&name)) {
            return dropped.await;
        }
        let removed = self.0.store.checkpoints().remove(&name).await;
        removed.map_err(|error| VerbError::Failed(Arc::new(error)))
    }

    /// What a consumer has set aside under a key, or all of it, in the order of the log: stored bytes and envelope, as rule 8.5 says.
    ///
    /// # Errors
    /// [`VerbError`].
    pub async fn dead_letters(&self, consumer: &str, key: Option<&str>) -> Result<Vec<DeadLetter>, VerbError> {
        let failed = |error: Arc<dyn Error + Send + Sync>| VerbError::Failed(error);
        let checkpoints = self.0.store.checkpoints();
        let name = ConsumerName::new(consumer).map_err(|error| failed(Arc::new(error)))?;
        let live = checkpoints.live(&name).await.map_err(|error| failed(Arc::new(error)))?;
        let mut read = key.map_or_else(LetterRead::default, LetterRead::of);
        let mut all: Vec<DeadLetter> = Vec::new();
        loop {
            let letters = checkpoints.letters(&live.generation, read.clone()).await;
            let letters = letters.map_err(|error| failed(Arc::new(error)))?;
            let Some(last) = letters.last() else { return Ok(all) };
            read = read.after(last.part);
            all.extend(letters);
        }
    }

    fn order(&self, consumer: &str, verb: Verb) -> BoxFuture<Result<(), VerbError>> {
        let Some(found) = self.0.consumers.named(consumer) else {
            let consumer = consumer.to_owned();
            return Box::pin(std::future::ready(Err(VerbError::NotRegistered { consumer })));
        };
        found.order(verb)
    }
}
