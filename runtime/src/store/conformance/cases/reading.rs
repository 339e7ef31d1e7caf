//! Reading a stream from every version, both ways.

use crate::store::conformance::bed::{Bed, Verdict, equal};
use crate::store::conformance::kit::{ANY, Seen, append, events, is_a_stream, stream, version, walk};
use crate::store::{PageSize, StreamRead};

/// Rule 1.11: from each version, before the first and behind the last, forward and backward, in pages of every small size.
pub(in super::super) async fn read_from_every_version(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (main, other) = (stream("main"), stream("other"));
    let count = 12_u64;
    for number in 0..count {
        append(&store, &main, ANY, &[format!("main {number}")]).await?;
        append(&store, &other, ANY, &["between", "and between"]).await?;
    }
    let all = events(&store, &main).await?;
    is_a_stream(&all, &main)?;
    equal("the events of the stream", &(all.len() as u64), &count)?;
    for size in [1, 2, 5, 12, 13] {
        for from in (1..=count + 3).map(Some).chain([None, Some(u64::MAX)]) {
            let mut read = StreamRead::new(main.clone()).size(PageSize::events(size));
            if let Some(from) = from {
                read = read.from(version(from));
            }
            let what = |way| format!("reading {way} from {from:?} in pages of {size}");
            let forward: Vec<Seen> = all
                .iter()
                .filter(|event| event.version.get() >= from.unwrap_or(1))
                .cloned()
                .collect();
            equal(&what("forward"), &walk(&store, read.clone()).await?, &forward)?;
            let upto = from.unwrap_or(u64::MAX);
            let backward: Vec<Seen> = all
                .iter()
                .rev()
                .filter(|event| event.version.get() <= upto)
                .cloned()
                .collect();
            equal(&what("backward"), &walk(&store, read.backward()).await?, &backward)?;
        }
    }
    let absent = StreamRead::new(stream("absent"));
    for read in [
        absent.clone(),
        absent.clone().backward(),
        absent.clone().from(version(7)),
        absent.from(version(7)).backward(),
    ] {
        equal("an absent stream", &walk(&store, read).await?, &Vec::new())?;
    }
    Ok(())
}
