//! Stored bytes that changed behind the store's back: named, never cut off, never repaired in silence.

use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::kit::{Seen, append, log, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{AppendError, EventStore, Expected, LogRead, PageSize, ReadError, Refusal};
use crate::stream::Position;

/// Rule 3.8: an event in the middle is damaged: the store does not open and says why, or it serves all before it, names it and refuses
/// writing. So it does again the next time.
pub(in super::super) async fn damage_is_named(bed: Bed) -> Verdict {
    bed.stage(Hook::Reopen)?;
    for damaged in 0..5_usize {
        let bed = bed.fresh();
        let stream = stream("main");
        let store = bed.open().await?;
        for number in 0..6_u64 {
            append(&store, &stream, Expected::Any, &[format!("event {number}")]).await?;
        }
        let before = log(&store).await?;
        store.close().await;
        drop(store);
        let place = before[damaged].position;
        bed.stage(Hook::Damage(place))?;
        for turn in 0..2 {
            let store = match bed.open().await {
                Ok(store) => store,
                Err(error) => {
                    check!(
                        !error.to_string().is_empty(),
                        "damage at {place} was refused without a word"
                    );
                    continue;
                }
            };
            let (mut served, mut after): (Vec<Seen>, Position) = (Vec::new(), Position::START);
            let error = loop {
                match store.read_log(LogRead::after(after).size(PageSize::events(2))).await {
                    Ok(page) => {
                        served.extend(page.iter().map(Seen::from));
                        check!(
                            !page.at_end(),
                            "turn {turn}: the log ends before the damage at {place}, and says that it is the end"
                        );
                        check!(
                            page.scanned_through() > after,
                            "a page after {after} brings the reader no further"
                        );
                        after = page.scanned_through();
                    }
                    Err(error) => break error,
                }
            };
            check!(
                matches!(error, ReadError::Corrupt { .. }),
                "damage at {place} is `Corrupt`, and it answered {error:?}"
            );
            equal(
                "what was served before the damage",
                &&served[..],
                &&before[..served.len().min(damaged)],
            )?;
            let answer = append(&store, &stream, Expected::Any, &["after"]).await;
            check!(
                matches!(
                    answer,
                    Err(AppendError::Refused(Refusal::Poisoned | Refusal::Unsupported { .. }))
                ),
                "a damaged store refuses writing, and it answered {answer:?}"
            );
            store.close().await;
        }
    }
    Ok(())
}
