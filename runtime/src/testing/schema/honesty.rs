//! Whether serde reads and writes what the shape says: what a `Deserialize` written by hand may do otherwise.

use crate::runtime::Panicked;
use crate::schema::{Outline, Payload, Role, Style};
use crate::testing::schema::payload;
use crate::testing::schema::report::Problem;
use crate::testing::schema::today::{Event, Today, Version};

/// How many payloads of each version are bent, key by key.
const COUNT: u64 = 6;

/// No key of anyone's.
const FOREIGN: &str = "recount foreign key";

/// Versions whose shape is not what serde does: one case of each.
pub(super) fn look(today: &Today, seed: u64) -> Vec<Problem> {
    let events = today.events.values();
    events
        .flat_map(|event| {
            let versions = event.versions.iter();
            versions
                .filter_map(move |version| read_lie(event, version, seed).or_else(|| written_lie(event, version, seed)))
        })
        .collect()
}

fn lie(event: &Event, version: &Version, says: String, witness: String) -> Problem {
    Problem::new("SHAPE_LIES", event.key(), Some(version.number), says)
        .witness(witness)
        .help("a `Deserialize` or `Serialize` written by hand has a format of its own: name it, `#[schema(scalar = \"..\")]`")
}

/// A payload that serde reads and the shape does not, or the reverse.
fn read_lie(event: &Event, version: &Version, seed: u64) -> Option<Problem> {
    let (shape, reads) = (version.shape.as_ref()?, version.reads?);
    let mut atoms = Vec::new();
    examples(shape, &mut atoms);
    let read_as = match version.from_lock {
        true => without_formats(shape.clone()),
        false => shape.clone(),
    };
    let random = payload::seeds(seed, event, version.number, COUNT).map(|own| shape.payload(Style::Stored(own)));
    let samples = [payload::max(shape), shape.payload(Style::Sparse)]
        .into_iter()
        .chain(random);
    for sample in samples {
        for bent in std::iter::once((String::new(), "as it is", sample.clone())).chain(bends(&sample, &atoms)) {
            let (path, bend, payload) = bent;
            let text = payload.to_string();
            let answer = Panicked::caught(|| reads(text.as_bytes()));
            let what = match (answer, read_as.accepts(&payload)) {
                (Ok(Ok(())), Ok(())) | (Ok(Err(_)) | Err(_), Err(_)) => continue,
                (Ok(Ok(())), Err(why)) => format!("serde reads it, and the shape says no: {why}"),
                (Ok(Err(error)), Ok(())) if payload::is_opaque(&read_as, &error.path(text.as_bytes())) => continue,
                (Ok(Err(error)), Ok(())) => format!("the shape says it is read, and serde says no: {error}"),
                (Err(panicked), Ok(())) => format!("the shape says it is read, and serde says no: {panicked}"),
            };
            let place = match path.as_str() {
                "" => "a payload".to_owned(),
                path => format!("`{path}`"),
            };
            return Some(lie(event, version, format!("{place} {bend}: {what}"), text));
        }
    }
    None
}

/// What is written and is not of the shape.
fn written_lie(event: &Event, version: &Version, seed: u64) -> Option<Problem> {
    let shape = version
        .shape
        .as_ref()
        .filter(|_| event.role == Role::Current && version.number == event.writes)?;
    let set = event.sets.first()?;
    payload::seeds(seed, event, version.number, COUNT).find_map(|own| {
        let stored = shape.payload(Style::Written(own)).to_string();
        let upcast = set.upcast(&event.name, version.number, &stored).ok()?;
        let mut own_events = upcast
            .each()
            .filter(|one| one.name == event.name && one.version == version.number);
        own_events.find_map(|one| {
            let written = Payload::parse(&one.payload).ok()?;
            let why = match shape.read(&written) {
                Ok(reading) => format!("`{}` is in no shape", reading.ignored.first()?),
                Err(refusal) => refusal.to_string(),
            };
            Some(lie(
                event,
                version,
                format!("is written otherwise than the shape says: {why}"),
                one.payload.clone(),
            ))
        })
    })
}

/// The examples of named formats, whose inside nothing is known of.
fn examples(shape: &Outline, found: &mut Vec<Payload>) {
    match shape {
        Outline::Scalar(scalar) => found.extend(Payload::parse(&scalar.example)),
        Outline::Option(inner) | Outline::List(inner) | Outline::Set(inner) => examples(inner, found),
        Outline::Map(_, value) => examples(value, found),
        Outline::Tuple(items) => items.iter().for_each(|item| examples(item, found)),
        Outline::Object { keys, parts } => {
            keys.iter().for_each(|key| examples(&key.value, found));
            parts.iter().for_each(|part| examples(part, found));
        }
        Outline::Enum { choices, .. } => choices
            .iter()
            .filter_map(|choice| choice.value.as_ref())
            .for_each(|value| examples(value, found)),
        _ => {}
    }
}

/// What a struct made from the lock reads: of a format with a name the lock has no code, so it takes whatever lies there.
fn without_formats(mut shape: Outline) -> Outline {
    let loosen = |inner: &mut Outline| *inner = without_formats(std::mem::replace(inner, Outline::Any));
    match &mut shape {
        Outline::Scalar(_) => shape = Outline::Any,
        Outline::Option(inner) | Outline::List(inner) | Outline::Map(_, inner) => loosen(inner),
        Outline::Tuple(items) => items.iter_mut().for_each(loosen),
        Outline::Object { keys, parts } => {
            keys.iter_mut().for_each(|key| loosen(&mut key.value));
            parts.iter_mut().for_each(loosen);
        }
        Outline::Enum { choices, .. } => choices
            .iter_mut()
            .filter_map(|choice| choice.value.as_mut())
            .for_each(loosen),
        _ => {}
    }
    shape
}

/// The payload with each key taken out, each set to `null`, and one more key in each object; with the path, and what was done there.
fn bends(payload: &Payload, atoms: &[Payload]) -> Vec<(String, &'static str, Payload)> {
    let mut bent = Vec::new();
    if atoms.contains(payload) {
        return bent;
    }
    match payload {
        Payload::Object(entries) => {
            for (key, value) in entries {
                let mut without = payload.clone();
                let _ = without.remove(key);
                bent.push((key.clone(), "left out", without));
                let with = |inner| {
                    let mut with = payload.clone();
                    with.set(key, inner);
                    with
                };
                bent.push((key.clone(), "set to null", with(Payload::Null)));
                let inside = bends(value, atoms).into_iter();
                bent.extend(inside.map(|(path, bend, inner)| (joined(key, &path), bend, with(inner))));
            }
            let mut more = payload.clone();
            more.set(FOREIGN, Payload::Bool(true));
            bent.push((String::new(), "with a foreign key", more));
        }
        Payload::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let inside = bends(item, atoms).into_iter();
                bent.extend(inside.map(|(path, bend, inner)| {
                    let mut items = items.clone();
                    items[index] = inner;
                    (joined(&format!("[{index}]"), &path), bend, Payload::List(items))
                }));
            }
        }
        _ => {}
    }
    bent
}

fn joined(step: &str, path: &str) -> String {
    match path {
        "" => step.to_owned(),
        path if path.starts_with('[') => format!("{step}{path}"),
        path => format!("{step}.{path}"),
    }
}
