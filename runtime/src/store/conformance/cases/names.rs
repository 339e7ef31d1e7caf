//! Names of streams: hostile ones are refused or kept as they are, and only bytes tell them apart.

use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::kit::{append, events, exact, is_a_stream, log};
use crate::store::{AnyStore, EventStore, Expected, LogRead};
use crate::stream::StreamId;

/// Rules 1.1, 10.6: what cannot be a name is refused before it reaches a store; whatever can be one is kept, byte for byte, and is no path.
pub(in super::super) async fn hostile_names(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let megabyte = "x".repeat(1 << 20);
    for (category, id) in [
        ("", "id"),
        ("case", ""),
        ("$all", "id"),
        ("$", "id"),
        ("a/b", "id"),
        ("case", "nul\0"),
        ("case", "new\nline"),
        ("case", "escape\u{1b}[2J"),
        ("case", "next\u{85}line"),
        ("case", &megabyte),
        (&megabyte, "id"),
    ] {
        let short: String = format!("{category}/{id}").chars().take(40).collect();
        check!(
            StreamId::new(category, id).is_err(),
            "`{}` names a stream",
            short.escape_debug()
        );
    }
    let longest = "\u{20ac}".repeat(170) + "xx";
    let kept = [
        "../../etc/passwd",
        "..",
        ".",
        "/",
        "//",
        "a//b",
        "\\\\server\\share",
        "C:\\con",
        "con",
        "nul",
        "LOCK",
        "~",
        " ",
        "  x ",
        "%2e%2e%2f",
        "$all",
        "a\u{202e}b",
        "\u{feff}bom",
        "\u{200b}",
        "\u{1f600}",
        "'; drop table streams; --",
        "<script>",
        "{}",
        "null",
        "*?[!]",
        &longest,
    ];
    keeps(&store, &kept).await
}

/// Rule 1.1: twins that differ by case, by Unicode form or by a space are two streams.
pub(in super::super) async fn names_differ_by_bytes_only(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    // Composed and decomposed é; the ligature ﬁ; the sign and the letter Å; dotless i; Latin and Cyrillic a; wide and narrow digits.
    let twins = [
        "account",
        "Account",
        "ACCOUNT",
        "account ",
        " account",
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{fb01}n",
        "fin",
        "\u{212b}",
        "\u{c5}",
        "i",
        "I",
        "\u{131}",
        "\u{130}",
        "a",
        "\u{430}",
        "1",
        "\u{ff11}",
        "01",
        "1.0",
        "ss",
        "\u{df}",
    ];
    keeps(&store, &twins).await?;
    let category =
        StreamId::new("Case", "account").map_err(|error| super::super::bed::Stop::failed(error.to_string()))?;
    append(&store, &category, Expected::NoStream, &["another category"]).await?;
    equal(
        "the events of another category",
        &events(&store, &category).await?.len(),
        &1,
    )
}

/// Each name is a stream of its own, and comes back as it was given.
async fn keeps(store: &AnyStore, ids: &[&str]) -> Verdict {
    let mut streams = Vec::new();
    for id in ids {
        let named = StreamId::new("case", id).map_err(|error| super::super::bed::Stop::failed(error.to_string()))?;
        append(store, &named, Expected::NoStream, &[id]).await?;
        append(store, &named, exact(1), &["second"]).await?;
        streams.push(named);
    }
    for (named, id) in streams.iter().zip(ids) {
        let seen = events(store, named).await?;
        equal("the events of a name", &seen.len(), &2)?;
        is_a_stream(&seen, named)?;
        equal("the payload under a name", &seen[0].payload, &id.as_bytes().to_vec())?;
        equal("the id of a stream", &seen[0].stream.id(), id)?;
    }
    let in_log = log(store)
        .await?
        .iter()
        .filter(|event| event.version.get() == 1)
        .map(|event| event.stream.clone())
        .collect::<Vec<_>>();
    equal("the names in the log", &in_log, &streams)?;
    check!(
        store.read_log(LogRead::after(store.head().await?)).await?.is_empty(),
        "events behind the head"
    );
    Ok(())
}
