//! Numbers that are drawn and not yet, or never, committed: no reader passes them, and none waits for what will not come.

use tokio::task::JoinHandle;

use crate::clock::Timestamp;
use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, Seen, append, batch, log, log_after, stream, yield_often};
use crate::store::conformance::subject::Hook;
use crate::store::{AnyStore, AppendError, EventStore, Expected, LogRead, PageSize};
use crate::stream::Position;

/// A reader that goes on from where it was, and remembers all it was served.
struct Follower {
    after: Position,
    seen: Vec<Seen>,
}

impl Follower {
    fn new() -> Self {
        Self {
            after: Position::START,
            seen: Vec::new(),
        }
    }

    async fn go_on(&mut self, store: &AnyStore) -> Verdict {
        let served = log_after(store, self.after, PageSize::events(2)).await?;
        if let Some(last) = served.last() {
            self.after = last.position;
        }
        self.seen.extend(served);
        Ok(())
    }

    /// All that the log holds was served, in its order.
    async fn missed_nothing(&mut self, store: &AnyStore) -> Verdict {
        self.go_on(store).await?;
        equal(
            "what a reader was served that went on page by page",
            &self.seen,
            &log(store).await?,
        )
    }
}

/// Rule 3.3: writers wait between their number and their commit, and are let go on; a reader that polls all the while misses nothing.
pub(in super::super) async fn no_late_arrival(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let mut follower = Follower::new();
    append(&store, &stream("before"), ANY, &["before"]).await?;
    for round in 0..6 {
        bed.stage(Hook::Hold)?;
        let mut writers = Vec::new();
        for writer in 0..5 {
            let writing = store.clone();
            let id = stream(&writer.to_string());
            let tried = batch(&id, ANY, &[round.to_string(), "second".to_owned()]);
            writers.push(tokio::spawn(async move { writing.append(tried).await }));
            tokio::task::yield_now().await;
            follower.go_on(&store).await?;
        }
        bed.until_held().await;
        for _ in 0..20 {
            follower.go_on(&store).await?;
            yield_often(5).await;
        }
        check!(
            bed.try_stage(Hook::Release),
            "a store that holds commits can release them"
        );
        while !writers.iter().all(JoinHandle::is_finished) {
            follower.go_on(&store).await?;
            tokio::task::yield_now().await;
        }
        for writer in writers {
            writer.await??;
        }
        follower.missed_nothing(&store).await?;
    }
    equal("the events of all writers", &follower.seen.len(), &61)
}

/// Rule 3.3: a writer that hangs before its commit holds readers back, for as long as it takes: nothing behind its number is served
/// before it, and the fence stays below it.
pub(in super::super) async fn stuck_writer_holds_back(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let mut follower = Follower::new();
    append(&store, &stream("before"), ANY, &["before"]).await?;
    follower.go_on(&store).await?;
    bed.stage(Hook::Hold)?;
    let stuck = batch(&stream("stuck"), ANY, &["stuck"]);
    let behind: Vec<_> = (0..4)
        .map(|number| batch(&stream(&number.to_string()), ANY, &["behind"]))
        .collect();
    let mut writers = Vec::new();
    for tried in std::iter::once(stuck.clone()).chain(behind) {
        let store = store.clone();
        writers.push(tokio::spawn(async move { store.append(tried).await }));
        bed.until_held().await;
    }
    // Longer than any timeout that a store could have had in mind, were it the clock's to say.
    let now = store
        .read_log(LogRead::after(Position::START))
        .await?
        .last()
        .map(|event| event.recorded_at);
    if let Some(now) = now {
        bed.try_stage(Hook::SetClock(Timestamp::from_micros(now.as_micros() + 3_600_000_000)));
    }
    for _ in 0..40 {
        yield_often(50).await;
        follower.go_on(&store).await?;
        let page = store.read_log(LogRead::after(Position::START)).await?;
        let is_stuck = !follower.seen.iter().any(|event| event.append == stuck.append);
        check!(
            !is_stuck || (follower.seen.len() == 1 && page.scanned_through() == follower.after),
            "an append hangs before its commit, and {} events were served, up to {}",
            follower.seen.len(),
            page.scanned_through()
        );
    }
    check!(
        bed.try_stage(Hook::Release),
        "a store that holds commits can release them"
    );
    for writer in writers {
        writer.await??;
    }
    follower.missed_nothing(&store).await
}

/// Rule 3.3: numbers that were drawn and given back stop nobody: after appends that were refused or failed, readers pass and miss nothing.
pub(in super::super) async fn rollback_does_not_stall(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (main, mut follower) = (stream("main"), Follower::new());
    append(&store, &main, Expected::NoStream, &["before"]).await?;
    bed.stage(Hook::FillDisk)?;
    let mut refused = 0;
    // A disk may have room left that was set aside for it.
    for number in 0..200 {
        match append(&store, &main, ANY, &[vec![b'x'; 8_000]]).await {
            Ok(_) => {}
            Err(AppendError::Refused(_)) => refused += 1,
            Err(other) => return Err(other.into()),
        }
        if number % 10 == 0 {
            let stale = append(&store, &main, Expected::NoStream, &["stale"]).await;
            check!(stale.is_err(), "a stale append was taken on a full disk: {stale:?}");
            follower.go_on(&store).await?;
        }
    }
    check!(refused > 0, "the disk was full, and took 200 appends");
    check!(
        bed.try_stage(Hook::FreeDisk),
        "a store whose disk can be filled has one that can be freed"
    );
    for number in 0..5 {
        let receipt = append(&store, &main, ANY, &[format!("after {number}")]).await?;
        follower.go_on(&store).await?;
        check!(
            follower.after == receipt.last_position,
            "an append stands at {}, and readers pass up to {}",
            receipt.last_position,
            follower.after
        );
    }
    follower.missed_nothing(&store).await
}
