//! What every store of snapshots keeps: the case of rule 6.4, for authors of one.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::schema::Fingerprint;
use crate::snapshot::{Snapshot, SnapshotError, SnapshotKey, SnapshotStore};
use crate::store::StoreId;
use crate::stream::{Position, StreamId, Version};

fn snapshot(stream: &StreamId, version: u64) -> Snapshot {
    let store = StoreId {
        store: Uuid::from_u128(7),
        epoch: 1,
    };
    Snapshot {
        key: SnapshotKey {
            stream: stream.clone(),
            aggregate: stream.category().to_owned(),
            fingerprint: Fingerprint(7),
            codec: "json/1".to_owned(),
            store,
        },
        version: Version::new(version).unwrap_or(Version::FIRST),
        position: Position::new(version),
        recorded_at: Timestamp::from_micros(0),
        latest: Timestamp::from_micros(0),
        state: format!("{{\"version\":{version}}}").into_bytes(),
    }
}

fn same(what: &str, found: Option<&Snapshot>, expected: Option<&Snapshot>) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: found {found:?}, expected {expected:?}"))
}

/// Puts snapshots in all orders: of those that were folded from the same, the one of the highest version stays; one that was folded from
/// something else gives way. Nothing of one stream touches another, and what was removed is gone.
///
/// # Errors
/// What was found instead, or what the store failed with.
pub async fn snapshot_lower_never_replaces_higher(store: &impl SnapshotStore) -> Result<(), String> {
    run(store)
        .await
        .map_err(|error| format!("the store failed: {error:?}"))?
}

async fn run(store: &impl SnapshotStore) -> Result<Result<(), String>, SnapshotError> {
    let name =
        |category: &str, id: String| StreamId::new(category, &id).map_err(|error| SnapshotError::Store(error.into()));
    for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
        let stream = name("case", format!("{order:?}"))?;
        for version in order {
            store.put(snapshot(&stream, version)).await?;
        }
        let found = store.newest(&stream, None).await?;
        if let Err(why) = same(stream.as_str(), found.as_ref(), Some(&snapshot(&stream, 3))) {
            return Ok(Err(why));
        }
        let found = store.newest(&stream, Version::new(2)).await?;
        if found.is_some_and(|found| found.version.get() > 2) {
            return Ok(Err("one above the version that was asked for".to_owned()));
        }
    }
    let (stream, other) = (name("case", "a".to_owned())?, name("other", "a".to_owned())?);
    store.put(snapshot(&stream, 9)).await?;
    store.put(snapshot(&other, 9)).await?;
    let mut changed = snapshot(&stream, 5);
    changed.key.fingerprint = Fingerprint(8);
    store.put(changed.clone()).await?;
    let found = store.newest(&stream, None).await?;
    let mut kept = same("of another key", found.as_ref(), Some(&changed));
    store.remove(&stream).await?;
    let found = store.newest(&stream, None).await?;
    kept = kept.and(same("removed", found.as_ref(), None));
    store.put(snapshot(&stream, 5)).await?;
    store.remove_all("case").await?;
    let found = store.newest(&stream, None).await?;
    kept = kept.and(same("removed with its category", found.as_ref(), None));
    let found = store.newest(&other, None).await?;
    Ok(kept.and(same("of another category", found.as_ref(), Some(&snapshot(&other, 9)))))
}
