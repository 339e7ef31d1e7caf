//! Why a runtime did not start.

use std::error::Error;

use crate::store::{CheckpointError, InvalidConsumer, ReadError};
use crate::stream::InvalidName;

/// Why a runtime did not start. Nothing was read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Two aggregates would share their streams: give one of them another name.
    #[error("two aggregates are declared with the name `{name}`: {first} and {second}")]
    AggregateTwice {
        /// The declared name.
        name: &'static str,
        /// The Rust type that came first.
        first: &'static str,
        /// The Rust type that came second.
        second: &'static str,
    },
    /// The name of the aggregate cannot be the category of streams.
    #[error("`{name}` cannot be the name of an aggregate")]
    BadName {
        /// The declared name.
        name: &'static str,
        /// What is wrong with it.
        source: InvalidName,
    },
    /// The name of a consumer cannot be one.
    #[error(transparent)]
    Consumer(#[from] InvalidConsumer),
    /// Two consumers would share their checkpoint: give one of them another name.
    #[error("two consumers are declared with the name `{name}`: {first} and {second}")]
    ConsumerTwice {
        /// The declared name.
        name: String,
        /// The Rust type that came first.
        first: &'static str,
        /// The Rust type that came second.
        second: &'static str,
    },
    /// A policy or process sends commands to an aggregate that is not registered: add it with `.aggregate::<..>()`.
    #[error("`{consumer}` sends commands to `{aggregate}`, which is not registered with this runtime")]
    Unregistered {
        /// Who sends.
        consumer: String,
        /// The declared name of the aggregate.
        aggregate: &'static str,
    },
    /// A policy or process lies in a loop of events and commands: take a step out, or declare a bound, `hops = 8`, on one of its
    /// policies and processes.
    #[error("a loop without a bound: {chain}; declare `hops = ..` on a policy or process of it")]
    Loop {
        /// The steps of the loop.
        chain: String,
    },
    /// The store does not keep what policies and processes need: give it one that does, or leave them out.
    #[error("the store keeps no {lacks}, and these consumers need them: `{}`", needed_by.join("`, `"))]
    Unsupported {
        /// What the store does not keep.
        lacks: &'static str,
        /// The declared names of all who need it.
        needed_by: Vec<String>,
    },
    /// The view of a projection cannot be made in its database, now or later: the source says why.
    #[error("the view of `{projection}` cannot be made")]
    View {
        /// The declared name of the projection.
        projection: &'static str,
        /// What the database says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The place where consumers keep how far they have come does not answer.
    #[error("the checkpoints of consumers could not be read or kept")]
    Checkpoints(#[from] CheckpointError),
    /// The store does not answer.
    #[error("the store could not be read")]
    Store(#[from] ReadError),
}
