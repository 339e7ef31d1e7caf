//! The frameworks, each as a bank of a name.

mod cqrs;
mod evento;
mod eventually;
pub mod ours;

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use self::ours::Ours;
use crate::bank::{Bank, Fallible, examine};
use crate::work::{self, Slice, Work};

type BoxFuture<T> = Pin<Box<dyn Future<Output = Fallible<T>> + Send>>;

/// A framework on a store, which does slices of work.
pub struct Peer {
    /// As the tables name it.
    pub name: &'static str,
    run: Box<dyn Fn(Work, u32) -> BoxFuture<Slice>>,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Peer {
    /// Does a slice of work.
    pub async fn run(&self, work: Work, slice: u32) -> Fallible<Slice> {
        (self.run)(work, slice).await
    }

    /// A bank that is made anew for each slice, so that no slice finds the memory of another full.
    async fn forgetful<B: Bank, F>(name: &'static str, make: fn() -> F) -> Fallible<Self>
    where
        F: Future<Output = Fallible<B>> + Send + 'static,
    {
        examine(&mut make().await?, "examined").await?;
        let run = move |work: Work, slice| -> BoxFuture<Slice> {
            Box::pin(async move { work.run(&make().await?, slice).await })
        };
        Ok(Self {
            name,
            run: Box::new(run),
        })
    }

    /// What folds typed events; `events` makes so many of them, and what folds them all into the balance, without a store.
    fn folding<F>(name: &'static str, events: fn(u32) -> F) -> Self
    where
        F: Fn() -> Fallible<u64> + Send + 'static,
    {
        let run = move |work, _| -> BoxFuture<Slice> {
            Box::pin(async move {
                match work {
                    Work::Fold { events: count, folds } => work::folds(events(count), count, folds),
                    other => anyhow::bail!("{other:?} is nothing that is folded"),
                }
            })
        };
        Self {
            name,
            run: Box::new(run),
        }
    }

    /// One bank for all slices.
    async fn lasting<B: Bank>(name: &'static str, mut bank: B) -> Fallible<Self> {
        examine(&mut bank, "examined").await?;
        let run = move |work: Work, slice| -> BoxFuture<Slice> {
            let bank = bank.clone();
            Box::pin(async move { work.run(&bank, slice).await })
        };
        Ok(Self {
            name,
            run: Box::new(run),
        })
    }
}

/// Those that keep events in memory; recount first.
pub async fn in_memory() -> Fallible<Vec<Peer>> {
    Ok(vec![
        Peer::forgetful("recount, MemoryStore", Ours::in_memory).await?,
        Peer::forgetful("cqrs-es, MemStore", || async { Ok(cqrs::in_memory()) }).await?,
        Peer::forgetful("cqrs-es, quiet store", || async { Ok(cqrs::in_quiet_memory()) }).await?,
        Peer::forgetful("eventually, in memory", || async { Ok(eventually::in_memory()) }).await?,
    ])
}

/// What each does with events that are typed and in memory; recount first.
pub fn folding() -> Vec<Peer> {
    vec![
        Peer::folding("recount, by reference", ours::folding),
        Peer::folding("cqrs-es, by value", cqrs::folding),
        Peer::folding("eventually, by value", eventually::folding),
    ]
}

/// Those whose commands are on the disk of this directory when they are answered; recount first. PostgreSQL only with the URL of a server,
/// which should be on the same disk.
pub async fn on_disk(directory: &Path, postgres: Option<&str>) -> Fallible<Vec<Peer>> {
    let mut peers = vec![
        Peer::lasting("recount, FileStore", Ours::on_disk(&directory.join("recount")).await?).await?,
        Peer::lasting(
            "cqrs-es, sqlite-es",
            cqrs::on_sqlite(&directory.join("cqrs-es.db")).await?,
        )
        .await?,
        Peer::lasting("evento, SQLite", evento::on_sqlite(&directory.join("evento.db")).await?).await?,
        Peer::lasting("evento, fjall", evento::on_fjall(&directory.join("evento-fjall"))?).await?,
    ];
    if let Some(url) = postgres {
        peers.push(Peer::lasting("cqrs-es, postgres-es", cqrs::on_postgres(url).await?).await?);
    }
    Ok(peers)
}
