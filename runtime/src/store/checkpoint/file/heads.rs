//! The heads of the files of consumers, as JSON; and how letters become a head and a body.

use serde::{Deserialize, Serialize};

use crate::schema::Fingerprint;
use crate::store::checkpoint::{Checkpoint, ConsumerName, DeadLetter, Live, PartId, StoredEvent, Waiver};

/// A letter's file, and its place in it.
pub(super) type Place = (u64, u32);

/// The head of `.checkpoint`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CheckpointHead {
    pub(super) checkpoint: Checkpoint,
    pub(super) identity: String,
    /// The number of the next file of letters: files below it that were written with a checkpoint count.
    pub(super) next: u64,
    /// The files of letters that have to be there.
    pub(super) files: Vec<u64>,
    /// Letters that were taken back.
    pub(super) gone: Vec<Place>,
}

impl CheckpointHead {
    pub(super) fn identity(&self) -> Option<Fingerprint> {
        self.identity.parse().ok()
    }
}

/// The head of `fences`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FencesHead {
    /// No fence above this one was given.
    pub(super) reserved: u64,
}

/// The head of `.letters-<n>`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LettersHead {
    pub(super) consumer: ConsumerName,
    pub(super) number: u64,
    /// It counts by itself; otherwise only once a checkpoint was written behind it.
    pub(super) alone: bool,
    pub(super) letters: Vec<LetterHead>,
    /// Letters of files before this one that were taken back with it.
    pub(super) gone: Vec<Place>,
}

/// A letter without the bytes of its event, which stand in the body one after another.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LetterHead {
    pub(super) part: PartId,
    pub(super) key: String,
    reason: String,
    event: StoredEvent,
    shared_metadata: u64,
    metadata: u64,
    payload: u64,
}

impl LettersHead {
    /// A file of letters, with its body.
    pub(super) fn of(
        consumer: ConsumerName,
        number: u64,
        alone: bool,
        letters: &[DeadLetter],
        gone: Vec<Place>,
    ) -> (Self, Vec<u8>) {
        let mut body = Vec::new();
        let heads = letters.iter().map(|letter| {
            let event = &letter.event;
            let mut put = |bytes: &[u8]| {
                body.extend_from_slice(bytes);
                bytes.len() as u64
            };
            LetterHead {
                part: letter.part,
                key: letter.key.clone(),
                reason: letter.reason.clone(),
                shared_metadata: put(&event.shared_metadata),
                metadata: put(&event.metadata),
                payload: put(&event.payload),
                event: event.clone(),
            }
        });
        let letters = heads.collect();
        let head = Self {
            consumer,
            number,
            alone,
            letters,
            gone,
        };
        (head, body)
    }

    /// The letters, with the bytes of their events; `None` if the body has other lengths.
    pub(super) fn open(self, body: &[u8]) -> Option<Vec<DeadLetter>> {
        let mut rest = body;
        let mut take = |len: u64| {
            let (taken, left) = rest.split_at_checked(usize::try_from(len).ok()?)?;
            rest = left;
            Some(taken.to_vec())
        };
        let letters = self.letters.into_iter().map(|head| {
            let mut event = head.event;
            event.shared_metadata = take(head.shared_metadata)?;
            event.metadata = take(head.metadata)?;
            event.payload = take(head.payload)?;
            Some(DeadLetter {
                part: head.part,
                key: head.key,
                reason: head.reason,
                event,
            })
        });
        let letters = letters.collect::<Option<Vec<_>>>()?;
        rest.is_empty().then_some(letters)
    }
}

/// The head of `.waivers`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WaiversHead {
    pub(super) consumer: ConsumerName,
    pub(super) waivers: Vec<Waiver>,
}

/// The head of `.live`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LiveHead {
    pub(super) consumer: ConsumerName,
    pub(super) generation: ConsumerName,
    pub(super) before: Option<ConsumerName>,
}

impl LiveHead {
    pub(super) fn of(consumer: &ConsumerName, live: &Live) -> Self {
        Self {
            consumer: consumer.clone(),
            generation: live.generation.clone(),
            before: live.before.clone(),
        }
    }

    pub(super) fn live(self) -> Live {
        Live::new(self.generation, self.before)
    }
}

/// The head of `.removal`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RemovalHead {
    pub(super) consumer: ConsumerName,
    /// What is live from then on, of consumers of which a generation goes.
    pub(super) live: Vec<LiveHead>,
    /// Consumers whose waivers go.
    pub(super) waivers: Vec<ConsumerName>,
    /// Something of it is damaged: all of its files go.
    pub(super) is_damaged: bool,
}
