//! The laws of events: what is written is read, old versions are read, and older readers read what they are promised.

use crate::aggregate::Aggregate;
use crate::causes::with_causes;
use crate::event::{EncodeError, EventSet};
use crate::runtime::Panicked;
use crate::schema::{EventFacts, Outline, Payload, Role, Style, VersionFacts};
use crate::testing::difference::is_one;
use crate::testing::laws::commands::not_run;
use crate::testing::laws::history::fold;
use crate::testing::laws::kind::{Kind, is_vague};
use crate::testing::laws::search::{Broken, same};
use crate::testing::laws::{Laws, State};
use crate::testing::{StoredEvent, stored};

/// Every event that can be written is read back as what it was: its stored form stays the same, and so does the state of a history whose
/// events are all written anew.
///
/// An event under `write = n` that the older version cannot hold is left as it is: to write it is refused.
///
/// # Panics
/// If one is not: `Serialize` and `Deserialize` of something in it disagree.
#[track_caller]
pub fn round_trip<A: Aggregate + State>(laws: &Laws) {
    laws.each::<A>("round_trip", |history| {
        let mut anew = Vec::new();
        for event in &history.events {
            match rewritten::<A::Events>(event) {
                Ok(Some(events)) => anew.extend(events),
                Ok(None) => anew.push(event.clone()),
                Err(what) => return Err(Broken::by(std::slice::from_ref(event), what)),
            }
        }
        let states = || {
            let what = "with each event written anew the state is another (- as it was, + anew)";
            same(&fold::<A>(&history.events)?, &fold::<A>(&anew)?, what)
        };
        states().map_err(|what| Broken::by(&history.events, what))
    });
}

/// What an event reads as, written; `None` where some of it is only read.
fn rewritten<S: EventSet>(event: &StoredEvent) -> Result<Option<Vec<StoredEvent>>, String> {
    let mut written = Vec::new();
    for part in read::<S>(event)? {
        let encoded = match part.encode() {
            Ok(encoded) => encoded,
            Err(EncodeError::Frozen { .. } | EncodeError::Lossy { .. }) => return Ok(None),
            Err(error) => return Err(with_causes(&error)),
        };
        let again = StoredEvent::from(encoded.clone());
        let back = read::<S>(&again).map_err(|why| format!("it is written as {}, and {why}", again.line()))?;
        let [back] = back.as_slice() else {
            return Err(format!(
                "it is written as {}, which is not read as one event",
                again.line()
            ));
        };
        let second = back.encode().map_err(|error| with_causes(&error))?;
        if !is_one::<S>(&encoded.into(), &second.clone().into()) {
            return Err(format!(
                "it is written, read back, and written as another (- once, + twice)\n  - {}\n  + {}",
                again.line(),
                StoredEvent::from(second).line()
            ));
        }
        written.push(again);
    }
    Ok(Some(written))
}

/// Reads an event as every reader does.
fn read<S: EventSet>(event: &StoredEvent) -> Result<Vec<S>, String> {
    match Panicked::caught(|| event.read::<S>()) {
        Ok(Ok(events)) => Ok(events),
        Ok(Err(error)) => Err(format!("it cannot be read: {}", with_causes(&error))),
        Err(panicked) => Err(format!("it cannot be read: {panicked}")),
    }
}

/// Payloads of every version of every event, under all its names, become current events: generated from its shape, or its examples where
/// code of the user's reads it.
///
/// Says of a version that it was not run where neither is there.
///
/// # Panics
/// If a payload cannot be read.
#[track_caller]
pub fn golden_decodes<A: Aggregate>(laws: &Laws) {
    const LAW: &str = "golden_decodes";
    let seed = laws.run_seed();
    for kind in Kind::all(A::Events::FACTS) {
        if !kind.is_certain() {
            let (name, version) = (kind.name, kind.version);
            let why = format!("`{name}` version {version} needs an `example({version}, r#\"..\"#)`");
            not_run::<A>(LAW, &why);
            continue;
        }
        for payload in seeds(seed, laws.cases) {
            let event = kind.event(payload, false);
            if let Err(what) = read::<A::Events>(&event) {
                Broken::by(&[event], what).fail(A::NAME, LAW, seed);
            }
        }
    }
}

/// The plainest first, then others for each run.
fn seeds(seed: u64, count: u32) -> impl Iterator<Item = u64> {
    let step = move |step: u64| seed.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (0..u64::from(count)).map(move |count| if count < 3 { count } else { step(count) })
}

/// What is written says from which version on a reader can follow: the struct of that version, and each above it, reads it; and this build
/// reads what a newer one adds keys to.
///
/// # Panics
/// If one does not: the event needs a higher `floor = n`.
#[track_caller]
pub fn floor_honest<A: Aggregate>(laws: &Laws) {
    let seed = laws.run_seed();
    let members = <A::Events as EventSet>::FACTS.members.iter();
    for event in members
        .filter(|member| member.role == Role::Current)
        .map(|member| member.event)
    {
        // Under `write = n` the versions above are what the next release writes.
        for version in event.versions.iter().filter(|version| version.version >= event.writes) {
            let broken = too_low(event, version, seed, laws.cases);
            if let Some(broken) = broken.or_else(|| unread::<A::Events>(event, version, seed, laws.cases)) {
                broken.fail(A::NAME, "floor_honest", seed);
            }
        }
    }
}

/// What a version is written as; nothing where its shape does not say.
fn written(version: &VersionFacts, seed: u64, count: u32) -> impl Iterator<Item = Payload> {
    let outline = version.shape.map(Outline::of).filter(|outline| !is_vague(outline));
    outline.into_iter().flat_map(move |outline| {
        seeds(seed, count).map(move |seed| match seed {
            0 => outline.payload(Style::Max),
            seed => outline.payload(Style::Written(seed)),
        })
    })
}

/// An older struct at or above the floor that does not read it.
fn too_low(event: &'static EventFacts, version: &VersionFacts, seed: u64, count: u32) -> Option<Broken> {
    let promised = version.floor..version.version;
    // The newest that fails says what the floor has to be at least.
    let described = std::iter::successors(Some(event), |event| event.older);
    let older = described.flat_map(|event| event.versions.iter().rev());
    let mut older = older.filter(|older| promised.contains(&older.version));
    older.find_map(|older| {
        let reads = older.reads?;
        let vague = older.shape.map(Outline::of).is_some_and(|outline| is_vague(&outline));
        written(version, seed, if vague { 0 } else { count }).find_map(|payload| {
            let text = payload.to_string();
            let error = reads(text.as_bytes()).err()?;
            let what = format!(
                "its floor is {}, and a reader of version {} cannot read it: {error}; write `floor = {}`",
                version.floor,
                older.version,
                older.version + 1
            );
            Some(broken(event, version.version, version.floor, text, &what))
        })
    })
}

/// The current version, as a newer build with one more key would write it, that this build does not read.
fn unread<S: EventSet>(event: &'static EventFacts, version: &VersionFacts, seed: u64, count: u32) -> Option<Broken> {
    let newest = event
        .versions
        .last()
        .filter(|newest| newest.version == version.version)?;
    // Where maps and enums are flattened, a key may belong to them.
    let is_closed = |outline: &Outline| matches!(outline, Outline::Object { parts, .. } if parts.is_empty());
    version.shape.map(Outline::of).filter(is_closed)?;
    written(version, seed, count).find_map(|mut payload| {
        payload.set("recount_laws_key", Payload::Null);
        let (newer, text) = (newest.version + 1, payload.to_string());
        let error = read::<S>(&stored(event.name, newer, text.clone()).floor(newest.version)).err()?;
        let what = format!("a newer build may add a key, and says that this build can follow; {error}");
        Some(broken(event, newer, newest.version, text, &what))
    })
}

fn broken(event: &EventFacts, version: u32, floor: u32, payload: String, what: &str) -> Broken {
    Broken::by(&[stored(event.name, version, payload).floor(floor)], what)
}
