//! Commands on their way: ready to be sent, as they are recorded, and sent until there is a definite answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use crate::codec::Raw;
use crate::runtime::Runtime;
use crate::runtime::delay::Delay;
use crate::runtime::following::told;
use crate::runtime::reaction::Reaction;
use crate::runtime::reaction::effect::{Effect, Errand, Sending, Sends, Sent, SentTimer};
use crate::stream::StreamId;

/// How long to wait before a command is sent again.
const DELAY: Delay = Delay::new(Duration::from_millis(20), Duration::from_secs(10));

/// A command that can be sent.
#[derive(Clone, Debug)]
pub(in crate::runtime) struct Outgoing {
    pub(in crate::runtime) sent: &'static Sent,
    pub(in crate::runtime) stream: StreamId,
    pub(in crate::runtime) payload: Vec<u8>,
    pub(in crate::runtime) or_park: bool,
}

/// A command as it is recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::runtime) struct StoredCommand {
    pub(in crate::runtime) aggregate: String,
    pub(in crate::runtime) command: String,
    pub(in crate::runtime) id: String,
    pub(in crate::runtime) data: Raw,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::runtime) or_park: bool,
}

impl Outgoing {
    /// The command, or why it can never be sent: its id names no stream, it is no JSON.
    pub(in crate::runtime) fn new(effect: Effect) -> Result<Self, String> {
        let Effect::Command {
            sent,
            stream,
            payload,
            or_park,
        } = effect
        else {
            return Err("a policy has no timers and no end".to_owned());
        };
        let stream = stream.map_err(|error| error.to_string())?;
        let payload = payload.map_err(|error| format!("`{sent:?}` cannot be written as JSON: {error}"))?;
        Ok(Self {
            sent,
            stream,
            payload,
            or_park,
        })
    }

    pub(in crate::runtime) fn stored(&self) -> StoredCommand {
        StoredCommand {
            aggregate: self.sent.aggregate.to_owned(),
            command: self.sent.command.to_owned(),
            id: self.stream.id().to_owned(),
            data: Raw::of(&self.payload),
            or_park: self.or_park,
        }
    }

    /// A recorded command; `None` if nobody of this build sends it.
    pub(in crate::runtime) fn recorded(stored: &StoredCommand, reactions: &'static [Reaction]) -> Option<Self> {
        let sent = command(reactions, &stored.aggregate, &stored.command)?;
        Some(Self {
            sent,
            stream: StreamId::new(sent.aggregate, &stored.id).ok()?,
            payload: stored.data.bytes().to_vec(),
            or_park: stored.or_park,
        })
    }

    /// Sends the command until its answer is definite, with growing delays: never [`Sending::Again`].
    pub(in crate::runtime) async fn send(&self, runtime: &Runtime, errand: &Errand) -> Sending {
        let mut delay = DELAY;
        loop {
            let sending = (self.sent.send)(runtime, self.stream.clone(), &self.payload, errand.clone());
            match sending.await {
                Sending::Again(why) => told::sent_again(self.sent, &self.stream, &why),
                definite => return definite,
            }
            sleep(delay.longer()).await;
        }
    }
}

/// What the reactions can send by these names.
fn command(reactions: &'static [Reaction], aggregate: &str, command: &str) -> Option<&'static Sent> {
    let mut found = None;
    each(reactions, &mut |sends| match sends {
        Sends::Command { sent, .. } if sent.aggregate == aggregate && sent.command == command => found = Some(sent),
        _ => {}
    });
    found
}

/// The timer that the reactions can set by this name.
pub(in crate::runtime) fn timer(reactions: &'static [Reaction], name: &str) -> Option<&'static SentTimer> {
    let mut found = None;
    each(reactions, &mut |sends| match sends {
        Sends::Timer(timer) if timer.name == name => found = Some(timer),
        _ => {}
    });
    found
}

fn each(reactions: &'static [Reaction], out: &mut dyn FnMut(&'static Sends)) {
    for reaction in reactions {
        reaction.sends.each(out);
    }
}

/// Whether the reactions can send a command of these names.
pub(in crate::runtime) fn sends_command(reactions: &'static [Reaction], aggregate: &str, name: &str) -> bool {
    command(reactions, aggregate, name).is_some()
}
