//! What a process writes into the streams of its instances, each a plain JSON object under a name of recount's own. The form is promised:
//! `docs/process-records.md`.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::codec::{self, JsonError, Raw};
use crate::envelope::{Headers, Meta, RawEvent, UpcastMeta};
use crate::runtime::reaction::StoredCommand;
use crate::store::{EventRef, NewEvent, PartId, StoreId};
use crate::stream::{EventId, InvalidName, Position, StreamId, Version};

/// The category of the instances of all processes.
pub(super) const CATEGORY: &str = "$process";
/// The version of each record's form.
const FORM: u32 = 1;

/// The stream of an instance.
pub(crate) fn stream(process: &str, instance: &str) -> Result<StreamId, InvalidName> {
    StreamId::stored(CATEGORY, &[process, "/", instance].concat())
}

/// The stream of an instance as its reactions see it: its id is that of the instance.
pub(crate) fn seen(process: &str, stream: &StreamId) -> StreamId {
    stream.with_category(CATEGORY.len() + 1 + process.len())
}

/// The instance that a stream is of, if it is one of this process.
pub(super) fn instance<'a>(process: &str, stream: &'a StreamId) -> Option<&'a str> {
    let id = Some(stream).filter(|stream| stream.category() == CATEGORY)?.id();
    id.strip_prefix(process)?.strip_prefix('/')
}

/// One record.
#[derive(Clone, Debug)]
pub(super) enum Record {
    Handled(Handled),
    Outcome(Outcome),
    Parked(Parked),
    Queued(Queued),
    Retried(Said),
    Skipped(Said),
    Abandoned(Said),
    Reissued(Reissued),
}

/// An input was applied and answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Handled {
    /// The history that positions in it belong to.
    pub(super) store: StoreId,
    pub(super) input: Input,
    /// The record that the input waited in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) waited: Option<Version>,
    pub(super) effects: Vec<StoredEffect>,
}

/// A command has its outcome, and a failure its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) store: StoreId,
    pub(super) effect: Place,
    pub(super) is: Is,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) because: Option<String>,
    /// How many commands failed in a row, each in answer to the one before.
    #[serde(default)]
    pub(super) failures: u32,
    pub(super) effects: Vec<StoredEffect>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Is {
    Done,
    Failed,
}

/// The instance stands still at an input, or at a command.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Parked {
    pub(super) at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) waited: Option<Version>,
    pub(super) because: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum At {
    Input(Input),
    Command(Place),
}

/// An input waits behind what stands still.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Queued {
    pub(super) input: Input,
}

/// What a person said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) reason: String,
    pub(super) actor: String,
}

/// The commands of an earlier record are issued again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Reissued {
    pub(super) store: StoreId,
    pub(super) of: Version,
    pub(super) reason: String,
    pub(super) actor: String,
    pub(super) effects: Vec<StoredEffect>,
}

/// What an instance is given.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Input {
    Event(StoredInput),
    Timer(FiredTimer),
}

/// An event, byte for byte as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredInput {
    pub(super) id: EventId,
    pub(super) position: Position,
    pub(super) part: u32,
    pub(super) stream: StreamId,
    pub(super) version: Version,
    #[serde(rename = "type")]
    pub(super) name: String,
    pub(super) schema: u32,
    pub(super) floor: u32,
    pub(super) recorded_at: Timestamp,
    pub(super) meta: Raw,
    pub(super) data: Raw,
}

/// A timer that was due.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FiredTimer {
    pub(super) name: String,
    /// Where it was set.
    pub(super) set: Place,
    /// When it was handled, by the clock of the runtime: what it sets in turn counts from there.
    pub(super) fired_at: Timestamp,
    pub(super) data: Raw,
}

/// Where an effect stands: in which record of the instance, and its index there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) record: Version,
    pub(super) index: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredEffect {
    Command(StoredCommand),
    Timer(StoredTimer),
    Cancel(String),
    End,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredTimer {
    pub(super) name: String,
    pub(super) due: Timestamp,
    pub(super) data: Raw,
}

impl StoredInput {
    pub(super) fn new(event: &EventRef<'_>, part: u32) -> Self {
        Self {
            id: event.event_id(),
            position: event.position,
            part,
            stream: event.stream.clone(),
            version: event.version,
            name: event.name.to_owned(),
            schema: event.schema,
            floor: event.floor,
            recorded_at: event.recorded_at,
            meta: Raw::of(event.shared_metadata),
            data: Raw::of(event.payload),
        }
    }

    pub(super) fn part(&self) -> PartId {
        PartId::new(self.position, self.part)
    }

    pub(super) fn raw(&self) -> RawEvent<'_> {
        let meta = UpcastMeta::new(&self.stream, self.id, self.recorded_at, self.meta.bytes());
        RawEvent::new(&self.name, self.schema, self.floor, self.data.bytes(), meta)
    }

    pub(super) fn meta(&self) -> Meta {
        let headers = Headers::decode(self.meta.bytes());
        Meta::new(
            self.stream.clone(),
            self.version,
            self.position,
            self.id,
            self.recorded_at,
            headers,
        )
    }
}

impl Record {
    const HANDLED: &'static str = "recount.handled";
    const OUTCOME: &'static str = "recount.outcome";
    const PARKED: &'static str = "recount.parked";
    const QUEUED: &'static str = "recount.queued";
    const RETRIED: &'static str = "recount.retried";
    const SKIPPED: &'static str = "recount.skipped";
    const ABANDONED: &'static str = "recount.abandoned";
    const REISSUED: &'static str = "recount.reissued";

    pub(super) fn encode(&self) -> Result<NewEvent, JsonError> {
        let (name, payload) = match self {
            Self::Handled(record) => (Self::HANDLED, codec::encode(record)?),
            Self::Outcome(record) => (Self::OUTCOME, codec::encode(record)?),
            Self::Parked(record) => (Self::PARKED, codec::encode(record)?),
            Self::Queued(record) => (Self::QUEUED, codec::encode(record)?),
            Self::Retried(record) => (Self::RETRIED, codec::encode(record)?),
            Self::Skipped(record) => (Self::SKIPPED, codec::encode(record)?),
            Self::Abandoned(record) => (Self::ABANDONED, codec::encode(record)?),
            Self::Reissued(record) => (Self::REISSUED, codec::encode(record)?),
        };
        Ok(NewEvent::new(name, FORM, FORM, payload))
    }

    /// A record, or why this build cannot read it: a newer one wrote it.
    pub(super) fn decode(event: &EventRef<'_>) -> Result<Self, String> {
        let at = |why: String| format!("record {} of `{}`: {why}", event.version, event.stream);
        if event.floor > FORM {
            return Err(at(format!("only builds that know form {} can read it", event.floor)));
        }
        let payload = event.payload;
        let record = match event.name {
            Self::HANDLED => codec::decode(payload).map(Self::Handled),
            Self::OUTCOME => codec::decode(payload).map(Self::Outcome),
            Self::PARKED => codec::decode(payload).map(Self::Parked),
            Self::QUEUED => codec::decode(payload).map(Self::Queued),
            Self::RETRIED => codec::decode(payload).map(Self::Retried),
            Self::SKIPPED => codec::decode(payload).map(Self::Skipped),
            Self::ABANDONED => codec::decode(payload).map(Self::Abandoned),
            Self::REISSUED => codec::decode(payload).map(Self::Reissued),
            unknown => return Err(at(format!("this build knows no record `{unknown}`"))),
        };
        record.map_err(|error| at(error.to_string()))
    }

    pub(super) fn effects(&self) -> &[StoredEffect] {
        match self {
            Self::Handled(Handled { effects, .. })
            | Self::Outcome(Outcome { effects, .. })
            | Self::Reissued(Reissued { effects, .. }) => effects,
            _ => &[],
        }
    }

    /// The input that the record holds.
    pub(super) fn input(&self) -> Option<&Input> {
        match self {
            Self::Handled(Handled { input, .. }) | Self::Queued(Queued { input }) => Some(input),
            Self::Parked(Parked {
                at: At::Input(input), ..
            }) => Some(input),
            _ => None,
        }
    }
}
