//! What is measured: each row fills a store, times a consumer on it, and times as many commands without one.

use std::time::{Duration, Instant};

use recount::{AnyStore, Clock, ManualClock, Publishing, SystemClock};

use crate::Fallible;
use crate::domain::{Bookkeeping, Fulfilment, LATE, Nowhere, runtime};
use crate::load::{Kind, sent};

/// The orders and accounts that events are of, in turns.
const STREAMS: u64 = 1_000;
/// What a process writes for one order: three inputs, two commands and their outcomes; and the inputs of these.
const WRITTEN: u64 = 7;
const INPUTS: u64 = 3;

/// One comparison.
#[derive(Clone, Copy)]
pub(crate) enum Row {
    /// A policy that begins when all events are there.
    PolicyBehind,
    /// A policy while the events are written.
    PolicyLive,
    /// A process of three steps with a timer, whose instances all run at once.
    Process,
    /// A publisher that begins when all events are there.
    Publisher,
}

pub(crate) const ROWS: [Row; 4] = [Row::PolicyBehind, Row::PolicyLive, Row::Process, Row::Publisher];

/// What came of it, each in a second.
pub(crate) struct Round {
    /// Inputs that were handled.
    pub(crate) events: f64,
    /// Appends of the consumer; with those of the callers where they write beside it.
    pub(crate) appends: f64,
    /// Commands without a consumer.
    pub(crate) commands: f64,
}

impl Row {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PolicyBehind => "policy behind",
            Self::PolicyLive => "policy beside",
            Self::Process => "process",
            Self::Publisher => "publisher",
        }
    }

    /// Measures it once, on a store without events.
    pub(crate) async fn round(self, store: AnyStore, events: u64) -> Fallible<Round> {
        let clock = ManualClock::new(SystemClock.now());
        let bare = runtime(store.clone(), &clock).start().await?;
        let orders = events / WRITTEN;
        let accounts = STREAMS.max(orders);
        sent(&bare, Kind::Open, accounts, accounts).await?;
        let builder = runtime(store, &clock);
        let (handled, appends, builder) = match self {
            Self::PolicyBehind => {
                sent(&bare, Kind::Place, STREAMS, STREAMS).await?;
                sent(&bare, Kind::Add, events, STREAMS).await?;
                (events, events, builder.policy::<Bookkeeping>())
            }
            Self::PolicyLive => {
                sent(&bare, Kind::Place, STREAMS, STREAMS).await?;
                (events, 2 * events, builder.policy::<Bookkeeping>())
            }
            Self::Process => {
                sent(&bare, Kind::Place, orders, orders).await?;
                (orders * INPUTS, orders * WRITTEN, builder.process::<Fulfilment>())
            }
            Self::Publisher => {
                sent(&bare, Kind::Place, STREAMS, STREAMS).await?;
                sent(&bare, Kind::Add, events, STREAMS).await?;
                let publishing = Publishing::new(Nowhere).categories(["order"]);
                (events, events, builder.publisher("nowhere", publishing))
            }
        };
        let began = Instant::now();
        let reacting = builder.start().await?;
        match self {
            Self::PolicyLive => sent(&reacting, Kind::Add, events, STREAMS).await?,
            Self::Process => {
                reacting.settle().await?;
                clock.advance(2 * LATE);
            }
            Self::PolicyBehind | Self::Publisher => {}
        }
        reacting.settle().await?;
        let took = began.elapsed();
        let began = Instant::now();
        sent(&bare, Kind::Book, appends, STREAMS).await?;
        let theirs = began.elapsed();
        let round = Round {
            events: rate(handled, took)?,
            appends: rate(appends, took)?,
            commands: rate(appends, theirs)?,
        };
        reacting.shutdown().await;
        Ok(round)
    }
}

fn rate(count: u64, took: Duration) -> Fallible<f64> {
    Ok(f64::from(u32::try_from(count)?) / took.as_secs_f64())
}
