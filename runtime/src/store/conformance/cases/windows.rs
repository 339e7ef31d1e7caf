//! How long keys are remembered: exactly as long as is declared.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::cases::keys::{again, is_original, keeps_keys, keyed};
use crate::store::conformance::kit::{ANY, append, batch, events, exact, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{AppendError, EventStore, Expected, KeyWindow};

const START: i64 = 1_769_590_800_000_000;

fn at(after: Duration) -> Hook {
    let micros = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
    Hook::SetClock(Timestamp::from_micros(START.saturating_add(micros)))
}

/// Rule 2.6: keys are exact inside the window that is declared; for the life of the stream, after a hundred years and a thousand appends.
/// Outside a shorter window a version still protects, because the next one is taken.
pub(in super::super) async fn key_window_is_honoured(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    bed.stage(at(Duration::ZERO))?;
    let main = stream("main");
    let first = keyed(batch(&main, Expected::NoStream, &["first"]), "first");
    let original = store.append(first.clone()).await?;
    let second = keyed(batch(&main, ANY, &["second"]), "second");
    let other = store.append(second.clone()).await?;
    let window = match store.capabilities().key_window {
        KeyWindow::None | KeyWindow::Stream => Duration::from_secs(100 * 365 * 86_400),
        KeyWindow::For(window) => window,
    };
    for number in 0..1_000 {
        append(&store, &main, exact(2 + number), &["more"]).await?;
    }
    let just_inside = window.saturating_sub(Duration::from_micros(1));
    for inside in [Duration::ZERO, window / 2, just_inside] {
        bed.stage(at(inside))?;
        is_original(&store, again(&first), &original).await?;
        is_original(&store, again(&second), &other).await?;
    }
    if store.capabilities().key_window == KeyWindow::Stream {
        return Ok(());
    }
    bed.stage(at(window + Duration::from_micros(1)))?;
    let found = store
        .find_key(&main, &crate::store::IdempotencyKey::new("first"))
        .await?;
    equal("a key outside its window", &found, &None)?;
    let late = store.append(again(&first)).await;
    check!(
        matches!(late, Err(AppendError::Conflict { .. })),
        "outside the window a version protects a repeat, and it answered {late:?}"
    );
    let receipt = store.append(again(&second)).await?;
    check!(
        !receipt.duplicate,
        "a key is remembered outside the window that was declared"
    );
    let count = events(&store, &main).await?.len();
    if count != 1_003 {
        return Err(Stop::failed(format!(
            "{count} events after a repeat outside the window"
        )));
    }
    Ok(())
}
