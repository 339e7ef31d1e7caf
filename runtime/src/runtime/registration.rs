//! Consumers as they are registered, and what is checked of all of them together before one of them runs.

use std::collections::{BTreeSet, HashMap};

use crate::runtime::Known;
use crate::runtime::error::StartError;
use crate::runtime::following::Prepared;
use crate::runtime::reaction::{Reaction, Reactor, Sends, unbounded_loop};
use crate::store::{Capabilities, InvalidConsumer, KeyWindow};
use crate::stream::TypeMap;

/// The longest name of what sends commands: it stands in their idempotency keys.
const MAX_NAME: usize = 100;

/// A consumer that is registered.
pub(super) struct Registration {
    /// What it sends; `None` if it sends nothing.
    pub(super) reactor: Option<Reactor>,
    /// Its Rust type.
    pub(super) rust: &'static str,
    pub(super) prepare: Box<dyn FnOnce() -> Result<Prepared, InvalidConsumer> + Send>,
}

/// The consumers, if they can run together (rules 9.6, 12.2).
pub(super) fn prepared(
    registered: Vec<Registration>,
    projections: impl Iterator<Item = (&'static str, &'static str)>,
    aggregates: &TypeMap<Known>,
    capabilities: &Capabilities,
) -> Result<Vec<Prepared>, StartError> {
    let reactors: Vec<Reactor> = registered.iter().filter_map(|one| one.reactor).collect();
    supported(&reactors, capabilities)?;
    for reactor in &reactors {
        if reactor.name.len() > MAX_NAME {
            let name = reactor.name.chars().take(80).collect();
            let why = "what sends commands has at most 100 bytes";
            return Err(InvalidConsumer { name, why }.into());
        }
        let is_known = |name: &str| aggregates.values().any(|known| known.name == name);
        if let Some(aggregate) = sent_to(reactor.reactions).into_iter().find(|name| !is_known(name)) {
            let consumer = reactor.name.to_owned();
            return Err(StartError::Unregistered { consumer, aggregate });
        }
    }
    if let Some(chain) = unbounded_loop(&reactors) {
        return Err(StartError::Loop { chain });
    }
    let mut names = HashMap::new();
    let mut alone = |name: &str, second: &'static str| match names.insert(name.to_owned(), second) {
        Some(first) => Err(StartError::ConsumerTwice {
            name: name.to_owned(),
            first,
            second,
        }),
        None => Ok(()),
    };
    for (name, rust) in projections {
        alone(name, rust)?;
    }
    let mut prepared = Vec::with_capacity(registered.len());
    for one in registered {
        let rust = one.rust;
        let one = (one.prepare)()?;
        alone(one.plan.name.as_str(), rust)?;
        prepared.push(one);
    }
    Ok(prepared)
}

/// Whether the store has what the consumers need. A command is sent under a key, so that sending it again does nothing (rule 9.3); that is
/// all that a consumer needs of a store beyond what every store has.
fn supported(reactors: &[Reactor], capabilities: &Capabilities) -> Result<(), StartError> {
    if capabilities.key_window != KeyWindow::None {
        return Ok(());
    }
    let senders = reactors.iter().filter(|reactor| !sent_to(reactor.reactions).is_empty());
    let needed_by: Vec<String> = senders.map(|reactor| reactor.name.to_owned()).collect();
    if needed_by.is_empty() {
        return Ok(());
    }
    let lacks = "idempotency keys";
    Err(StartError::Unsupported { lacks, needed_by })
}

/// The aggregates that commands are sent to.
fn sent_to(reactions: &'static [Reaction]) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    for reaction in reactions {
        reaction.sends.each(&mut |sends| {
            if let Sends::Command { sent, .. } = sends {
                names.insert(sent.aggregate);
            }
        });
    }
    names
}
