//! A store that cannot be read for a while: the projection asks again, each time later, and loses nothing.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, KnownKey, LogRead, Page, ReadError, Resolved, StoreId,
    StreamRead, Unknown,
};
use recount::{EventStore, IdempotencyKey, MemoryStore, Position, Runtime, StreamId, Token};
use tokio::time::Instant;
use uuid::Uuid;

use crate::bank::*;

/// A memory store whose log cannot be read so many times.
#[derive(Clone)]
struct Away {
    inner: MemoryStore,
    fails: Arc<Mutex<Fails>>,
}

#[derive(Default)]
struct Fails {
    left: usize,
    at: Vec<Instant>,
}

impl Away {
    /// From now on, for so many reads.
    fn for_reads(&self, left: usize) {
        *self.fails.lock().expect("no panic") = Fails { left, at: Vec::new() };
    }

    /// How long it was not asked between the reads that failed, in milliseconds.
    fn pauses(&self) -> Vec<u128> {
        let fails = self.fails.lock().expect("no panic");
        let pairs = fails.at.iter().zip(fails.at.iter().skip(1));
        pairs.map(|(before, after)| (*after - *before).as_millis()).collect()
    }
}

impl EventStore for Away {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn identity(&self) -> StoreId {
        self.inner.identity()
    }

    fn opening(&self) -> Uuid {
        self.inner.opening()
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        self.inner.append(batch).await
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.inner.find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.inner.resolve(unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        self.inner.read_stream(read).await
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        let is_away = {
            let mut fails = self.fails.lock().expect("no panic");
            let is_away = fails.left > 0;
            if is_away {
                fails.left -= 1;
                fails.at.push(Instant::now());
            }
            is_away
        };
        if is_away {
            let (place, source) = ("the log".to_owned(), io::Error::other("away"));
            return Err(ReadError::Io { place, source });
        }
        self.inner.read_log(read).await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.inner.wait(after).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.inner.head().await
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.inner.checkpoints()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

/// Rule 8.4: what is around a projection and fails is asked again, after a delay that doubles up to half a minute and is short again after
/// a success; nothing is set aside for it.
#[tokio::test(start_paused = true)]
async fn each_time_later() -> Result<(), Box<dyn Error>> {
    let store = Away {
        inner: MemoryStore::new(),
        fails: Arc::default(),
    };
    let builder = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = builder.projection::<Balances>().start().await?;
    runtime.settle().await?;
    for (reads, position, pauses) in [
        (
            13,
            1,
            &[
                50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000,
            ][..],
        ),
        (3, 2, &[50, 100][..]),
    ] {
        store.for_reads(reads);
        plant(&store, "a", vec![paid(1)]).await;
        let token = Token::new(store.identity(), Position::new(position));
        let view = runtime
            .view::<Balances>()
            .after(token)
            .within(Duration::from_secs(300))
            .await?;
        assert_eq!(view.positions, (1..=position).collect::<Vec<_>>());
        drop(view);
        assert_eq!(store.pauses(), pauses);
        assert_eq!(runtime.dead_letters("balances", None).await?.len(), 0);
    }
    Ok(())
}
