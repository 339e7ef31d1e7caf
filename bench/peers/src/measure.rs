//! Rounds of slices, peer by peer, and what they say together.

use hdrhistogram::Histogram;

use crate::bank::Fallible;
use crate::peers::Peer;
use crate::work::{Work, no_latencies};

/// How one peer did.
#[derive(Debug)]
pub struct Measured {
    pub name: &'static str,
    /// Per second, of each round.
    pub rates: Vec<f64>,
    /// Of all rounds together, in nanoseconds.
    pub latencies: Histogram<u64>,
}

/// The middle of some figures, the least and the greatest.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub greatest: f64,
}

impl Spread {
    /// Of at least one figure; without any, all three are NaN.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures = Vec::from_iter(figures);
        figures.sort_by(f64::total_cmp);
        let at = |place: usize| figures.get(place).copied().unwrap_or(f64::NAN);
        let (median, least, greatest) = (at(figures.len() / 2), at(0), at(figures.len().saturating_sub(1)));
        Self {
            median,
            least,
            greatest,
        }
    }
}

impl Measured {
    pub fn rate(&self) -> Spread {
        Spread::of(self.rates.iter().copied())
    }

    /// By how much this one was faster than the other, round by round.
    pub fn against(&self, other: &Self) -> Spread {
        Spread::of(self.rates.iter().zip(&other.rates).map(|(ours, theirs)| ours / theirs))
    }

    /// By how much the median command of this one was shorter: what is left of a ratio where something else kept the machine busy.
    pub fn p50_against(&self, other: &Self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a ratio of two digits")]
        let p50 = |one: &Self| one.latencies.value_at_quantile(0.5) as f64;
        p50(other) / p50(self)
    }
}

/// Does the work so many times with each peer. In each round all peers have their slice, beginning with another one; a round before the
/// first is not counted.
pub async fn measure(peers: &[Peer], work: Work, rounds: u32, slices: &mut u32) -> Fallible<Vec<Measured>> {
    let mut measured = Vec::new();
    for peer in peers {
        measured.push(Measured {
            name: peer.name,
            rates: Vec::new(),
            latencies: no_latencies()?,
        });
    }
    for round in 0..=rounds {
        for turn in 0..peers.len() {
            let place = (turn + round as usize) % peers.len();
            *slices += 1;
            let slice = peers[place].run(work, *slices).await?;
            if round > 0 {
                measured[place].rates.push(slice.rate);
                measured[place].latencies.add(&slice.latencies)?;
            }
        }
    }
    Ok(measured)
}
