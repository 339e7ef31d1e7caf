//! What is asked of snapshots by name: writing them all now, and dropping them all.

use crate::aggregate::Aggregate;
use crate::runtime::error::{LoadError, StateError};
use crate::runtime::load::{self, At};
use crate::runtime::snapshots::{count, snapshot, writer};
use crate::runtime::state::State;
use crate::runtime::{BoxFuture, Inner, Runtime};
use crate::snapshot::{SnapshotError, SnapshotStore};
use crate::store::{EventStore, LogRead, ReadError};
use crate::stream::{AsKey, Position, StreamId};

/// What [`warm_snapshots`](Runtime::warm_snapshots) has done.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Warmed {
    /// How many aggregates have a snapshot of now.
    pub written: u64,
    /// How many have none, because nothing has happened to them or the snapshot could not be written.
    pub unwritten: u64,
    /// Those whose events could not be folded, and why.
    pub unreadable: Vec<(StreamId, LoadError)>,
}

impl Runtime {
    /// Writes a snapshot of the newest state of each of these aggregates and waits for it: after `rev` or a shape has changed, so that no
    /// command pays for the first fold. It needs the code that folds, so it is a verb of the runtime and not of the command line.
    ///
    /// Where the aggregate declares no snapshots, or the runtime has no store of them, nothing is written.
    ///
    /// # Errors
    /// [`LoadError::NotRegistered`] and [`LoadError::InvalidName`], before anything is written. What goes wrong with one aggregate stands
    /// in [`Warmed`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{MemorySnapshots, MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let builder = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>();
    /// let runtime = builder.snapshots(MemorySnapshots::new()).start().await?;
    /// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
    /// let warmed = runtime.warm_snapshots::<Account>(["acc-101"]).await?;
    /// assert_eq!(warmed.written, 0, "an account declares no snapshots");
    /// # Ok(())
    /// # }
    /// ```
    pub fn warm_snapshots<A: Aggregate>(
        &self,
        ids: impl IntoIterator<Item = impl AsKey<A::Id>>,
    ) -> BoxFuture<Result<Warmed, LoadError>> {
        let streams = ids.into_iter().map(|id| StreamId::new(A::NAME, &id.key()));
        let (runtime, streams) = (self.clone(), streams.collect::<Result<Vec<_>, _>>());
        Box::pin(async move {
            runtime.knows::<A>().map_err(StateError::NotRegistered)?;
            let mut warmed = Warmed::default();
            for stream in streams? {
                runtime.warm::<A>(stream, &mut warmed).await;
            }
            Ok(warmed)
        })
    }

    /// Does what [`warm_snapshots`](Self::warm_snapshots) does for all aggregates of a kind that exist now. It reads the whole log, a page
    /// at a time.
    ///
    /// # Errors
    /// [`LoadError::NotRegistered`], and [`LoadError::Store`] if the log cannot be read.
    pub fn warm_all_snapshots<A: Aggregate>(&self) -> BoxFuture<Result<Warmed, LoadError>> {
        let runtime = self.clone();
        Box::pin(async move {
            runtime.knows::<A>().map_err(StateError::NotRegistered)?;
            let mut warmed = Warmed::default();
            let mut after = Position::START;
            loop {
                let page = runtime.0.store.read_log(LogRead::after(after)).await?;
                // Each stream has one first event.
                let firsts = page
                    .iter()
                    .filter(|event| event.version == 1 && event.stream.category() == A::NAME);
                for stream in firsts.map(|event| event.stream.clone()).collect::<Vec<_>>() {
                    runtime.warm::<A>(stream, &mut warmed).await;
                }
                if page.at_end() {
                    return Ok(warmed);
                }
                if page.scanned_through() <= after {
                    return Err(LoadError::Store(ReadError::Corrupt {
                        place: String::new(),
                        what: "the store gave an empty page that is not the last".to_owned(),
                    }));
                }
                after = page.scanned_through();
            }
        })
    }

    /// Drops the snapshots of all aggregates of a kind. Nothing is lost: they are folded again from their events when they are asked for.
    ///
    /// # Errors
    /// [`SnapshotError`]; some may still be there.
    pub async fn drop_snapshots<A: Aggregate>(&self) -> Result<(), SnapshotError> {
        match &self.0.snapshots.store {
            Some(store) => store.remove_all(A::NAME).await,
            None => Ok(()),
        }
    }

    pub(crate) async fn warm<A: Aggregate>(&self, stream: StreamId, warmed: &mut Warmed) {
        let Inner { store, snapshots, .. } = &*self.0;
        let (Some(rule), Some(saved)) = (A::SNAPSHOTS, &snapshots.store) else {
            warmed.unwritten += 1;
            return;
        };
        let found = match load::state::<A>(self, &stream, At::Newest, State::default()).await {
            Ok(found) => found,
            Err(error) => return warmed.unreadable.push((stream, error.into())),
        };
        let folded = found.state.zip(found.reached);
        let taken = folded.and_then(|(state, reached)| {
            let key = snapshots.key(&stream, &rule, store.identity());
            snapshot(key, &rule, &*state, reached)
        });
        let is_written = match taken {
            Some(taken) => writer::put(saved, taken).await.is_ok(),
            None => false,
        };
        if is_written {
            count(&snapshots.counts.written);
            warmed.written += 1;
        } else {
            warmed.unwritten += 1;
        }
    }
}
