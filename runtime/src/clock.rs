//! Moments and where they come from: the one door through which recount learns the time.

mod stopwatch;

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub(crate) use stopwatch::Stopwatch;

/// A moment in UTC, in whole microseconds.
///
/// Its text form has a fixed width, `2026-01-28T09:00:00.000000Z` (RFC 3339), so that texts sort as moments do; the years are 0000 to
/// 9999. Order, filters and retention never rest on time: a clock may stand still or go back, positions do not (`semantics.md` 10.1).
///
/// ```
/// use recount::Timestamp;
///
/// let noon: Timestamp = "2026-01-28T12:00:00.000000Z".parse()?;
/// assert_eq!(noon.to_string(), "2026-01-28T12:00:00.000000Z");
/// assert!(noon < Timestamp::from(std::time::SystemTime::now()));
/// # Ok::<(), recount::TimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Timestamp {
    /// The first moment that has a text form: the start of the year 0000.
    pub const MIN: Self = Self(-62_167_219_200 * SECOND);
    /// The last moment that has a text form: the last microsecond of the year 9999.
    pub const MAX: Self = Self(253_402_300_800 * SECOND - 1);

    /// The moment this many microseconds after 1970-01-01T00:00:00Z, moved into [`MIN`](Self::MIN)`..=`[`MAX`](Self::MAX).
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The moment `by` later, at most [`MAX`](Self::MAX).
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self::from_micros(self.0.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Timestamp {
    /// How long after an earlier moment this is; nothing if it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let micros = |span: Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self::from_micros(micros(since)),
            Err(before) => Self::from_micros(-micros(before.duration())),
        }
    }
}

/// The calendar day of a count of days since 1970-01-01, after Howard Hinnant's `civil_from_days`.
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // since 0000-03-01, so that a leap day is the last of its year
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// The count of days since 1970-01-01 of a calendar day, after Howard Hinnant's `days_from_civil`.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let micros = self.0.rem_euclid(DAY);
        let (seconds, micros) = (micros / SECOND, micros % SECOND);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is not a [`Timestamp`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a moment is written as `2026-01-28T09:00:00Z`, with up to six digits after the second and always in UTC")]
#[non_exhaustive]
pub struct TimestampError;

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let parts = text.strip_suffix('Z').and_then(|text| text.split_once('T'));
        let (date, time) = parts.ok_or(TimestampError)?;
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
        let fraction_is_plain = (1..=6).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
        if !fraction_is_plain || hour > 23 || minute > 59 || second > 59 {
            return Err(TimestampError);
        }
        let micros: i64 = format!("{fraction:0<6}").parse().map_err(|_| TimestampError)?;
        let day_number = days(year, month, day);
        if civil(day_number) != (year, month, day) {
            return Err(TimestampError);
        }
        Ok(Self(
            day_number * DAY + (hour * 3_600 + minute * 60 + second) * SECOND + micros,
        ))
    }
}

fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Result<[i64; 3], TimestampError> {
    let mut out = [0; 3];
    let mut parts = text.split(separator);
    for (number, width) in out.iter_mut().zip(widths) {
        let part = parts
            .next()
            .filter(|part| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()));
        *number = part.and_then(|part| part.parse().ok()).ok_or(TimestampError)?;
    }
    if parts.next().is_some() {
        Err(TimestampError)
    } else {
        Ok(out)
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> Self {
        moment.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Self, TimestampError> {
        text.parse()
    }
}

/// Where the time comes from. Tests give one of their own ([`ManualClock`]); nothing else in recount asks the computer.
pub trait Clock: Send + Sync + 'static {
    /// The moment of the call.
    fn now(&self) -> Timestamp;

    /// How long it has been since a moment of no meaning, which stays the same while the program runs: for how long something takes. It
    /// never goes back, whatever becomes of [`now`](Self::now). Default: the computer's own.
    fn steady(&self) -> Duration {
        static BEGAN: OnceLock<Instant> = OnceLock::new();
        BEGAN.get_or_init(Instant::now).elapsed()
    }
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the computer")]
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}

/// A clock that stands still until it is moved; clones show the same time. How long something takes is how far it was
/// [advanced](ManualClock::advance) in between.
///
/// ```
/// use std::time::Duration;
/// use recount::{Clock, ManualClock, Timestamp};
///
/// let clock = ManualClock::new(Timestamp::from_micros(0));
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().to_string(), "1970-01-01T00:01:00.000000Z");
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(std::sync::Arc<Mutex<Shown>>);

#[derive(Debug)]
struct Shown {
    now: Timestamp,
    steady: Duration,
}

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let steady = Duration::ZERO;
        Self(std::sync::Arc::new(Mutex::new(Shown { now, steady })))
    }

    /// Shows `now` from here on, earlier or later.
    pub fn set(&self, now: Timestamp) {
        self.lock().now = now;
    }

    /// Goes forward.
    pub fn advance(&self, by: Duration) {
        let mut shown = self.lock();
        shown.now = shown.now.after(by);
        shown.steady = shown.steady.saturating_add(by);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    fn steady(&self) -> Duration {
        self.lock().steady
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (Timestamp::MIN.as_micros(), "0000-01-01T00:00:00.000000Z"),
            (Timestamp::MAX.as_micros(), "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(Timestamp::from_micros(micros).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp::from_micros(micros)));
        }
        assert_eq!(
            "2026-01-28T09:00:00Z".parse(),
            "2026-01-28T09:00:00.000000Z".parse::<Timestamp>()
        );
        assert_eq!(Timestamp::from_micros(i64::MAX), Timestamp::MAX);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2026-01-28",
            "2026-01-28T09:00:00",
            "2026-02-29T09:00:00Z",
            "2026-13-01T09:00:00Z",
            "2026-01-28T24:00:00Z",
            "2026-01-28T09:00:60Z",
            "2026-01-28T09:00:00.Z",
            "2026-01-28T09:00:00.0000000Z",
            "2026-1-28T09:00:00Z",
            "2026-01-28T09:00:00+01:00",
            "+026-01-28T09:00:00Z",
            "2026-01-28T09:00:00.+1Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }

    proptest! {
        /// Rule 10.1: fixed width, and texts sort as moments do.
        #[test]
        fn text_and_moment_agree(a in Timestamp::MIN.0..=Timestamp::MAX.0, b in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let (a, b) = (Timestamp(a), Timestamp(b));
            prop_assert_eq!(a.to_string().parse::<Timestamp>(), Ok(a));
            prop_assert_eq!(a.to_string().len(), 27);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}
