//! `Set`: one set of events under test, without its type.

use std::error::Error;

use crate::event::{DecodeError, EncodeError, Encoded, EventSet};
use crate::runtime::Panicked;
use crate::schema::{SetFacts, Shape};
use crate::testing::schema::upcast::{Event, Upcast};
use crate::testing::{StoredEvent, stored};

/// What the events say that a stored one became, each as it would be stored.
type Read = fn(&StoredEvent) -> Result<Vec<Result<Encoded, EncodeError>>, DecodeError>;

#[derive(Clone, Copy, Debug)]
pub(super) struct Set {
    pub(super) facts: &'static SetFacts,
    read: Read,
}

/// Why a payload did not become events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// What was wrong, with its causes.
    pub(super) why: String,
    /// Whether code of the user's has refused it, without a panic: it may, where it is written as `TryUpcast` or for `raw`.
    pub(super) is_refused: bool,
    /// Where in the stored payload, if it is of the wrong form.
    pub(super) path: Option<String>,
}

impl Set {
    pub(super) fn of<S: EventSet>() -> Self {
        Self {
            facts: S::FACTS,
            read: |stored| Ok(stored.read::<S>()?.iter().map(S::encode).collect()),
        }
    }

    /// What is stored of that version of an event of its own, where that tells sets from lists.
    fn shape(&self, name: &str, version: u32) -> Option<&'static Shape> {
        let event = self
            .facts
            .members
            .iter()
            .find(|member| member.event.name == name)?
            .event;
        let shape = event.versions.iter().find(|facts| facts.version == version)?.shape;
        shape.filter(|shape| shape.holds_sets())
    }

    /// What a stored event becomes, under metadata that are always the same.
    pub(super) fn upcast(&self, name: &str, version: u32, payload: &str) -> Result<Upcast, Unread> {
        let event = stored(name, version, payload);
        let read = Panicked::caught(|| (self.read)(&event)).map_err(|panicked| Unread {
            why: with_causes(&panicked),
            is_refused: false,
            path: None,
        })?;
        let events = read.map_err(|error| Unread {
            why: with_causes(&error),
            is_refused: matches!(&error, DecodeError::Upcast { source, .. } if !source.is::<Panicked>()),
            path: match error {
                DecodeError::Payload { path, .. } => Some(path),
                _ => None,
            },
        })?;
        let mut upcast = Upcast::none();
        for event in events {
            match event {
                Ok(Encoded {
                    name, version, payload, ..
                }) => upcast.add(
                    Event {
                        name: name.to_owned(),
                        version,
                        payload: String::from_utf8_lossy(&payload).into_owned(),
                        shape: self.shape(name, version),
                    }
                    .sorted(),
                ),
                Err(error @ (EncodeError::Frozen { .. } | EncodeError::Lossy { .. })) => {
                    upcast.say(&with_causes(&error));
                }
                Err(error) => {
                    return Err(Unread {
                        why: with_causes(&error),
                        is_refused: false,
                        path: None,
                    });
                }
            }
        }
        if upcast.is_empty() {
            upcast.say("nothing");
        }
        Ok(upcast)
    }
}

/// An error and what it comes from, in one line.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let (mut text, mut source) = (error.to_string(), error.source());
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // `#[error(transparent)]` says again what is behind it.
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
