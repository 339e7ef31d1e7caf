//! What a database keeps of a view for recount: how far it has come, in which history, by whose hand.

use serde::{Deserialize, Serialize};

use crate::codec;
use crate::schema::Fingerprint;
use crate::store::{Checkpoint, ConsumerName, PartId};
use crate::stream::Position;

/// The mark of a view, as JSON in its database.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    /// What the view was made by.
    identity: String,
    /// The claim under which it was written.
    fence: u64,
    /// How many commits there were, so that an older copy of the database is told from this one.
    pub(super) commits: u64,
    pub(super) checkpoint: Checkpoint,
    /// Events up to there are set aside.
    pub(super) lacks: bool,
    /// What was handled of the events that were set aside, as far as nobody else knows it.
    pub(super) handled: Vec<PartId>,
}

/// Why what a database holds is nothing to go on with. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadMark {
    #[error("what recount keeps in it cannot be read")]
    Unreadable(#[source] codec::JsonError),
    #[error("it is the database of `{found}`, not of `{expected}`: give each projection a database of its own")]
    OtherConsumer {
        found: ConsumerName,
        expected: ConsumerName,
    },
    #[error(
        "it was made by another build of `{consumer}` than what is kept of it says: was the file exchanged? Reset the projection"
    )]
    OtherIdentity { consumer: ConsumerName },
    #[error(
        "the database of `{consumer}` is gone, or an older copy of it: it was at position {position} once; put the newer one back, or reset the projection"
    )]
    Older { consumer: ConsumerName, position: Position },
    #[error("somebody else feeds the view by now")]
    Moved,
}

impl Mark {
    pub(super) fn new(identity: Fingerprint, checkpoint: Checkpoint) -> Self {
        Self {
            identity: identity.to_string(),
            fence: 0,
            commits: 0,
            checkpoint,
            lacks: false,
            handled: Vec::new(),
        }
    }

    /// The mark of a generation as it was found, if it is one to go on from.
    pub(super) fn read(text: &str, identity: Fingerprint, generation: &ConsumerName) -> Result<Self, BadMark> {
        let mark = Self::of(text, generation)?;
        if mark.identity != identity.to_string() {
            let consumer = generation.clone();
            return Err(BadMark::OtherIdentity { consumer });
        }
        Ok(mark)
    }

    /// How far a generation has come, whichever build made it.
    pub(super) fn checkpoint_of(text: &str, generation: &ConsumerName) -> Result<Checkpoint, BadMark> {
        Ok(Self::of(text, generation)?.checkpoint)
    }

    fn of(text: &str, generation: &ConsumerName) -> Result<Self, BadMark> {
        let mark: Self = codec::decode(text.as_bytes()).map_err(BadMark::Unreadable)?;
        if mark.checkpoint.consumer() != generation {
            let (found, expected) = (mark.checkpoint.consumer().clone(), generation.clone());
            return Err(BadMark::OtherConsumer { found, expected });
        }
        Ok(mark)
    }

    /// The mark after the next commit.
    pub(super) fn next(&self, fence: u64) -> Self {
        Self {
            fence,
            commits: self.commits + 1,
            ..self.clone()
        }
    }

    pub(super) const fn fence(&self) -> u64 {
        self.fence
    }

    pub(super) fn text(&self) -> Result<String, codec::JsonError> {
        let bytes = codec::encode(self)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
