//! Commands without a consumer: what fills a store, and what consumers are compared with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use recount::Runtime;
use tokio::task::JoinSet;

use crate::Fallible;
use crate::domain::{Add, Book, Open, Place};

/// How many commands are under way at once, so that those of a durable store share its syncs.
const CALLERS: u64 = 256;

/// What each command is.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A new order.
    Place,
    /// One more thing in an order that is there.
    Add,
    /// A new account.
    Open,
    /// Money for an account that is there.
    Book,
}

/// Sends so many commands, to so many aggregates in turns, and waits for the answers.
pub(crate) async fn sent(runtime: &Runtime, kind: Kind, count: u64, of: u64) -> Fallible<()> {
    let next = Arc::new(AtomicU64::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (runtime, next) = (runtime.clone(), Arc::clone(&next));
        callers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Fallible::Ok(());
                }
                let id = format!("no-{:06}", number % of);
                let amount = 1;
                match kind {
                    Kind::Place => drop(runtime.execute(id, Place { amount }).await?),
                    Kind::Add => drop(runtime.execute(id, Add { amount }).await?),
                    Kind::Open => drop(runtime.execute(id, Open {}).await?),
                    Kind::Book => drop(runtime.execute(id, Book { amount }).await?),
                }
                // A store in memory never waits, and the callers have to take turns.
                tokio::task::yield_now().await;
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    Ok(())
}
