//! The laws of deciding.

use std::cell::Cell;
use std::io::Write;

use proptest::strategy::Strategy;
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::causes::with_causes;
use crate::command::{Command, Context, Handle, Ids};
use crate::envelope::Headers;
use crate::runtime::{Deciding, ExecuteError, decide};
use crate::stream::{AppendId, Version};
use crate::testing::aggregate::{Outcome, same};
use crate::testing::laws::Laws;
use crate::testing::laws::history::{History, fold, stream};
use crate::testing::laws::search::Broken;
use crate::testing::{NOW, StoredEvent};

/// The same state, command and context give the same decision.
///
/// # Panics
/// If they do not: a handler takes time and ids from its `&Context`, and nothing from elsewhere.
#[track_caller]
pub fn decide_twice<A, S: Strategy>(laws: &Laws, commands: S)
where
    A: Handle<S::Value>,
    S::Value: Command<Aggregate = A>,
{
    laws.each_with::<A, _>("decide_twice", commands, |history, command| {
        let (first, second) = (on_history(history, &command)?, on_history(history, &command)?);
        if same::<S::Value>(&first, &second) {
            return Ok(());
        }
        let what = format!(
            "{command:?} was decided twice on the state after it, and the decisions differ (- first, + second)\n  - {}\n  + {}",
            shown::<S::Value>(&first),
            shown::<S::Value>(&second)
        );
        Err(Broken::by(&history.events, what))
    });
}

/// What is decided can be written, read back and folded, on every state: it is rejected, or it is no [`BadDecision`](crate::BadDecision) and
/// no panic.
///
/// # Panics
/// If it is one.
#[track_caller]
pub fn decision_folds<A, S: Strategy>(laws: &Laws, commands: S)
where
    A: Handle<S::Value>,
    S::Value: Command<Aggregate = A>,
{
    laws.each_with::<A, _>("decision_folds", commands, |history, command| {
        let outcome = on_history(history, &command)?;
        let why = match &outcome {
            Err(ExecuteError::BadDecision(bad)) => with_causes(bad),
            Err(ExecuteError::Panicked(panicked)) => panicked.to_string(),
            Ok(_) | Err(_) => return Ok(()),
        };
        let what = format!("{command:?} on the state after it is no decision: {why}");
        Err(Broken::by(&history.events, what))
    });
}

/// A command that is declared `#[command(idempotent)]` decides no event on a state that it has produced.
///
/// Says that it was not run if none of the commands is declared so.
///
/// # Panics
/// If one decides an event again.
#[track_caller]
pub fn idempotent_command<A, S: Strategy>(laws: &Laws, commands: S)
where
    A: Handle<S::Value>,
    S::Value: Command<Aggregate = A>,
{
    let is_tried = Cell::new(false);
    laws.each_with::<A, _>("idempotent_command", commands, |history, command| {
        if !A::is_idempotent(&command) {
            return Ok(());
        }
        is_tried.set(true);
        let Ok((_, state)) = on_history(history, &command)? else {
            return Ok(());
        };
        match on_state(state, history.events.len(), &command) {
            Ok((again, _)) if !again.events.is_empty() => {
                let lines = again.encoded.into_iter().map(|event| StoredEvent::from(event).line());
                let what = format!(
                    "{command:?} is declared idempotent, and on the state that it has produced after this history it decides\n  {}",
                    lines.collect::<Vec<_>>().join("\n  ")
                );
                Err(Broken::by(&history.events, what))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    });
    if !is_tried.get() {
        not_run::<A>(
            "idempotent_command",
            "none of the commands is declared `#[command(idempotent)]`",
        );
    }
}

/// Says that a law was not tried, past the harness, which keeps what a test prints to itself.
pub(super) fn not_run<A: Aggregate>(law: &str, why: &str) {
    let line = format!("the law `{law}` of `{}` was not run: {why}\n", A::NAME);
    // Nobody can be told where there is no stderr.
    drop(std::io::stderr().write_all(line.as_bytes()));
}

/// A decision on the state after a history.
fn on_history<C: Command>(history: &History, command: &C) -> Result<Outcome<C>, Broken>
where
    C::Aggregate: Handle<C>,
{
    let state = fold(&history.events).map_err(|what| Broken::by(&history.events, what))?;
    Ok(on_state(state, history.events.len(), command))
}

fn on_state<C: Command>(mut state: Option<C::Aggregate>, version: usize, command: &C) -> Outcome<C>
where
    C::Aggregate: Handle<C>,
{
    let version = Version::new(version as u64);
    let stream = stream::<C::Aggregate>();
    let cx = Context::new(stream, version, NOW, Ids::counted(), Headers::default());
    let deciding = Deciding {
        cx: &cx,
        append: AppendId::new(Uuid::nil()),
        verify: true,
        clock: None,
    };
    let decided = decide(&mut state, command, &deciding)?;
    Ok((decided, state))
}

/// A decision in words that need nothing of the user's types.
fn shown<C: Command>(outcome: &Outcome<C>) -> String {
    match outcome {
        Ok((decided, _)) if decided.encoded.is_empty() => "no event".to_owned(),
        Ok((decided, _)) => {
            let lines = decided
                .encoded
                .iter()
                .map(|event| StoredEvent::from(event.clone()).line());
            lines.collect::<Vec<_>>().join(", ")
        }
        Err(ExecuteError::Rejected(_)) => "rejected".to_owned(),
        Err(ExecuteError::NotFound { .. }) => "`NotFound`".to_owned(),
        Err(ExecuteError::AlreadyExists { .. }) => "`AlreadyExists`".to_owned(),
        Err(ExecuteError::BadDecision(bad)) => with_causes(bad),
        Err(ExecuteError::Panicked(panicked)) => panicked.to_string(),
        Err(_) => "another error".to_owned(),
    }
}
