//! Amounts of money: whole cents, so that nothing is rounded.

use std::fmt;
use std::iter::Sum;
use std::ops::{AddAssign, SubAssign};
use std::str::FromStr;

use recount::Schema;
use serde::{Deserialize, Serialize};

/// An amount in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Schema)]
#[serde(transparent)]
pub struct Cents(pub u64);

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad_integral(true, "", &format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

/// Stops at the ends: an event is a fact, and a fold that panics at one makes a stream that nobody can load. What must not be is refused by
/// the commands.
impl AddAssign for Cents {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl SubAssign for Cents {
    fn sub_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_sub(other.0);
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        Self(all.map(|cents| cents.0).sum())
    }
}

/// A text is no amount.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no amount: write `1234.50`")]
pub struct NoAmount(String);

impl FromStr for Cents {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let amount = || {
            let (whole, cents) = text.split_once('.').filter(|(_, cents)| cents.len() == 2)?;
            let plain = |part: &str| {
                part.bytes()
                    .all(|byte| byte.is_ascii_digit())
                    .then(|| part.parse::<u64>().ok())?
            };
            // The bank writes 80 cents as `.80`.
            let whole = if whole.is_empty() { 0 } else { plain(whole)? };
            whole.checked_mul(100)?.checked_add(plain(cents)?)
        };
        amount().map(Cents).ok_or_else(|| NoAmount(text.to_owned()))
    }
}
