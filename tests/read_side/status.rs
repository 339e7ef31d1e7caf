//! What a projection says of itself before it has opened what it kept, and while another runtime has it.

use std::error::Error;
use std::time::Duration;

use recount::{ConsumerStatus, MemoryStore, Position, Runtime};
use tokio::time::{sleep, timeout};

use crate::bank::*;

type Tested = Result<(), Box<dyn Error>>;

async fn bank(store: &MemoryStore) -> Runtime {
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    runtime.projection::<Balances>().start().await.expect("it starts")
}

async fn balances(runtime: &Runtime) -> Result<ConsumerStatus, Box<dyn Error>> {
    Ok(runtime.status().await?.consumers.remove(0))
}

/// Rule 8.9: right after a restart nobody knows yet where the view is, so no number is said; and neither does who cannot open it.
#[tokio::test(start_paused = true)]
async fn what_is_not_opened_is_at_no_position() -> Tested {
    let store = MemoryStore::new();
    plant(&store, "a", vec![paid(1), paid(2), paid(3)]).await;
    let runtime = bank(&store).await;
    runtime.settle().await?;
    drop(runtime);
    sleep(Duration::from_millis(1)).await;

    let runtime = bank(&store).await;
    let said = balances(&runtime).await?;
    assert_eq!((said.position, said.behind, said.oldest_open), (None, None, None));
    let second = bank(&store).await;
    runtime.settle().await?;
    let said = balances(&runtime).await?;
    assert_eq!((said.position.map(Position::get), said.behind), (Some(3), Some(0)));

    sleep(Duration::from_millis(200)).await;
    let said = balances(&second).await?;
    assert!(said.last_error.is_some_and(|error| error.contains("run elsewhere")));
    assert_eq!((said.position, said.behind), (None, None));
    Ok(())
}

/// Rule 11.3: at the end of an empty store is also who cannot open what is kept.
#[tokio::test(start_paused = true)]
async fn nothing_is_waited_for_in_an_empty_store() -> Tested {
    let store = MemoryStore::new();
    let first = bank(&store).await;
    first.settle().await?;
    let second = bank(&store).await;
    timeout(Duration::from_secs(3600), second.settle()).await??;
    assert_eq!(balances(&second).await?.position, None);
    Ok(())
}

/// A projection that begins anew is at its beginning, which is known.
#[tokio::test(start_paused = true)]
async fn a_reset_is_at_the_start() -> Tested {
    let store = MemoryStore::new();
    plant(&store, "a", vec![paid(1), paid(POISON)]).await;
    let runtime = bank(&store).await;
    assert!(runtime.settle().await.is_err());
    runtime.reset("balances").await?;
    let said = balances(&runtime).await?;
    assert_eq!((said.position.map(Position::get), said.behind), (Some(0), Some(2)));
    Ok(())
}
