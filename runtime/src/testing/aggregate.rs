//! Given events, when a command, then events, an error or nothing.

use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::mem::discriminant;

use uuid::Uuid;

use crate::aggregate::{Aggregate, fold_stored};
use crate::causes::with_causes;
use crate::clock::Timestamp;
use crate::command::{Command, Context, EventsOf, Handle, Ids, RejectionOf};
use crate::envelope::Headers;
use crate::event::EventSet;
use crate::runtime::{Deciding, ExecuteError, decide};
use crate::stream::{AppendId, AsKey, StreamId, Version};
use crate::testing::difference::is_one;
use crate::testing::{StoredEvent, diff};

/// The time of a test: 2001-09-09T01:46:40Z, a thousand million seconds after 1970.
pub const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);

/// An aggregate to which this has happened.
///
/// # Panics
/// If an event cannot be written or read, or does not fit the events before it: no stream could hold them.
#[track_caller]
pub fn given<A: Aggregate>(events: impl IntoIterator<Item = A::Events>) -> Given<A> {
    let encode = |(index, event): (usize, A::Events)| match event.encode() {
        Ok(stored) => stored.into(),
        Err(error) => panic!("event {} cannot be given: {}", index + 1, with_causes(&error)),
    };
    given_stored(events.into_iter().enumerate().map(encode).collect::<Vec<_>>())
}

/// An aggregate to which nothing has happened: it does not exist.
pub fn given_nothing<A: Aggregate>() -> Given<A> {
    given_stored([])
}

/// An aggregate whose stream holds these events, as an earlier release has written them.
///
/// # Panics
/// If an event cannot be read, or does not fit the events before it.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::testing::{given_stored, stored};
///
/// # fn main() {
/// given_stored::<Account>([stored("account.opened", 1, r#"{"owner":"Ada"}"#)])
///     .when(Withdraw { amount: 1 })
///     .then_rejected(InsufficientFunds { balance: 0, amount: 1 });
/// # }
/// ```
#[track_caller]
pub fn given_stored<A: Aggregate>(events: impl IntoIterator<Item = StoredEvent>) -> Given<A> {
    let events = events.into_iter().collect();
    let given = Given {
        events,
        id: "test".to_owned(),
        now: NOW,
        aggregate: PhantomData,
    };
    drop(given.state());
    given
}

/// What has happened before the command.
#[must_use = "a test says what follows: add `.when(..)`"]
pub struct Given<A> {
    events: Vec<StoredEvent>,
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
    #[must_use = "a test says what follows: add `.then_..(..)`"]
    #[track_caller]
    pub fn when<C: Command<Aggregate = A>>(self, command: C) -> Then<C>
    where
        A: Handle<C>,
    {
        let (first, second) = (self.decide(&command), self.decide(&command));
        assert!(
            same::<C>(&first, &second),
            "`{}` was decided twice on the same state, and the decisions differ: a handler takes time and ids from its \
             `&Context`, and nothing from elsewhere",
            C::NAME,
        );
        Then { outcome: first }
    }

    fn decide<C: Command<Aggregate = A>>(&self, command: &C) -> Outcome<C>
    where
        A: Handle<C>,
    {
        let version = Version::new(self.events.len() as u64);
        let cx = Context::new(self.stream(), version, self.now, Ids::counted(), Headers::default());
        let mut state = self.state();
        let deciding = Deciding {
            cx: &cx,
            append: AppendId::new(Uuid::nil()),
            verify: true,
            clock: None,
        };
        let decided = decide(&mut state, command, &deciding)?;
        Ok((decided, state))
    }

    #[track_caller]
    fn stream(&self) -> StreamId {
        StreamId::new(A::NAME, &self.id).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Folds what was given, as the runtime folds a stream.
    #[track_caller]
    fn state(&self) -> Option<A> {
        let (stream, mut state) = (self.stream(), None);
        for (event, index) in self.events.iter().zip(0..) {
            if let Err(error) = fold_stored(&mut state, &event.raw(&stream, index)) {
                panic!("event {} cannot be given: {}", index + 1, with_causes(&error));
            }
        }
        state
    }
}

impl<A> Debug for Given<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given")
            .field("id", &self.id)
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}

/// Whether two decisions are one: the same events, or the same kind of answer without any.
pub(super) fn same<C: Command>(first: &Outcome<C>, second: &Outcome<C>) -> bool {
    match (first, second) {
        (Ok((first, _)), Ok((second, _))) => {
            let mut pairs = first.encoded.iter().zip(&second.encoded);
            first.encoded.len() == second.encoded.len() && pairs.all(|(a, b)| is_one::<EventsOf<C>>(a, b))
        }
        (Err(first), Err(second)) => discriminant(first) == discriminant(second),
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    }
}

/// What was decided, and the state after it.
pub(super) type Outcome<C> =
    Result<(crate::runtime::Decided<EventsOf<C>>, Option<<C as Command>::Aggregate>), ExecuteError<RejectionOf<C>>>;

/// What the command led to. Each method says what it should be, and panics with both where it is not.
pub struct Then<C: Command> {
    outcome: Outcome<C>,
}

/// What came instead of what a test expects.
macro_rules! instead {
    ($self:ident, $($expected:tt)*) => {
        panic!("expected {}, but {}", format_args!($($expected)*), $self.told())
    };
}

impl<C: Command> Then<C> {
    /// The command decides these events, in this order.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn then_events(self, expected: impl IntoIterator<Item = EventsOf<C>>) -> Self
    where
        EventsOf<C>: Debug + PartialEq,
        RejectionOf<C>: Debug,
    {
        let expected = expected.into_iter().collect::<Vec<_>>();
        match &self.outcome {
            Ok((decided, _)) if decided.events == expected && decided.read_back == expected => self,
            Ok((decided, _)) if decided.events == expected => panic!(
                "`{}` decided events that read back as others (- decided, + read back):{}",
                C::NAME,
                diff::events(&expected, &decided.read_back)
            ),
            Ok((decided, _)) => panic!(
                "`{}` decided other events (- expected, + decided):{}",
                C::NAME,
                diff::events(&expected, &decided.events)
            ),
            Err(error) => panic!(
                "expected events, but {}:{}",
                failed(error),
                diff::events(&expected, &[])
            ),
        }
    }

    /// The command is accepted and decides no event.
    ///
    /// # Panics
    /// If it is not, or decides one.
    #[track_caller]
    pub fn then_nothing(self) -> Self
    where
        EventsOf<C>: Debug + PartialEq,
        RejectionOf<C>: Debug,
    {
        self.then_events([])
    }

    /// The command is accepted, and the state after it passes `check`.
    ///
    /// # Panics
    /// If there is no state, or `check` panics.
    #[track_caller]
    pub fn then_state(self, check: impl FnOnce(&C::Aggregate)) -> Self
    where
        EventsOf<C>: Debug,
        RejectionOf<C>: Debug,
    {
        match &self.outcome {
            Ok((_, state)) => match state {
                Some(state) => check(state),
                None => panic!("expected a state, but nothing has happened to it"),
            },
            Err(_) => instead!(self, "a state"),
        }
        self
    }

    /// The domain rejects the command with this error.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn then_rejected(self, expected: RejectionOf<C>)
    where
        EventsOf<C>: Debug,
        RejectionOf<C>: Debug + PartialEq,
    {
        match &self.outcome {
            Err(ExecuteError::Rejected(rejection)) if *rejection == expected => {}
            _ => instead!(self, "the rejection {expected:?}"),
        }
    }

    /// The command needs an aggregate, and there is none.
    ///
    /// # Panics
    /// If that is not the answer.
    #[track_caller]
    pub fn then_not_found(self)
    where
        EventsOf<C>: Debug,
        RejectionOf<C>: Debug,
    {
        if !matches!(self.outcome, Err(ExecuteError::NotFound { .. })) {
            instead!(self, "`NotFound`");
        }
    }

    /// The command creates the aggregate, and there is one.
    ///
    /// # Panics
    /// If that is not the answer.
    #[track_caller]
    pub fn then_already_exists(self)
    where
        EventsOf<C>: Debug,
        RejectionOf<C>: Debug,
    {
        if !matches!(self.outcome, Err(ExecuteError::AlreadyExists { .. })) {
            instead!(self, "`AlreadyExists`");
        }
    }

    /// What the runtime would answer, for whatever has no method of its own: [`ExecuteError::BadDecision`], [`ExecuteError::Panicked`].
    ///
    /// # Errors
    /// What the runtime would answer.
    pub fn result(self) -> Result<Vec<EventsOf<C>>, ExecuteError<RejectionOf<C>>> {
        self.outcome.map(|(decided, _)| decided.events)
    }

    fn told(&self) -> String
    where
        EventsOf<C>: Debug,
        RejectionOf<C>: Debug,
    {
        match &self.outcome {
            Ok((decided, _)) => format!("`{}` decided {:?}", C::NAME, decided.events),
            Err(error) => failed(error),
        }
    }
}

fn failed<R: Debug>(error: &ExecuteError<R>) -> String {
    match error {
        ExecuteError::Rejected(rejection) => format!("the command was rejected with {rejection:?}"),
        other => format!("the answer was {other:?}"),
    }
}

impl<C: Command> Debug for Then<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Then")
            .field("is_ok", &self.outcome.is_ok())
            .finish_non_exhaustive()
    }
}
