//! A copy that is put back is another history of the same store.

use std::collections::BTreeSet;

use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::cases::keys::{again, is_original, keyed};
use crate::store::conformance::kit::{ANY, append, batch, log, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{EventStore, Expected, KeyWindow, Resolved, Unknown};

/// Rule 3.7: a restore keeps the store's id, its events and its keys, and draws a new epoch; one backup restored twice gives two. The
/// epoch stays from then on, positions go on behind the backup, and what was written after it was never written here.
pub(in super::super) async fn restore_changes_epoch(bed: Bed) -> Verdict {
    let mut store = bed.open().await?;
    let (main, identity) = (stream("main"), store.identity());
    append(&store, &main, Expected::NoStream, &["1", "2"]).await?;
    let declared = store.capabilities();
    let keeps_keys = declared.key_window != KeyWindow::None;
    let request = batch(&main, ANY, &["3"]);
    let request = if keeps_keys { keyed(request, "k") } else { request };
    let original = store.append(request.clone()).await?;
    let backup = log(&store).await?;
    store.close().await;
    drop(store);
    bed.stage(Hook::Backup)?;
    let mut epochs = BTreeSet::from([identity.epoch]);
    for round in 0..4_usize {
        store = bed.reopen().await?;
        let lost = batch(&main, ANY, &["written after the backup"]);
        let unknown = Unknown::new(
            lost.append,
            vec![(main.clone(), ANY)],
            store.identity(),
            store.opening(),
        );
        store.append(lost).await?;
        store.close().await;
        drop(store);
        bed.stage(Hook::Restore)?;
        store = bed.open().await?;
        let restored = store.identity();
        equal("the id of a restored store", &restored.store, &identity.store)?;
        check!(
            epochs.insert(restored.epoch),
            "restore {round} has epoch {}, which the store had before",
            restored.epoch
        );
        equal("the log of a restored store", &log(&store).await?, &backup)?;
        if declared.resolves {
            let resolved = store.resolve(&unknown).await?;
            equal("an append that is not in the backup", &resolved, &Resolved::NotWritten)?;
        }
        let mut here = original.clone();
        here.store = restored;
        if keeps_keys {
            is_original(&store, again(&request), &here).await?;
        }
        let receipt = append(&store, &main, ANY, &[format!("round {round}")]).await?;
        equal("the store of a receipt after a restore", &receipt.store, &restored)?;
        let last = backup.last().map(|event| event.position);
        check!(
            Some(receipt.first_position) > last,
            "an append after a restore stands at {}",
            receipt.first_position
        );
        let after = log(&store).await?;
        for _ in 0..2 {
            store.close().await;
            drop(store);
            store = bed.reopen().await?;
            equal(
                "the identity of a restored store, opened again",
                &store.identity(),
                &restored,
            )?;
            equal("the log of a restored store, opened again", &log(&store).await?, &after)?;
        }
        if keeps_keys {
            is_original(&store, again(&request), &here).await?;
        }
        store.close().await;
        drop(store);
        if round == 1 {
            // A restored store is backed up and restored like any other.
            bed.stage(Hook::Backup)?;
            bed.stage(Hook::Restore)?;
            store = bed.open().await?;
            check!(
                epochs.insert(store.identity().epoch),
                "a restore of a restored store has an old epoch"
            );
            equal("the log of a store restored twice over", &log(&store).await?, &after)?;
            return append(&store, &main, ANY, &["goes on"])
                .await
                .map(drop)
                .map_err(Into::into);
        }
    }
    Ok(())
}
