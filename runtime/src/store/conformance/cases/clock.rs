//! The recorded time, on a clock that does what it likes.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::store::EventStore;
use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, append, events, is_a_stream, log, stream};
use crate::store::conformance::subject::Hook;

/// Rule 10.1: 1970, year 9999, backwards, standing still: the time never falls, and versions and positions do not care.
pub(in super::super) async fn clock_back_and_forth(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("main");
    let year = |number: i64| Timestamp::from_micros((number - 1970) * 31_556_952_000_000);
    let moments = [
        year(2026),
        year(2026),
        year(1970),
        year(2026).after(Duration::from_micros(1)),
        year(1969),
        Timestamp::MIN,
        year(2030),
        year(2025),
        year(9999),
        year(2026),
        Timestamp::MAX,
        year(1970),
        Timestamp::MIN,
    ];
    let mut before = Timestamp::MIN;
    for (moment, number) in moments.into_iter().zip(0..) {
        bed.stage(Hook::SetClock(moment))?;
        let receipt = append(&store, &stream, ANY, &[format!("{number}"), "second".to_owned()]).await?;
        let what = format!("the time of append {number}, made at {moment} after {before}");
        before = before.max(moment);
        equal(&what, &receipt.recorded_at, &before)?;
    }
    let highest = before;
    let seen = events(&store, &stream).await?;
    is_a_stream(&seen, &stream)?;
    equal("the events on all clocks", &seen.len(), &(moments.len() * 2))?;
    for pair in seen.windows(2) {
        let (before, after) = (pair[0].recorded_at, pair[1].recorded_at);
        check!(
            before <= after,
            "version {} was recorded at {after}, the one before it at {before}",
            pair[1].version
        );
    }
    if bed.try_stage(Hook::Reopen) {
        let before = log(&store).await?;
        store.close().await;
        drop(store);
        bed.stage(Hook::SetClock(year(1970)))?;
        let store = bed.open().await?;
        equal("the log after opening in the past", &log(&store).await?, &before)?;
        let receipt = append(&store, &stream, ANY, &["late"]).await?;
        equal("the time after opening in the past", &receipt.recorded_at, &highest)?;
    }
    Ok(())
}
