//! What to make of the end of a log: the rules R1 to R8 of `docs/file-format.md`, apart from all reading and writing.

use super::error::OpenError;
use super::files::segment_name;
use super::format::watermark::{State, Watermark};
use super::scan::{LogEnd, Stop, Tail, Watch};
use crate::stream::Position;

/// What is known when the walk over the last segment has ended.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) end: &'a LogEnd,
    pub(crate) stop: &'a Stop,
    pub(crate) tail: Tail,
    pub(crate) file_len: u64,
    /// The length that the segment was made with.
    pub(crate) capacity: u64,
    /// The newest readable watermark, and the frame that was found where it points.
    pub(crate) mark: Option<&'a Watermark>,
    pub(crate) watch: Watch,
    pub(crate) strict_tail: bool,
}

/// How the store goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Behind the last frame.
    InPlace,
    /// In a new segment, the old one ends with its last frame.
    NewSegment,
    /// In a new segment, after what stands behind the last frame has been set aside.
    Quarantine { to: u64, ambiguous: bool },
}

/// Judges the end of the last segment.
///
/// # Errors
/// What may have been acknowledged is damaged or gone (R2, R3, R7, R8), or could be (R5).
pub(crate) fn judge(evidence: &Evidence<'_>) -> Result<Verdict, OpenError> {
    let Evidence { end, tail, mark, .. } = *evidence;
    // Hashes that hold over content that cannot be: no torn write looks like that.
    if let Stop::Impossible(damage) = evidence.stop {
        return Err(corrupt(evidence, damage.0));
    }
    // R8, and R2: the watermark is never ahead of what was durable.
    if let Some(mark) = mark {
        let beyond = mark.segment > end.segment || (mark.segment == end.segment && u64::from(mark.end) > end.end);
        if beyond && mark.segment == end.segment && tail.written_to.is_some() {
            return Err(corrupt(evidence, "acknowledged events are damaged"));
        }
        if beyond || evidence.watch.found != Some(mark.frame_id) {
            return Err(OpenError::LostAcknowledged {
                segment: end.segment,
                offset: end.end,
                last: Position::new(end.position - 1),
                through: Position::new(mark.last_position),
            });
        }
    }
    // R3: a frame was only written after the ones before it were durable, less those that it counts as unsynced.
    if tail
        .later
        .is_some_and(|frame| frame.seq.saturating_sub(u64::from(frame.unsynced)) > end.seq)
    {
        return Err(corrupt(
            evidence,
            "a frame is damaged, and a later one proves that it was whole once",
        ));
    }
    let poisoned = mark.is_some_and(|mark| mark.state == State::Poisoned);
    match (tail.written_to, evidence.stop) {
        (Some(_), Stop::Sealed) => Err(corrupt(evidence, "something stands behind the end of a segment")),
        // R4.
        (None, Stop::NoFrame(_)) if !poisoned && evidence.file_len == evidence.capacity => Ok(Verdict::InPlace),
        (None, _) => Ok(Verdict::NewSegment),
        // R5, R6.
        (Some(to), _) => {
            let ambiguous = mark.is_none_or(|mark| mark.state != State::Clean);
            let why = match mark {
                None => "no watermark says how far the log was acknowledged",
                Some(_) if ambiguous && evidence.strict_tail => "`strict_tail` is set",
                Some(_) => return Ok(Verdict::Quarantine { to, ambiguous }),
            };
            Err(OpenError::AmbiguousTail {
                segment: end.segment,
                offset: end.end,
                bytes: to - end.end,
                why,
            })
        }
    }
}

fn corrupt(evidence: &Evidence<'_>, what: &'static str) -> OpenError {
    let end = evidence.end;
    // The next frame that can be read, or else the watermark, says where the damage ends at the latest.
    let next = evidence.tail.later.map(|frame| frame.first_position);
    let marked = evidence.mark.map(|mark| mark.last_position + 1);
    let after = next.or(marked).filter(|after| *after > end.position);
    let positions = Some((Position::new(end.position), after.map(|after| Position::new(after - 1))));
    OpenError::Corrupt {
        file: segment_name(end.segment),
        segment: Some(end.segment),
        offset: end.end,
        positions,
        what,
    }
}
