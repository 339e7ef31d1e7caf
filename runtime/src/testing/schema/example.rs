//! Examples: payloads that a person has written, for ways up from old versions that run code of the user's.

use crate::constant;
use crate::schema::Payload;
use crate::testing::schema::payload;
use crate::testing::schema::report::Problem;
use crate::testing::schema::today::{Event, Version};

/// A payload of some version, whole.
#[derive(Clone, Debug)]
pub(super) struct Example {
    pub(super) version: u32,
    /// The name of its files, up to `.json` and `.upcast`.
    pub(super) stem: String,
    pub(super) payload: String,
}

/// The name of the file of a user's example, taken apart: `v2.example.ada.json`.
pub(super) fn version_in(file: &str) -> Option<(u32, &str)> {
    let stem = file.strip_suffix(".json")?;
    let (version, rest) = stem.strip_prefix('v')?.split_once('.')?;
    rest.strip_prefix("example.")?;
    Some((version.parse().ok()?, stem))
}

/// An example with the keys that it leaves out.
///
/// # Errors
/// [`Problem`], if it is not JSON, or of a version that the event does not have.
pub(super) fn whole(event: &Event, version: u32, stem: &str, text: &str) -> Result<Example, Box<Problem>> {
    let refuse =
        |says: String| Box::new(Problem::new("UNREADABLE", event.key(), Some(version), says).witness(text.trim()));
    let Some(described) = event.version(version) else {
        let newest = event.versions.last().map_or(0, |version| version.number);
        return Err(refuse(format!(
            "has an example, and the event has versions up to {newest}"
        )));
    };
    let given = Payload::parse(text).map_err(|error| refuse(format!("has an example that is not JSON: {error}")))?;
    let payload = match &described.shape {
        Some(shape) => shape.completed(given),
        None => given,
    };
    Ok(Example {
        version,
        stem: stem.to_owned(),
        payload: payload.to_string(),
    })
}

/// The name of the files of `example(version, json)`, which has none of its own.
pub(super) fn stem(version: u32, text: &str) -> String {
    let hash = constant::fnv(text);
    format!("v{version}.example.{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}

/// Whether a stem is one of those.
pub(super) fn is_inline(stem: &str) -> bool {
    let hash = stem.split_once(".example.").map_or("", |(_, hash)| hash);
    hash.len() == 8
        && hash
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Ways from one version to the next that run code of the user's, and that no example goes.
pub(super) fn missing(event: &Event, examples: &[Example]) -> Vec<Problem> {
    let of_one_function = |version: &Version| {
        let next = event.version(version.number + 1);
        version.shape.is_none() && next.is_some_and(|next| next.shape.is_none())
    };
    let edges = event
        .versions
        .iter()
        .filter(|version| version.runs_code && !of_one_function(version));
    let unseen = edges.filter(|edge| examples.iter().all(|example| example.version > edge.number));
    unseen
        .map(|edge| {
            let way = match event.version(edge.number + 1) {
                Some(next) => format!("the way to v{} runs code of yours ({})", next.number, next.edge.join(", ")),
                None => "it is split by code of yours".to_owned(),
            };
            let says = format!("has no example: {way}, and generated payloads say little about it");
            let number = edge.number;
            let sample = edge.shape.as_ref().map_or("{}".to_owned(), |shape| payload::max(shape).to_string());
            let help = format!(
                "`example({number}, r#\"{sample}\"#)` with values as they are stored; keys left out are filled in; or a file \
                 `golden/{}/{}/v{number}.example.<what>.json`",
                event.context, event.name
            );
            Problem::new("EXAMPLE_MISSING", event.key(), Some(number), says).help(help)
        })
        .collect()
}
