//! Then events, an error or nothing.

use std::fmt::{self, Debug};

use crate::command::{Command, EventsOf, RejectionOf};
use crate::runtime::ExecuteError;
use crate::testing::diff;
use crate::testing::given::Outcome;

/// What the command led to. Each method says what it should be, and panics with both where it is not.
#[must_use = "a test says what follows: add `.then_..(..)`"]
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
    pub(super) const fn new(outcome: Outcome<C>) -> Self {
        Self { outcome }
    }

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
            Ok(decided) if decided.events == expected => self,
            Ok(decided) => panic!(
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
            Ok(decided) => match &decided.state {
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
        self.outcome.map(|decided| decided.events)
    }

    fn told(&self) -> String
    where
        EventsOf<C>: Debug,
        RejectionOf<C>: Debug,
    {
        match &self.outcome {
            Ok(decided) => format!("`{}` decided {:?}", C::NAME, decided.events),
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
