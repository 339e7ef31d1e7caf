//! Who runs a consumer: one owner at a time, known by a fence.

use crate::clock::Timestamp;
use crate::store::checkpoint::ConsumerName;

/// The right to move a consumer's checkpoint, until somebody else has claimed it (rule 7.6).
///
/// It ends at a moment of the store's clock: after it another owner may claim the consumer, and then this lease is refused. Until that
/// happens it goes on to be good, however late it is: the fence decides, and no clock of an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    consumer: ConsumerName,
    fence: u64,
    until: Timestamp,
}

impl Lease {
    /// The lease that a store gives for a claim; of two leases of one consumer the later one has the greater fence.
    #[must_use]
    pub const fn new(consumer: ConsumerName, fence: u64, until: Timestamp) -> Self {
        Self { consumer, fence, until }
    }

    /// The consumer.
    #[must_use]
    pub const fn consumer(&self) -> &ConsumerName {
        &self.consumer
    }

    /// The number of the claim: a later one has a greater number.
    #[must_use]
    pub const fn fence(&self) -> u64 {
        self.fence
    }

    /// The moment of the store's clock at which others may claim the consumer.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        self.until
    }
}
