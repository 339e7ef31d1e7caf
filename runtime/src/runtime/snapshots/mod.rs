//! The snapshots of a runtime: what a load begins with, and what is written after a commit, off the way of whoever committed.

mod verbs;
mod writer;

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

pub use verbs::Warmed;

use crate::aggregate::{Aggregate, Snapshots};
use crate::runtime::load::At;
use crate::runtime::reason::Panicked;
use crate::runtime::state::{Reached, State, Unsaved};
use crate::runtime::status::SnapshotCounts;
use crate::schema::Fingerprint;
use crate::snapshot::{AnySnapshots, CODEC, Snapshot, SnapshotError, SnapshotKey, SnapshotStore};
use crate::store::{AnyStore, EventStore, PageSize, StoreId, StreamRead};
use crate::stream::StreamId;
use writer::{Job, Writer};

/// How long a load waits for a snapshot before it reads the events.
const PATIENCE: Duration = Duration::from_secs(1);

/// The store of snapshots, if there is one, and what became of them.
pub(super) struct Saved {
    store: Option<AnySnapshots>,
    writer: Writer,
    counts: Arc<Counts>,
    /// Of each aggregate, since it is a walk over all shapes of its events.
    fingerprints: Mutex<HashMap<TypeId, Fingerprint>>,
}

#[derive(Default)]
struct Counts {
    used: AtomicU64,
    ignored: AtomicU64,
    unread: AtomicU64,
    written: AtomicU64,
    skipped: AtomicU64,
    unwritten: AtomicU64,
}

/// Why a snapshot is not begun with.
enum Unusable {
    /// It was folded from something else: whoever folds anew writes another one over it.
    Stale,
    /// It is of no use to anybody.
    Bad,
    /// The store of snapshots did not answer.
    Unread,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Saved {
    /// Begins to write; with a store it needs tokio around it.
    pub(super) fn start(store: Option<AnySnapshots>) -> Self {
        let counts = Arc::<Counts>::default();
        Self {
            writer: Writer::start(store.clone(), &counts),
            store,
            counts,
            fingerprints: Mutex::default(),
        }
    }

    /// What a snapshot of this build is folded from.
    fn key<A: Aggregate>(&self, stream: &StreamId, rule: &Snapshots<A>, store: StoreId) -> SnapshotKey {
        let mut known = self.fingerprints.lock().unwrap_or_else(PoisonError::into_inner);
        let fingerprint = *known.entry(TypeId::of::<A>()).or_insert_with(|| rule.fingerprint());
        SnapshotKey {
            stream: stream.clone(),
            aggregate: A::NAME.to_owned(),
            fingerprint,
            codec: CODEC.to_owned(),
            store,
        }
    }

    /// The newest snapshot that a state of this moment may begin with; nothing where there is none.
    pub(super) async fn newest<A: Aggregate>(&self, events: &AnyStore, stream: &StreamId, at: At) -> State<A> {
        let (Some(store), Some(rule)) = (&self.store, A::SNAPSHOTS) else {
            return State::default();
        };
        match self.read(store, events, &rule, stream, at).await {
            Ok(Some(state)) => {
                count(&self.counts.used);
                return state;
            }
            Ok(None) => {}
            Err(Unusable::Stale) => count(&self.counts.ignored),
            Err(Unusable::Bad) => {
                count(&self.counts.ignored);
                self.writer.send(|| Job::Remove(stream.clone()));
            }
            Err(Unusable::Unread) => count(&self.counts.unread),
        }
        State::default()
    }

    async fn read<A: Aggregate>(
        &self,
        store: &AnySnapshots,
        events: &AnyStore,
        rule: &Snapshots<A>,
        stream: &StreamId,
        at: At,
    ) -> Result<Option<State<A>>, Unusable> {
        let Some(at_most) = at.newest_version() else {
            return Ok(None);
        };
        let snapshot = match timeout(PATIENCE, store.newest(stream, at_most)).await {
            Ok(Ok(Some(snapshot))) => snapshot,
            Ok(Ok(None)) => return Ok(None),
            Ok(Err(SnapshotError::Damaged)) => return Err(Unusable::Bad),
            Ok(Err(SnapshotError::InUse | SnapshotError::Store(_))) | Err(_) => return Err(Unusable::Unread),
        };
        if snapshot.key != self.key(stream, rule, events.identity()) {
            return Err(Unusable::Stale);
        }
        let reached = Reached {
            version: snapshot.version,
            position: snapshot.position,
            recorded_at: snapshot.recorded_at,
            latest: snapshot.latest,
        };
        if !at.includes(reached) {
            return Ok(None);
        }
        if reached.latest < reached.recorded_at || !stands(events, stream, reached).await {
            return Err(Unusable::Bad);
        }
        let decoded = Panicked::caught(|| (rule.decode)(&snapshot.state));
        let state = decoded.ok().and_then(Result::ok).ok_or(Unusable::Bad)?;
        Ok(Some(State {
            state: Some(Arc::new(state)),
            reached: Some(reached),
            unsaved: Unsaved::default(),
        }))
    }

    /// Hands a state to whoever writes, if a snapshot is due. Waits for nothing: what there is no room for is still due after the next
    /// event. A state that is `Clone` is also encoded there.
    pub(super) fn offer<A: Aggregate>(&self, stream: &StreamId, state: &mut State<A>, events: StoreId) {
        let Some(rule) = A::SNAPSHOTS.filter(|_| self.store.is_some()) else {
            return;
        };
        let Unsaved {
            events: count,
            bytes,
            spent,
        } = state.unsaved;
        if !rule.is_due(count, bytes, spent) {
            return;
        }
        let (Some(shared), Some(reached)) = (state.state.clone(), state.reached) else {
            return;
        };
        let key = self.key(stream, &rule, events);
        let encode = move || snapshot(key, &rule, &*shared, reached);
        let is_sent = self.writer.send(|| {
            if A::COPY.is_some() {
                return Job::Put(Box::new(encode));
            }
            // Nobody could change the state while it waits, and the next command would have to read the stream: so its bytes wait.
            let encoded = encode();
            Job::Put(Box::new(move || encoded))
        });
        if is_sent {
            state.unsaved = Unsaved::default();
        }
    }

    pub(super) fn counts(&self) -> SnapshotCounts {
        let counts = &self.counts;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SnapshotCounts {
            used: read(&counts.used),
            ignored: read(&counts.ignored),
            unread: read(&counts.unread),
            written: read(&counts.written),
            skipped: read(&counts.skipped),
            unwritten: read(&counts.unwritten),
        }
    }

    /// Writes what is waiting, unless the store takes too long over it.
    pub(super) async fn close(&self) {
        self.writer.close().await;
    }
}

/// The snapshot of a state; `None` if it cannot be written as JSON.
fn snapshot<A: Aggregate>(key: SnapshotKey, rule: &Snapshots<A>, state: &A, reached: Reached) -> Option<Snapshot> {
    let encoded = Panicked::caught(|| (rule.encode)(state)).ok()?.ok()?;
    Some(Snapshot {
        key,
        version: reached.version,
        position: reached.position,
        recorded_at: reached.recorded_at,
        latest: reached.latest,
        state: encoded,
    })
}

/// Whether the last event of a snapshot stands in its stream, where and when the snapshot says.
async fn stands(events: &AnyStore, stream: &StreamId, reached: Reached) -> bool {
    let read = StreamRead::new(stream.clone())
        .from(reached.version)
        .size(PageSize::events(1));
    let Ok(page) = events.read_stream(read).await else {
        // Whoever reads on meets the error, and answers it.
        return false;
    };
    page.iter().next().is_some_and(|event| {
        let found = (event.version, event.position, event.recorded_at);
        found == (reached.version, reached.position, reached.recorded_at)
    })
}
