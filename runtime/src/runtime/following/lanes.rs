//! Work that goes on side by side, in order for each key.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio::task::JoinSet;

use crate::constant::fnv;
use crate::runtime::following::Halt;

/// Keys fall into so many slices (rule 7.9).
const SLICES: u64 = 1024;
/// How many lanes are worked on at the same time, so that what they write shares the syncs of a durable store: each has every 128th slice.
const LANES: u64 = 128;

/// The slice of a key: FNV-1a of its bytes, the same in every build and on every machine.
fn slice(key: &str) -> u64 {
    fnv(key) % SLICES
}

/// The lane of a key: what is in one lane is done in order.
pub(in crate::runtime) fn lane(key: &str) -> u64 {
    slice(key) % LANES
}

/// Runs all of them side by side. Dropped, it stops them all.
pub(in crate::runtime) async fn in_lanes<F>(lanes: impl IntoIterator<Item = F>) -> Result<Vec<F::Output>, Halt>
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut running: JoinSet<_> = lanes.into_iter().collect();
    let mut done = Vec::with_capacity(running.len());
    while let Some(ended) = running.join_next().await {
        done.push(ended.map_err(|error| Halt::Stop(error.to_string()))?);
    }
    Ok(done)
}

/// Runs all of them side by side in this task. Each is begun after the one before it, so what they do before they first wait is done in order.
pub(in crate::runtime) async fn in_order<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut ended: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    poll_fn(|cx| {
        let mut is_done = true;
        for (running, ended) in running.iter_mut().zip(&mut ended).filter(|(_, ended)| ended.is_none()) {
            match running.as_mut().poll(cx) {
                Poll::Ready(output) => *ended = Some(output),
                Poll::Pending => is_done = false,
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    ended.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done before the first wait is done in order, and so are the answers, whoever ends first.
    #[tokio::test]
    async fn all_are_begun_in_order() {
        let begun = std::sync::Mutex::new(Vec::new());
        let waits = |number: usize| {
            let begun = &begun;
            async move {
                begun.lock().expect("a list").push(number);
                for _ in number..8 {
                    tokio::task::yield_now().await;
                }
                number
            }
        };
        let ended = in_order((0..8).map(waits).collect()).await;
        assert_eq!(ended, (0..8).collect::<Vec<_>>());
        assert_eq!(*begun.lock().expect("a list"), ended);
        assert!(in_order(Vec::<std::future::Ready<()>>::new()).await.is_empty());
    }

    /// Rule 7.9: golden values; a build that hashes otherwise would split a key over two runners.
    #[test]
    fn slices_are_the_same_in_every_build() {
        let keys = ["", "account/acc-101", "account/acc-102", "order/7", "é"];
        assert_eq!(keys.map(slice), [805, 211, 646, 269, 513]);
        let mut seen: Vec<u64> = (0..20_000).map(|key| slice(&key.to_string())).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1024, "every slice has keys");
    }
}
