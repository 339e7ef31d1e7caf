//! What a reaction may return: commands with where they go, timers, the end; tuples, `Option`, `Vec` and `()` of them.

use std::convert::Infallible;

use crate::aggregate::Aggregate;
use crate::causes::with_causes;
use crate::codec;
use crate::command::{Command, IntoEvents, OrPark, OutcomeOf, To};
use crate::model::Tree;
use crate::runtime::reaction::effect::{Effect, Errand, Sending, Sends, Sent, SentTimer};
use crate::runtime::reaction::timer::due;
use crate::runtime::reaction::{After, CancelTimer, Due, End, Failed, Failure, React, Recordable, Timer};
use crate::runtime::{BoxFuture, ExecuteError, Runtime};
use crate::store::Refusal;
use crate::stream::StreamId;

/// What a reaction of `P` may return.
#[diagnostic::on_unimplemented(
    message = "`{P}` cannot return `{Self}`: it is no effect",
    label = "neither a command's `.to(id)` nor a timer nor `End`, nor a tuple, `Option` or `Vec` of them"
)]
pub trait IntoEffects<P> {
    /// All that it can be.
    const SENDS: &'static Tree<Sends>;

    /// The effects, in order.
    fn into_effects(self, out: &mut Vec<Effect>);
}

/// Who says what happens when `C` fails.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what happens when `{C}` fails",
    label = "sends `{C}`, which may be refused",
    note = "add `#[on] fn name(&self, failed: &Failed<{C}>, meta: &Meta)`, or send it with `.to(id).or_park()`"
)]
pub trait HandlesFailure<C> {}

#[diagnostic::do_not_recommend]
impl<P: React<Failed<C>>, C: Command> HandlesFailure<C> for P {}

/// Who says what to do when `T` is due.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it does when `{T}` is due",
    label = "sets the timer `{T}`, which comes back",
    note = "add `#[on] fn name(&self, due: &Due<{T}>, meta: &Meta)`"
)]
pub trait HandlesTimer<T> {}

#[diagnostic::do_not_recommend]
impl<P: React<Due<T>>, T: Timer> HandlesTimer<T> for P {}

impl<C: Command + Recordable> OrPark<C> {
    const SENT: Sent = Sent {
        aggregate: <C::Aggregate as Aggregate>::NAME,
        command: C::NAME,
        emits: OutcomeOf::<C>::EVENTS,
        send: send::<C>,
    };
}

impl<P, C: Command + Recordable> IntoEffects<P> for OrPark<C> {
    const SENDS: &'static Tree<Sends> = &Tree::One(Sends::Command {
        sent: Self::SENT,
        or_park: true,
    });

    fn into_effects(self, out: &mut Vec<Effect>) {
        out.push(command(self.0, true));
    }
}

impl<P: HandlesFailure<C>, C: Command + Recordable> IntoEffects<P> for To<C> {
    const SENDS: &'static Tree<Sends> = &Tree::One(Sends::Command {
        sent: OrPark::<C>::SENT,
        or_park: false,
    });

    fn into_effects(self, out: &mut Vec<Effect>) {
        out.push(command(self, false));
    }
}

fn command<C: Command + Recordable>(to: To<C>, or_park: bool) -> Effect {
    Effect::Command {
        sent: const { &OrPark::<C>::SENT },
        stream: to.stream,
        payload: codec::encode(&to.command),
        or_park,
    }
}

impl<P: HandlesTimer<T>, T: Timer> IntoEffects<P> for After<T> {
    const SENDS: &'static Tree<Sends> = &Tree::One(Sends::Timer(Self::SENT));

    fn into_effects(self, out: &mut Vec<Effect>) {
        out.push(Effect::Timer {
            timer: const { &Self::SENT },
            after: self.0,
            payload: codec::encode(&self.1),
        });
    }
}

impl<T: Timer> After<T> {
    const SENT: SentTimer = SentTimer {
        name: T::NAME,
        due: due::<T>,
    };
}

impl<P, T: Timer> IntoEffects<P> for CancelTimer<T> {
    const SENDS: &'static Tree<Sends> = &Tree::Nothing;

    fn into_effects(self, out: &mut Vec<Effect>) {
        out.push(Effect::CancelTimer { name: T::NAME });
    }
}

impl<P> IntoEffects<P> for End {
    const SENDS: &'static Tree<Sends> = &Tree::One(Sends::End);

    fn into_effects(self, out: &mut Vec<Effect>) {
        out.push(Effect::End);
    }
}

impl<P> IntoEffects<P> for () {
    const SENDS: &'static Tree<Sends> = &Tree::Nothing;

    fn into_effects(self, _: &mut Vec<Effect>) {}
}

macro_rules! many {
    ($($many:ty),*) => { $(
        impl<P, T: IntoEffects<P>> IntoEffects<P> for $many {
            const SENDS: &'static Tree<Sends> = T::SENDS;

            fn into_effects(self, out: &mut Vec<Effect>) {
                self.into_iter().for_each(|one| one.into_effects(out));
            }
        }
    )* };
}

many!(Option<T>, Vec<T>);

macro_rules! tuple {
    ($($T:ident)+) => {
        impl<Owner, $($T: IntoEffects<Owner>),+> IntoEffects<Owner> for ($($T,)+) {
            const SENDS: &'static Tree<Sends> = &Tree::All(&[$($T::SENDS),+]);

            #[expect(non_snake_case, reason = "the variables are named after their types")]
            fn into_effects(self, out: &mut Vec<Effect>) {
                let ($($T,)+) = self;
                $($T.into_effects(out);)+
            }
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);

/// Sends a command from its recorded bytes.
fn send<C: Command + Recordable>(
    runtime: &Runtime,
    stream: StreamId,
    payload: &[u8],
    errand: Errand,
) -> BoxFuture<Sending> {
    let command: C = match codec::decode_value(payload) {
        Ok(command) => command,
        Err(error) => {
            let why = format!("the recorded command `{}` cannot be read: {error}", C::NAME);
            return Box::pin(async move { Sending::Never(why) });
        }
    };
    let mut execute = runtime
        .execute_on(stream, command.clone())
        .idempotency_key(errand.key)
        .causation(errand.causation)
        .hops(errand.hops);
    if let Some(correlation) = errand.correlation {
        execute = execute.correlation(correlation);
    }
    Box::pin(async move {
        let (why, words) = match execute.await.map_err(ExecuteError::split) {
            Ok(_) => return Sending::Done,
            Err(Err(rejection)) => (Failure::Rejected(rejection), "it was rejected".to_owned()),
            Err(Ok(error)) => match error {
                ExecuteError::NotFound { .. } => (Failure::NotFound, error.to_string()),
                ExecuteError::AlreadyExists { .. } => (Failure::AlreadyExists, error.to_string()),
                error if may_pass(&error) => return Sending::Again(with_causes(&error)),
                error => return Sending::Never(with_causes(&error)),
            },
        };
        Sending::Failed(Box::new(Failed { command, why }), words)
    })
}

/// Whether the same command may do better later: nothing is known of the outcome, or the store could not.
fn may_pass(error: &ExecuteError<Infallible>) -> bool {
    match error {
        ExecuteError::Conflict { .. }
        | ExecuteError::Unknown { .. }
        | ExecuteError::TimedOut
        | ExecuteError::Store(_) => true,
        ExecuteError::Refused(refusal) => matches!(
            refusal,
            Refusal::StorageFull | Refusal::Resource { .. } | Refusal::Poisoned | Refusal::Closed
        ),
        _ => false,
    }
}
