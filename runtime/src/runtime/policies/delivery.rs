//! One event after the other handed to a policy, and what it answers sent.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::causes::with_causes;
use crate::envelope::Meta;
use crate::event::DecodeError;
use crate::runtime::feed::Served;
use crate::runtime::following::{Halt, Term, told};
use crate::runtime::policies::notes::Notes;
use crate::runtime::policies::{Script, key};
use crate::runtime::reaction::{Effect, Errand, Outgoing, Sending};
use crate::runtime::reason::Panicked;
use crate::runtime::{Runtime, meter, trace};
use crate::store::{DeadLetter, EventRef, EventStore, StoreId};

/// Events that are delivered in order.
pub(super) struct Lane {
    pub(super) script: Arc<Script>,
    pub(super) term: Arc<Term>,
    pub(super) notes: Arc<Notes>,
    /// The keys that were parked before.
    pub(super) parked: Arc<BTreeSet<String>>,
}

/// What came of the events of a page.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) letters: Vec<DeadLetter>,
    /// The first place in the page that is not completed, and why.
    pub(super) halted: Option<(usize, Halt)>,
}

impl Walked {
    pub(super) fn join(&mut self, other: Self) {
        self.letters.extend(other.letters);
        let is_first = |(place, _): &(usize, Halt)| self.halted.as_ref().is_none_or(|(first, _)| place < first);
        if let Some(halted) = other.halted.filter(is_first) {
            self.halted = Some(halted);
        }
    }
}

/// Why an event is not completed.
pub(super) enum Undone {
    /// It can never be: it is parked with this reason.
    Park(String),
    /// Not now.
    Halt(Halt),
}

impl From<Halt> for Undone {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

/// What the parts of an event are answered with.
type Answers = Vec<Vec<Effect>>;

impl Lane {
    pub(super) async fn walk(self, served: Served, places: Vec<usize>) -> Walked {
        let mut walked = Walked::default();
        for place in places {
            let Some(event) = served.page().get(place) else { break };
            let key = key(event.stream);
            let is_behind = self.parked.contains(key) || walked.letters.iter().any(|letter| letter.key == key);
            let reason = if is_behind {
                "it stands behind a parked event of its stream".to_owned()
            } else {
                match self.deliver(&event).await {
                    Ok(()) => continue,
                    Err(Undone::Park(reason)) => reason,
                    Err(Undone::Halt(halt)) => {
                        walked.halted = Some((place, halt));
                        break;
                    }
                }
            };
            told::parked(self.script.name, &event, &reason);
            meter::parked(self.script.name);
            walked.letters.push(DeadLetter::new(&event, 0, key, reason));
        }
        walked
    }

    /// Sends all that the policy answers to an event.
    pub(super) async fn deliver(&self, event: &EventRef<'_>) -> Result<(), Undone> {
        let meta = event.meta();
        let hops = meta.headers.hops;
        if hops >= self.script.hops {
            return Err(Undone::Park(too_deep(&meta, self.script.hops)));
        }
        let runtime = self.term.runtime()?;
        for (part, effects) in (0_u32..).zip(self.react(event, &meta)?) {
            let place = format!("{}.{part}", meta.position);
            self.perform(&runtime, &meta, &place, effects).await?;
        }
        meter::reacted(self.script.name);
        Ok(())
    }

    fn react(&self, event: &EventRef<'_>, meta: &Meta) -> Result<Answers, Undone> {
        let mut answers = Vec::new();
        let category = event.stream.category();
        let Some(source) = self.script.reads.iter().find(|source| source.category() == category) else {
            return Ok(answers);
        };
        let raw = event.raw();
        let mut react = |input: &dyn Any| {
            let mut effects = Vec::new();
            (self.script.react)(input, meta, &mut effects);
            answers.push(effects);
        };
        let decoded = Panicked::caught(|| source.decode(&raw, &mut react));
        match decoded.map_err(|panicked| Undone::Park(panicked.to_string()))? {
            Ok(_) => Ok(answers),
            Err(error) => Err(unreadable(event, &error)),
        }
    }

    /// Sends the effects of one input in order of their index, and after each that failed what is answered to that.
    async fn perform(&self, runtime: &Runtime, meta: &Meta, place: &str, effects: Vec<Effect>) -> Result<(), Undone> {
        let mut left = Vec::new();
        push(&mut left, place, ready(effects)?, '/');
        while let Some((name, command)) = left.pop() {
            if let Some(noted) = self.notes.answer(&name) {
                let answer = noted
                    .iter()
                    .map(|noted| Outgoing::recorded(noted, self.script.reactions));
                let answer: Option<Vec<_>> = answer.collect();
                let missing = || {
                    Undone::Halt(Halt::Hold(format!(
                        "this build does not send what `{name}` was answered with"
                    )))
                };
                push(&mut left, &name, answer.ok_or_else(missing)?, '.');
                continue;
            }
            let errand = Errand {
                key: identity("policy", self.script.name, runtime.0.store.identity(), &name).into(),
                causation: meta.event_id,
                correlation: meta.headers.correlation,
                hops: meta.headers.hops + 1,
            };
            let answer = match command.send(runtime, &errand).await {
                Sending::Done => continue,
                Sending::Failed(_, why) if command.or_park => return Err(park(&command, &why)),
                Sending::Failed(failed, _) => self.answer(&*failed, meta, &name)?,
                Sending::Again(why) | Sending::Never(why) => return Err(park(&command, &why)),
            };
            let stored = answer.iter().map(Outgoing::stored).collect();
            let effect = name.clone();
            self.term.note(move |state| Notes::with(state, effect, stored)).await?;
            push(&mut left, &name, answer, '.');
        }
        Ok(())
    }

    /// What the policy answers to a command that failed.
    fn answer(&self, failed: &(dyn Any + Send), meta: &Meta, name: &str) -> Result<Vec<Outgoing>, Undone> {
        let deep = name.matches('.').count().saturating_sub(1);
        if deep >= DEEPEST {
            return Err(Undone::Park(format!(
                "{deep} commands have failed, each in answer to the one before"
            )));
        }
        let mut effects = Vec::new();
        let reacted = Panicked::caught(|| (self.script.react)(failed, meta, &mut effects));
        match reacted.map_err(|panicked| Undone::Park(panicked.to_string()))? {
            true => ready(effects),
            false => Err(Undone::Park("nobody handles the failure of its command".to_owned())),
        }
    }
}

/// How many failures in a row are answered: the places of effects stand in keys, which have an end.
const DEEPEST: usize = 16;

fn ready(effects: Vec<Effect>) -> Result<Vec<Outgoing>, Undone> {
    let ready = effects.into_iter().map(Outgoing::new);
    ready.collect::<Result<_, _>>().map_err(Undone::Park)
}

/// Puts commands with their names on top of what is left, the first uppermost.
fn push(left: &mut Vec<(String, Outgoing)>, under: &str, commands: Vec<Outgoing>, mark: char) {
    let named = commands.into_iter().enumerate();
    let named: Vec<_> = named
        .map(|(index, command)| (format!("{under}{mark}{index}"), command))
        .collect();
    left.extend(named.into_iter().rev());
}

fn park(command: &Outgoing, why: &str) -> Undone {
    Undone::Park(format!("`{:?}` for `{}`: {why}", command.sent, command.stream))
}

/// The name of an effect, which is the idempotency key of its command (rule 9.3).
pub(in crate::runtime) fn identity(kind: &str, name: &str, store: StoreId, place: &str) -> String {
    format!("{kind}/{name}/{}.{}/{place}", store.store.simple(), store.epoch)
}

/// An event that lies too deep, with the chain that led there.
pub(in crate::runtime) fn too_deep(meta: &Meta, bound: u32) -> String {
    let headers = &meta.headers;
    let cause = headers.command.as_ref().map_or_else(String::new, |command| {
        let before = command
            .causation
            .map_or_else(String::new, |event| format!(", which answers event {event}"));
        format!(" of command `{}` ({}){before}", command.name, command.id)
    });
    let correlation = headers
        .correlation
        .map_or_else(String::new, |id| format!("; all of it has the correlation {id}"));
    format!(
        "{} reactions lie before event {}{cause}, and the bound is {bound}{correlation}",
        headers.hops, meta.event_id
    )
}

/// What happens at an event that cannot be read (rule 5.6).
fn unreadable(event: &EventRef<'_>, error: &DecodeError) -> Undone {
    trace::unreadable(event, error);
    match error {
        DecodeError::Payload { .. } | DecodeError::Upcast { .. } => Undone::Park(with_causes(error)),
        error => Undone::Halt(Halt::Hold(format!("position {}: {error}", event.position))),
    }
}
