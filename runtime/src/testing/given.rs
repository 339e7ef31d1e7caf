//! Given events, when a command.

use std::fmt::{self, Debug};
use std::marker::PhantomData;

use uuid::Uuid;

use crate::aggregate::{Aggregate, fold_stored};
use crate::clock::Timestamp;
use crate::command::{Command, Context, Handle, Ids, RejectionOf};
use crate::envelope::{Headers, RawEvent, UpcastMeta};
use crate::event::{Encoded, EventSet};
use crate::runtime::{Deciding, ExecuteError, decide};
use crate::stream::{AppendId, AsKey, StreamId, Version};
use crate::testing::then::Then;

/// The time of a test: 2001-09-09T01:46:40Z, a thousand million seconds after 1970.
pub const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);

/// An aggregate to which this has happened.
///
/// # Panics
/// If an event cannot be written or read, or does not fit the events before it: no stream could hold them.
#[track_caller]
pub fn given<A: Aggregate>(events: impl IntoIterator<Item = A::Events>) -> Given<A> {
    let stored = |(event, number): (A::Events, u32)| {
        event
            .encode()
            .unwrap_or_else(|error| panic!("event {number} cannot be given: {}", all(&error)))
    };
    given_stored(events.into_iter().zip(1..).map(stored))
}

/// The same, given as it lies in a store: old names, old versions, and events that are no longer written.
///
/// ```
/// # use recount::{Aggregate, testing};
/// # #[recount::events(prefix = "light")]
/// # #[derive(Clone, Debug, PartialEq)]
/// # pub enum LightEvent { Installed {}, Switched { on: bool } }
/// # #[derive(Aggregate, Debug)]
/// # #[aggregate(name = "light", id = String, events = LightEvent)]
/// # pub struct Light { on: bool }
/// # #[recount::handlers]
/// # impl Light {
/// #     #[command] pub fn switch(&self, on: bool) -> Option<Switched> { (self.on != on).then_some(Switched { on }) }
/// #     #[apply] fn installed(_: &Installed) -> Self { Self { on: false } }
/// #     #[apply] fn switched(&mut self, event: &Switched) { self.on = event.on }
/// # }
/// use recount::Encoded;
///
/// testing::given_stored::<Light>([
///     Encoded::new("light.installed", 1, 1, b"{}".into()),
///     Encoded::new("light.switched", 1, 1, br#"{"on":true}"#.into()),
/// ])
/// .when(Switch { on: true })
/// .then_nothing();
/// ```
///
/// # Panics
/// If one of them cannot be read, or does not fit the events before it.
#[track_caller]
pub fn given_stored<A: Aggregate>(events: impl IntoIterator<Item = Encoded>) -> Given<A> {
    let given = Given {
        events: events.into_iter().collect(),
        id: "test".to_owned(),
        now: NOW,
        aggregate: PhantomData,
    };
    drop(given.state());
    given
}

/// An aggregate to which nothing has happened: it does not exist.
#[must_use]
pub fn given_nothing<A: Aggregate>() -> Given<A> {
    given([])
}

/// What has happened before the command.
#[must_use = "a test says what follows: add `.when(..)`"]
pub struct Given<A: Aggregate> {
    events: Vec<Encoded>,
    id: String,
    now: Timestamp,
    aggregate: PhantomData<fn() -> A>,
}

impl<A: Aggregate> Given<A> {
    /// The id of the aggregate, as the handler sees it. Default: `test`.
    pub fn id(mut self, id: impl AsKey<A::Id>) -> Self {
        self.id = id.key().into_owned();
        self
    }

    /// The time, as the handler sees it. Default: [`NOW`].
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Decides a command.
    ///
    /// # Panics
    /// If a second decision, on the same state and with the same context, is another one: the handler takes something from elsewhere.
    #[track_caller]
    pub fn when<C: Command<Aggregate = A>>(self, command: C) -> Then<C>
    where
        A: Handle<C>,
    {
        let first = self.decide(command.clone());
        let second = self.decide(command);
        let encoded = |outcome: &Outcome<C>| outcome.as_ref().ok().map(|decided| decided.encoded.clone());
        assert!(
            encoded(&first) == encoded(&second) && first.is_ok() == second.is_ok(),
            "`{}` was decided twice on the same state, and the decisions differ: a handler takes time and ids from its \
             `&Context`, and nothing from elsewhere",
            C::NAME,
        );
        Then::new(first)
    }

    fn decide<C: Command<Aggregate = A>>(&self, command: C) -> Outcome<C>
    where
        A: Handle<C>,
    {
        let version = Version::new(self.events.len() as u64);
        let cx = Context::new(self.stream(), version, self.now, Ids::counted(), Headers::default());
        decide(
            self.state(),
            command,
            &Deciding {
                cx: &cx,
                append: AppendId::new(Uuid::nil()),
                verify: true,
            },
        )
    }

    #[track_caller]
    fn stream(&self) -> StreamId {
        StreamId::new(A::NAME, &self.id).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Folds what was given, through its stored form.
    #[track_caller]
    fn state(&self) -> Option<A> {
        let (stream, mut state) = (self.stream(), None);
        for (stored, index) in self.events.iter().zip(0..) {
            let meta = UpcastMeta::new(&stream, AppendId::new(Uuid::nil()).event(index), self.now, b"");
            let raw = RawEvent::new(stored.name, stored.version, stored.floor, &stored.payload, meta);
            fold_stored(&mut state, &raw)
                .unwrap_or_else(|error| panic!("event {} cannot be given: {}", index + 1, all(&error)));
        }
        state
    }
}

impl<A: Aggregate> Debug for Given<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given")
            .field("id", &self.id)
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}

/// An error with all its sources, on one line.
fn all(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

pub(super) type Outcome<C> = Result<crate::runtime::Decided<<C as Command>::Aggregate>, ExecuteError<RejectionOf<C>>>;
