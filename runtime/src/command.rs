//! Commands: what is asked (`Command`), how it is decided (`Handle`, `Context`), and what a decision may be (`IntoEvents`).

mod fingerprint;
mod to;

use std::cell::Cell;
use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

pub use fingerprint::Fingerprinted;
pub use to::{OrPark, To};

use crate::aggregate::Aggregate;
use crate::clock::Timestamp;
use crate::envelope::Headers;
use crate::event::EventName;
use crate::model::Tree;
use crate::stream::{AsKey, StreamId, Version};

/// What is asked of an aggregate. Written by `#[command]`.
///
/// `Clone`, because a conflict decides again and a handler takes its command by value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "expected a command",
    note = "a command is written by a `#[command]` method in a `#[recount::handlers]` block"
)]
pub trait Command: Clone + Send + 'static {
    /// Who decides it.
    type Aggregate: Handle<Self>;
    /// The declared name.
    const NAME: &'static str;
    /// An enum of commands, whose JSON has the name of the command inside around it.
    const IS_ENUM: bool = false;

    /// The declared name of this one: that of the command inside, where [`NAME`](Self::NAME) is that of an enum of commands.
    fn name(&self) -> &'static str {
        Self::NAME
    }

    /// The command to the aggregate of this id, as data: what policies and processes return. It is sent by the runtime.
    fn to(self, id: impl AsKey<<Self::Aggregate as Aggregate>::Id>) -> To<Self> {
        let stream = StreamId::new(Self::Aggregate::NAME, &id.key());
        To { stream, command: self }
    }
}

/// What a command needs of its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requires {
    /// No events: the command creates.
    Absent,
    /// At least one event: the command has a `&self`.
    Present,
    /// Either: the command takes an `Option<&Self>`.
    Either,
}

/// How an aggregate decides a command. Written by `#[command]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide the command `{C}`",
    note = "add `#[command({C})] fn name(&self, command: {C})` to the `#[recount::handlers] impl {Self}` block"
)]
pub trait Handle<C>: Aggregate {
    /// What the command needs of the stream.
    const REQUIRES: Requires;
    /// Declared by `#[command(idempotent)]`: the command decides nothing on a state that it has produced (`semantics.md` 2.5).
    const IS_IDEMPOTENT: bool = false;
    /// The method's return type: it says which events can come of the command and how it is refused.
    type Outcome: IntoEvents<Self::Events>;

    /// What this one command needs; differs from [`REQUIRES`](Self::REQUIRES) only for an enum of commands.
    fn requires(_command: &C) -> Requires {
        Self::REQUIRES
    }

    /// Whether this one command is declared idempotent; differs from [`IS_IDEMPOTENT`](Self::IS_IDEMPOTENT) only for an enum of commands.
    fn is_idempotent(_command: &C) -> bool {
        Self::IS_IDEMPOTENT
    }

    /// Decides. Pure: the same state, command and context give the same outcome.
    fn handle(state: Option<&Self>, command: C, cx: &Context) -> Self::Outcome;
}

/// The events of the aggregate that decides `C`.
pub type EventsOf<C> = <<C as Command>::Aggregate as Aggregate>::Events;
/// What the handler of `C` returns.
pub type OutcomeOf<C> = <<C as Command>::Aggregate as Handle<C>>::Outcome;
/// The error that `C` is rejected with; [`Infallible`] where its handler returns no `Result`.
pub type RejectionOf<C> = <OutcomeOf<C> as IntoEvents<EventsOf<C>>>::Rejection;

/// What a command may return: an event of the set `S`, the set itself, `()`, tuples, `Option`s, `Vec`s and arrays of them, and a `Result`
/// of any of these.
#[diagnostic::on_unimplemented(
    message = "a command cannot return `{Self}`: it is no event of `{S}`",
    label = "neither an event of `{S}` nor a tuple, `Option`, `Vec`, array or `Result` of them"
)]
pub trait IntoEvents<S> {
    /// The events that it can hold.
    const EVENTS: &'static Tree<EventName>;
    /// The user's error; [`Infallible`] where there is no `Result`.
    type Rejection: Send + 'static;

    /// Puts the events into `out`, in order.
    ///
    /// # Errors
    /// The user's own: the command is rejected.
    fn into_events(self, out: &mut Vec<S>) -> Result<(), Self::Rejection>;
}

impl<S, T: IntoEvents<S, Rejection = Infallible>, E: Send + 'static> IntoEvents<S> for Result<T, E> {
    const EVENTS: &'static Tree<EventName> = T::EVENTS;
    type Rejection = E;

    fn into_events(self, out: &mut Vec<S>) -> Result<(), E> {
        let Ok(()) = self?.into_events(out);
        Ok(())
    }
}

macro_rules! many {
    ($many:ty $(, const $N:ident: usize)?) => {
        impl<S, T: IntoEvents<S, Rejection = Infallible> $(, const $N: usize)?> IntoEvents<S> for $many {
            const EVENTS: &'static Tree<EventName> = T::EVENTS;
            type Rejection = Infallible;

            fn into_events(self, out: &mut Vec<S>) -> Result<(), Infallible> {
                self.into_iter().try_for_each(|one| one.into_events(out))
            }
        }
    };
}

many!(Option<T>);
many!(Vec<T>);
many!([T; N], const N: usize);

macro_rules! tuple {
    ($($T:ident)+) => {
        impl<S, $($T: IntoEvents<S, Rejection = Infallible>),+> IntoEvents<S> for ($($T,)+) {
            const EVENTS: &'static Tree<EventName> = &Tree::All(&[$($T::EVENTS),+]);
            type Rejection = Infallible;

            #[expect(non_snake_case, reason = "the variables are named after their types")]
            fn into_events(self, out: &mut Vec<S>) -> Result<(), Infallible> {
                let ($($T,)+) = self;
                $($T.into_events(out)?;)+
                Ok(())
            }
        }
    };
}

impl<S> IntoEvents<S> for () {
    const EVENTS: &'static Tree<EventName> = &Tree::Nothing;
    type Rejection = Infallible;

    fn into_events(self, _: &mut Vec<S>) -> Result<(), Infallible> {
        Ok(())
    }
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);

/// What a handler may know beside state and command. Handlers take time and ids from nowhere else, so that a decision can be repeated.
#[derive(Debug)]
pub struct Context {
    stream: StreamId,
    version: Option<Version>,
    now: Timestamp,
    ids: Ids,
    headers: Headers,
}

/// Where fresh ids come from.
#[derive(Debug)]
pub enum Ids {
    /// UUIDv7, of the time and of random bits.
    Fresh,
    /// 1, 2, 3, … for tests; the cell holds the last one.
    Counted(Cell<u128>),
}

impl Ids {
    /// 1, 2, 3, … as ids.
    #[must_use]
    pub const fn counted() -> Self {
        Self::Counted(Cell::new(0))
    }

    fn next(&self, now: Timestamp) -> Uuid {
        match self {
            Self::Fresh => fresh_id(now),
            Self::Counted(last) => {
                last.set(last.get() + 1);
                Uuid::from_u128(last.get())
            }
        }
    }
}

/// A UUIDv7 of a moment: 128 bits that nothing else has.
#[must_use]
pub(crate) fn fresh_id(now: Timestamp) -> Uuid {
    let micros = u64::try_from(now.as_micros()).unwrap_or_default();
    let nanos = u32::try_from(micros % 1_000_000).unwrap_or_default() * 1_000;
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, micros / 1_000_000, nanos))
}

/// Where the ids of one request come from. They are told apart, and are no secrets: so the system's randomness is asked for once in a
/// process, for a key, and each request is a number under that key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fresh {
    bits: u128,
    drawn: u32,
}

impl Fresh {
    /// New bits. The moment is in them too, for processes that go on from one image of a machine.
    pub(crate) fn draw(now: Timestamp) -> Self {
        static KEYS: LazyLock<[u64; 2]> = LazyLock::new(|| [(); 2].map(|()| RandomState::new().hash_one(())));
        static REQUESTS: AtomicU64 = AtomicU64::new(0);
        let [high, low] = *KEYS;
        let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
        let moment = scattered(high ^ now.as_micros().cast_unsigned());
        // Of one moment no two requests have the same low half, of which 62 bits are in an id.
        let request = scattered(moment ^ scattered(low.wrapping_add(request)));
        let bits = (u128::from(moment) << 64) | u128::from(request);
        Self { bits, drawn: 0 }
    }

    /// A UUIDv7 of a moment, another one at each call. Counting up leaves 74 random bits to each id, as in one that is drawn alone.
    pub(crate) fn id(&mut self, now: Timestamp) -> Uuid {
        self.drawn += 1;
        let bits = self.bits.wrapping_add(u128::from(self.drawn)).to_be_bytes();
        let mut random = [0; 10];
        random.copy_from_slice(&bits[6..]);
        let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// Another number for each number, without a pattern: the last step of SplitMix64, by Guy Steele, Doug Lea and Christine Flood.
const fn scattered(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl Context {
    /// The context of one attempt to decide.
    #[must_use]
    pub const fn new(stream: StreamId, version: Option<Version>, now: Timestamp, ids: Ids, headers: Headers) -> Self {
        Self {
            stream,
            version,
            now,
            ids,
            headers,
        }
    }

    /// The moment of this attempt; never before the last event of the stream was recorded.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A new id of 128 bits, another one at each call and in each attempt.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.ids.next(self.now)
    }

    /// The id of the stream, without its category.
    #[must_use]
    pub fn id(&self) -> &str {
        self.stream.id()
    }

    /// The stream that the command is for.
    #[must_use]
    pub const fn stream(&self) -> &StreamId {
        &self.stream
    }

    /// The version of the state that is decided on; `None` before the first event.
    #[must_use]
    pub const fn version(&self) -> Option<Version> {
        self.version
    }

    /// Who asks, and what caused it.
    #[must_use]
    pub const fn meta(&self) -> &Headers {
        &self.headers
    }

    /// The headers, for the next attempt.
    pub(crate) fn into_headers(self) -> Headers {
        self.headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule 10.2: ids are UUIDv7 of their moment, and all differ.
    #[test]
    fn ids_of_one_draw_differ() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let mut ids = std::collections::HashSet::new();
        for _ in 0..50 {
            let mut fresh = Fresh::draw(now);
            for _ in 0..50 {
                let id = fresh.id(now);
                assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
                assert_eq!(id.as_u128() >> 80, 1_700_000_000_000);
                assert!(ids.insert(id), "{id} came twice");
            }
        }
    }
}
