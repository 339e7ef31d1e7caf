//! How large things may be: what is refused is refused before anything is written.

use super::sim::SimDisk;
use super::{batch, dump, event, options};
use crate::store::{AppendError, EventStore, Expected, Limit, Refusal};

/// Rule 1.9.
#[tokio::test]
async fn limits_are_checked_before_anything_is_written() {
    let disk = SimDisk::default();
    let store = options(&disk)
        .max_append_bytes(600 << 10)
        .open("store")
        .await
        .expect("a new store");
    let name = "thing.happened".len();
    // Two events, the name of their stream, and the batch's own metadata of 8 bytes. Larger than a segment, which is made larger for it.
    let half = 300 << 10;
    let fits = half - 2 * name - "test/a".len() - 8;
    store
        .append(batch(
            "a",
            Expected::Any,
            vec![event(vec![7; half]), event(vec![7; fits])],
        ))
        .await
        .expect("exactly the limit");
    let refused = store
        .append(batch(
            "a",
            Expected::Any,
            vec![event(vec![7; half]), event(vec![7; fits + 1])],
        ))
        .await
        .expect_err("one above");
    let AppendError::Refused(Refusal::TooLarge { what, limit, actual }) = refused else {
        panic!("{refused}")
    };
    assert_eq!((what, limit, actual), (Limit::Batch, 600 << 10, (600 << 10) + 1));
    let many = vec![event([]); (1 << 20) + 1];
    let refused = store
        .append(batch("a", Expected::Any, many))
        .await
        .expect_err("too many");
    assert!(
        matches!(
            refused,
            AppendError::Refused(Refusal::TooLarge {
                what: Limit::Events,
                ..
            })
        ),
        "{refused}"
    );
    let refused = store
        .append(batch("a", Expected::Any, vec![event([]).metadata(vec![0; 65_536])]))
        .await
        .expect_err("too large");
    assert!(
        matches!(
            refused,
            AppendError::Refused(Refusal::TooLarge {
                what: Limit::Metadata,
                ..
            })
        ),
        "{refused}"
    );
    store
        .append(batch("a", Expected::Any, vec![event([]).metadata(vec![0; 65_535])]))
        .await
        .expect("exactly the limit");
    let seen = dump(&store).await;
    assert_eq!(
        (seen.len(), seen[1].payload.len(), seen[2].metadata.len()),
        (3, fits, 65_535)
    );
    store.close().await;
    let store = options(&disk).open("store").await.expect("the same store");
    assert_eq!(dump(&store).await, seen);
}
