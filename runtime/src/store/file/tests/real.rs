//! The real disk: files, locks, links and modes as the operating system has them.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::{batch, dump, event, exact, stream};
use crate::store::file::{FileStore, OpenError, PreviousState};
use crate::store::{EventStore, Expected, StreamRead};

#[tokio::test]
async fn what_was_appended_is_there_after_reopening() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("a/b");
    let store = FileStore::open(&path).await.expect("a new store");
    assert_eq!(store.recovery().previous_state, PreviousState::New);
    for n in 0..10u8 {
        let receipt = store
            .append(batch("a", Expected::Any, vec![event([n]), event(*b"x")]))
            .await
            .expect("a receipt");
        assert_eq!(receipt.last_position, u64::from(n) * 2 + 2);
        assert_eq!(receipt.parts[0].last, u64::from(n) * 2 + 2);
    }
    let before = dump(&store).await;
    store.close().await;
    let store = FileStore::open(&path).await.expect("the same store");
    let report = store.recovery();
    assert!(report.is_clean() && report.warnings.is_empty(), "{report:?}");
    assert_eq!(dump(&store).await, before);
    let page = store
        .read_stream(StreamRead::new(stream("a")).backward())
        .await
        .expect("a page");
    let versions: Vec<u64> = page.iter().map(|event| event.version.get()).collect();
    assert_eq!(versions, (1..=20).rev().collect::<Vec<_>>());
    store
        .append(batch("a", exact(20), vec![event(*b"y")]))
        .await
        .expect("a receipt");
}

#[tokio::test]
async fn a_second_handle_is_refused_under_any_path() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("store");
    let store = FileStore::open(&path).await.expect("a new store");
    symlink(&path, dir.path().join("alias")).expect("a link");
    for path in [
        path.clone(),
        dir.path().join("alias"),
        dir.path().join("store/../store"),
    ] {
        let error = FileStore::open(path).await.expect_err("it is open already");
        let OpenError::Locked { holder } = &error else {
            panic!("{error}")
        };
        assert!(holder.contains(&format!("pid {}", std::process::id())), "{holder}");
    }
    let clone = store.clone();
    drop(store);
    assert!(matches!(FileStore::open(&path).await, Err(OpenError::Locked { .. })));
    clone.close().await;
    FileStore::open(&path).await.expect("nobody has it open");
}

#[tokio::test]
async fn files_are_private_and_never_links() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("store");
    FileStore::open(&path).await.expect("a new store").close().await;
    let mode = |name: &str| std::fs::metadata(path.join(name)).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(""), 0o700);
    for name in ["LOCK", "STORE", "watermark", "seg-0000000001.log"] {
        assert_eq!(mode(name), 0o600, "{name}");
        let aside = dir.path().join("aside");
        std::fs::rename(path.join(name), &aside).expect("a file");
        symlink(&aside, path.join(name)).expect("a link");
        let error = FileStore::open(&path).await.expect_err("a link stands there");
        assert!(
            matches!(&error, OpenError::NotPlain { file, .. } if file == name),
            "{error}"
        );
        std::fs::remove_file(path.join(name)).expect("a link");
        std::fs::hard_link(&aside, path.join(name)).expect("a second name");
        let error = FileStore::open(&path).await.expect_err("it has a second name");
        assert!(
            matches!(&error, OpenError::NotPlain { file, .. } if file == name),
            "{error}"
        );
        std::fs::remove_file(&aside).expect("a file");
    }
    std::fs::write(path.join("notes.txt"), "mine").expect("a file");
    let store = FileStore::open(&path).await.expect("a store");
    assert_eq!(store.recovery().foreign_files, ["notes.txt"]);
}

#[tokio::test]
async fn a_replaced_lock_stops_the_writer_at_the_next_segment() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = FileStore::options()
        .segment_bytes(64 << 10, 64 << 10)
        .open(dir.path())
        .await
        .expect("a new store");
    let large = || batch("a", Expected::Any, vec![event(vec![1; 20 << 10])]);
    store.append(large()).await.expect("a receipt");
    std::fs::remove_file(dir.path().join("LOCK")).expect("the lock");
    std::fs::write(dir.path().join("LOCK"), "").expect("another file");
    store.append(large()).await.expect("room in the first segment");
    let refused = store.append(large()).await.expect_err("the lock is not ours any more");
    assert!(
        matches!(
            refused,
            crate::store::AppendError::Refused(crate::store::Refusal::Poisoned)
        ),
        "{refused}"
    );
    assert_eq!(dump(&store).await.len(), 2);
    store.close().await;
}
