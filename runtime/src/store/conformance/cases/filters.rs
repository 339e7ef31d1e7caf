//! Filters: a store that leaves something out leaves out that and nothing else, and says how far it has looked.

use crate::store::conformance::bed::{Bed, Random, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, Seen, log, new_append};
use crate::store::{AnyStore, Batch, EventRef, EventStore, Filter, LogRead, NewEvent, PageSize};
use crate::stream::{Position, StreamId};

const CATEGORIES: [&str; 4] = ["case", "cas", "case-two", "Case"];
const NAMES: [&str; 5] = [
    "case.happened",
    "case.happened.twice",
    "case",
    "Case.happened",
    "other.happened",
];

fn stream(category: &str, id: usize) -> StreamId {
    StreamId::new(category, &id.to_string()).expect("the suite's own names are plain")
}

/// Rules 7.8, 7.5: every filter gives what filtering the whole log gives, in pages of every size and from every position, also where
/// nothing matches for longer than a store looks for one page.
pub(in super::super) async fn filter_equals_scan(bed: Bed) -> Verdict {
    let (store, mut random) = (bed.open().await?, bed.random());
    for _ in 0..60 {
        append(&store, &mut random).await?;
    }
    // More of one name than a store looks at for one page; then the rest again.
    let long = stream("case", 0);
    for _ in 0..PageSize::SCAN.events / 100 + 2 {
        let events = vec![NewEvent::new("case.long", 1, 1, "{}"); 100];
        store
            .append(Batch::new(new_append()).part(long.clone(), ANY, events))
            .await?;
    }
    for _ in 0..10 {
        append(&store, &mut random).await?;
    }
    let everything = log(&store).await?;
    for filter in filters() {
        let wanted: Vec<Seen> = everything
            .iter()
            .filter(|event| takes(&filter, event))
            .cloned()
            .collect();
        // Small pages of many events would be read for minutes.
        let small = if wanted.len() > 300 { 500 } else { 1 };
        let begins = [everything.first(), everything.get(everything.len() / 9)];
        let begins = begins.map(|event| event.map_or(Position::START, |event| event.position));
        for after in [Position::START].into_iter().chain(begins) {
            for size in [small, 7 * small, usize::MAX].map(PageSize::events) {
                pages(&store, &filter, after, size, &wanted).await?;
            }
        }
    }
    let none = Filter::default().only(["case.never"]);
    pages(&store, &none, Position::START, PageSize::DEFAULT, &[]).await
}

/// One batch of some events, over one stream or two.
async fn append(store: &AnyStore, random: &mut Random) -> Verdict {
    let mut pick = |count: usize| usize::try_from(random.below(count as u64)).unwrap_or(0);
    let (category, id, count) = (CATEGORIES[pick(4)], pick(3), 1 + pick(4));
    let events = (0..count).map(|_| {
        let version = 1 + u32::from(pick(2) == 1);
        NewEvent::new(NAMES[pick(5)], version, 1, "{}".repeat(1 + pick(40)))
    });
    let mut batch = Batch::new(new_append()).part(stream(category, id), ANY, events.collect());
    if store.capabilities().many_streams && count > 2 {
        batch = batch.part(stream(category, id + 3), ANY, vec![NewEvent::new(NAMES[0], 1, 1, "{}")]);
    }
    store.append(batch).await?;
    Ok(())
}

fn filters() -> Vec<Filter> {
    let all = Filter::default;
    vec![
        all(),
        all().categories(["case"]),
        all().categories(["cas", "Case"]),
        all().categories(["absent"]),
        all().streams([stream("case-two", 1)]),
        all().streams([stream("case", 0), stream("absent", 1), stream("Case", 3)]),
        all().streams([stream("absent", 1)]),
        all().without(["case.long"]),
        all().without(NAMES),
        all().only(["case.happened"]),
        all().only(["case", "Case.happened"]).without(["case"]),
        all().categories(["case"]).without(["case.long", "case.happened"]),
        all()
            .categories(["case"])
            .streams([stream("case", 2), stream("cas", 2)]),
        all().streams([stream("case", 0)]).without(["case.long"]),
        all().without_in("case", ["case.long"]).without_in("absent", NAMES),
        all()
            .categories(["case", "cas"])
            .without_in("cas", NAMES)
            .without(["case.happened"]),
    ]
}

fn takes(filter: &Filter, event: &Seen) -> bool {
    filter.takes_stream(&event.stream) && filter.takes_in(event.stream.category(), &event.name)
}

async fn pages(store: &AnyStore, filter: &Filter, after: Position, size: PageSize, wanted: &[Seen]) -> Verdict {
    let (mut at, head) = (after, store.head().await?);
    loop {
        let page = store
            .read_log(LogRead::after(at).filter(filter.clone()).size(size))
            .await?;
        let through = page.scanned_through();
        let served: Vec<Seen> = page.iter().map(|event: EventRef<'_>| Seen::from(event)).collect();
        let in_range = |event: &&Seen| event.position > at && event.position <= through;
        let should: Vec<Seen> = wanted.iter().filter(in_range).cloned().collect();
        equal(
            &format!("the page of {filter:?} after {at}, scanned through {through}"),
            &served,
            &should,
        )?;
        check!(
            served.len() <= size.events,
            "a page of {size:?} holds {} events",
            served.len()
        );
        check!(
            through <= head,
            "a page was scanned through {through}, and the head is {head}"
        );
        if page.at_end() {
            return equal(&format!("how far {filter:?} was scanned at the end"), &through, &head);
        }
        check!(
            through > at,
            "a page of {filter:?} after {at} goes no further and is not the last"
        );
        at = through;
    }
}
