//! The laws of views: built twice it is the same one, and so it is in whatever parts its events come.

use proptest::strategy::Just;
use uuid::Uuid;

use crate::causes::with_causes;
use crate::codec;
use crate::consumer::{Source, left_out};
use crate::envelope::{Headers, Meta};
use crate::projection::{InMemory, KeptInMemory, Projects};
use crate::runtime::Panicked;
use crate::stream::{AppendId, Position, StreamId, Version};
use crate::testing::laws::Laws;
use crate::testing::laws::history::Pick;
use crate::testing::laws::kind::Kind;
use crate::testing::laws::search::Broken;
use crate::testing::{NOW, StoredEvent};

/// The same events give the same view, whenever they are handed over. Two views are compared by their JSON.
///
/// # Panics
/// If they do not: an `#[on]` takes something from elsewhere, such as the time, a random number or a global.
#[track_caller]
pub fn view_twice_is_once<P: Viewed>(laws: &Laws) {
    each::<P>(laws, "view_twice_is_once", |log| {
        let (first, second) = (built::<P>(log)?, built::<P>(log)?);
        same(&first, &second, "the same events were handed to two views")
    });
}

/// The view of some events, gone on with by the rest, is that of all of them, for every cut: as it is, as a copy, where it is `Clone`, that
/// the view itself does not change with, and written and read back. So a runtime feeds it, whatever pages the events come in.
///
/// # Panics
/// If it is another: two copies share something, `Serialize` and `Deserialize` lose something, or an `#[on]` takes something from elsewhere.
#[track_caller]
pub fn view_batches_agree<P: Viewed>(laws: &Laws) {
    each::<P>(laws, "view_batches_agree", |log| {
        let whole = built::<P>(log)?;
        for place in 0..=log.len() {
            let (first, rest) = log.split_at(place);
            let (mut view, told) = (built::<P>(first)?, |how: &str| {
                format!(
                    "a view of {place} events, {how} and gone on with by {} more,",
                    rest.len()
                )
            });
            let bytes = written(&view)?;
            if let Some(copy) = P::COPY {
                let mut copied = copy(&view);
                hand(&mut copied, rest)?;
                same(&whole, &copied, &told("copied"))?;
                if codec::difference(&bytes, &written(&view)?).is_some() {
                    return Err(format!(
                        "a view of {place} events changes when {} more are handed to a copy of it",
                        rest.len()
                    ));
                }
            }
            let back = codec::decode_value::<P>(&bytes);
            let mut back = back.map_err(|error| format!("the view of {place} events cannot be read back: {error}"))?;
            hand(&mut back, rest)?;
            same(&whole, &back, &told("written, read back"))?;
            hand(&mut view, rest)?;
            same(&whole, &view, &told("shown"))?;
        }
        Ok(())
    });
}

/// A projection whose view is in memory: every one that derives what it needs. Not for users to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no projection in memory, so its laws cannot be tried",
    note = "a view in a database is tried with the database"
)]
pub trait Viewed: Projects<View = InMemory<Self>> + KeptInMemory {}

#[diagnostic::do_not_recommend]
impl<P: Projects<View = InMemory<P>> + KeptInMemory> Viewed for P {}

/// An event of a log.
pub(super) struct Logged {
    source: &'static Source,
    pub(super) event: StoredEvent,
    pub(super) meta: Meta,
}

impl Logged {
    fn line(&self) -> String {
        format!("{} {}", self.meta.stream, self.event.line())
    }
}

/// Tries a law on logs of what the projection handles.
#[track_caller]
pub(super) fn each<P: Viewed>(laws: &Laws, law: &str, check: impl Fn(&[Logged]) -> Result<(), String>) {
    let kinds = kinds::<P>();
    let begins = (0..kinds.len()).any(|place| draw::<P>(&kinds, &[(place, 0)], laws.small).len() == 1);
    assert!(
        begins,
        "no event can be handed to an empty view of `{}`, so no law can be tried on one: its handlers panic, or the shapes of its events are \
         not known and they have no examples",
        P::NAME
    );
    laws.each_pick((P::NAME, law), kinds.len(), Just(()), |picks, ()| {
        let log = draw::<P>(&kinds, picks, laws.small);
        check(&log).map_err(|what| Broken::by_lines(log.iter().map(Logged::line), what))
    });
}

/// What the projection handles, and who reads it.
fn kinds<P: Projects>() -> Vec<(&'static Source, Kind)> {
    let of = |source: &'static Source| {
        let left_out = left_out(source, P::NEEDS);
        let kinds = Kind::all(source.facts()).into_iter();
        let kinds = kinds.filter(move |kind| !kind.is_empty() && !left_out.contains(&kind.name));
        kinds.map(move |kind| (source, kind))
    };
    P::READS.iter().flat_map(of).collect()
}

/// The log of these picks; an event that a handler panics at is left out, because it stands in no view.
fn draw<P: Viewed>(kinds: &[(&'static Source, Kind)], picks: &[Pick], small: bool) -> Vec<Logged> {
    let (mut log, mut view) = (Vec::<Logged>::new(), P::default());
    for (place, seed) in picks {
        let Some((source, kind)) = kinds.get(*place) else {
            continue;
        };
        // Few streams, so that events meet; their ids are numbers, which most ids can be.
        let Ok(stream) = StreamId::new(source.category(), &(1 + seed % 3).to_string()) else {
            continue;
        };
        let before = log.iter().rev().find(|logged| logged.meta.stream == stream);
        let version = Version::after(before.map(|logged| logged.meta.version));
        let position = Position::new(log.len() as u64 + 1);
        let id = AppendId::new(Uuid::from_u128(position.get().into())).event(0);
        let logged = Logged {
            source,
            event: kind.event(*seed, small),
            meta: Meta::new(stream, version, position, id, NOW, Headers::default()),
        };
        if hand(&mut view, std::slice::from_ref(&logged)).is_ok() {
            log.push(logged);
        } else {
            // What it panicked at may have half changed it.
            view = built(&log).unwrap_or_default();
        }
    }
    log
}

fn built<P: Viewed>(log: &[Logged]) -> Result<P, String> {
    let mut view = P::default();
    hand(&mut view, log).map(|()| view)
}

/// Hands events to a view as the runtime does.
fn hand<P: Viewed>(view: &mut P, log: &[Logged]) -> Result<(), String> {
    for Logged { source, event, meta } in log {
        let handed = Panicked::caught(|| {
            source.decode(&event.raw(&meta.stream, 0), &mut |event| {
                let Ok(_handled) = P::project(view, event, meta);
            })
        });
        let told = |why| {
            format!(
                "the event at position {} could not be handed over again: {why}",
                meta.position
            )
        };
        match handed {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(told(with_causes(&error))),
            Err(panicked) => return Err(told(panicked.to_string())),
        }
    }
    Ok(())
}

fn written<P: Viewed>(view: &P) -> Result<Vec<u8>, String> {
    codec::encode(view).map_err(|error| format!("the view cannot be written: {error}"))
}

pub(super) fn same<P: Viewed>(expected: &P, actual: &P, what: &str) -> Result<(), String> {
    let (expected, actual) = (written(expected)?, written(actual)?);
    let Some(path) = codec::difference(&expected, &actual) else {
        return Ok(());
    };
    let [expected, actual] = [expected, actual].map(|json| String::from_utf8_lossy(&json).into_owned());
    Err(format!(
        "{what} and the views differ at `{path}`\n  - {expected}\n  + {actual}"
    ))
}
