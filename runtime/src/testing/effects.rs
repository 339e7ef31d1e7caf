//! Effects as a test compares and shows them.

use std::any::Any;
use std::fmt::{self, Debug};

use crate::causes::with_causes;
use crate::command::{Command, RejectionOf, To};
use crate::consumer::Consumer;
use crate::envelope::Meta;
use crate::runtime::{Effect, Failed, Failure, IntoEffects, Reacts};
use crate::testing::diff;

/// One effect in words: two that read the same are the same.
#[derive(Clone, PartialEq, Eq)]
struct Shown(String);

impl Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[track_caller]
fn shown<C: Consumer>(effects: &[Effect]) -> Vec<Shown> {
    let mut all = Vec::with_capacity(effects.len());
    for effect in effects {
        all.push(Shown(match effect {
            Effect::Command {
                sent,
                stream,
                payload,
                or_park,
            } => {
                let stream = match stream {
                    Ok(stream) => stream,
                    Err(error) => panic!("`{}` sends `{}` nowhere: {error}", C::NAME, sent.command),
                };
                let or_park = if *or_park { ", or park" } else { "" };
                format!(
                    "{} {} to {stream}{or_park}",
                    sent.command,
                    text::<C>(sent.command, payload)
                )
            }
            Effect::Timer { timer, after, payload } => {
                let payload = text::<C>(timer.name, payload);
                format!("timer {} {payload} after {after:?}", timer.name)
            }
            Effect::CancelTimer { name } => format!("timer {name} is cancelled"),
            Effect::End => "end".to_owned(),
        }));
    }
    all
}

/// The recorded form. Keys of maps come in an order of their own, so it is read and written once more.
#[track_caller]
fn text<C: Consumer>(name: &str, payload: &Result<Vec<u8>, crate::codec::JsonError>) -> String {
    match payload {
        Ok(payload) => String::from_utf8_lossy(&crate::codec::canonical(payload)).into_owned(),
        Err(error) => panic!(
            "`{}` sends `{name}`, which cannot be written: {}",
            C::NAME,
            with_causes(error)
        ),
    }
}

/// What comes of one input.
///
/// # Panics
/// If it comes to something else the second time (rule 9.1).
#[track_caller]
pub(super) fn of<P: Reacts>(consumer: &P, input: &dyn Any, meta: &Meta) -> Option<Vec<Effect>> {
    let react = || {
        let mut effects = Vec::new();
        consumer.react_to(input, meta, &mut effects).then_some(effects)
    };
    let (first, second) = (react()?, react()?);
    let (one, other) = (shown::<P>(&first), shown::<P>(&second));
    assert!(
        one == other,
        "`{}` reacted twice to the same input, and the effects differ (- first, + second):{}",
        P::NAME,
        diff::events(&one, &other)
    );
    Some(first)
}

/// A command that was sent and refused.
#[track_caller]
pub(super) fn failed<P: Consumer, C: Command>(sent: To<C>, why: Failure<RejectionOf<C>>) -> Failed<C> {
    let To { stream, command } = sent;
    match stream {
        Ok(_) => Failed { command, why },
        Err(error) => panic!("`{}` sends `{}` nowhere: {error}", P::NAME, C::NAME),
    }
}

/// # Panics
/// Always: the command is sent by `.or_park()`, or by somebody else.
#[track_caller]
pub(super) fn nobody<P: Consumer, C: Command>() -> ! {
    panic!("`{}` has no `#[on]` for a `{}` that failed", P::NAME, C::NAME)
}

/// That these are the effects.
///
/// # Panics
/// If they are not.
#[track_caller]
pub(super) fn expect<P: Consumer>(expected: impl IntoEffects<P>, actual: &[Effect]) {
    let mut effects = Vec::new();
    expected.into_effects(&mut effects);
    let (expected, actual) = (shown::<P>(&effects), shown::<P>(actual));
    assert!(
        expected == actual,
        "`{}` returned other effects (- expected, + returned):{}",
        P::NAME,
        diff::events(&expected, &actual)
    );
}
