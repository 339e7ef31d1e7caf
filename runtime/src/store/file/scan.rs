//! Reading a segment from its start: frame after frame, everything verified, until the first frame that is not valid (rule R1).

use std::io;

use super::disk::{Disk, read_up_to};
use super::format::Damage;
use super::format::bytes::all_zero;
use super::format::frame::{FrameHeader, FrameKind, FrameRules, MAGIC, MAX_HEADER, header_len};
use super::replay::Replay;

/// How much is read at once.
const CHUNK: usize = 1 << 18;

/// The last frame of a log, and what the next one has to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogEnd {
    /// The segment of the last frame, where it begins (0: the segment has none) and where it ends.
    pub(crate) segment: u32,
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// The number of the next frame and the position of the next event.
    pub(crate) seq: u64,
    pub(crate) position: u64,
    pub(crate) frame_id: [u8; 16],
    pub(crate) chain: [u8; 32],
    /// The link of the chain before the last frame.
    pub(crate) chain_before: [u8; 32],
    pub(crate) time_us: i64,
}

/// A place that the watermark names, and the frame that was found to end there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watch {
    pub(crate) segment: u32,
    pub(crate) end: u64,
    pub(crate) found: Option<[u8; 16]>,
}

impl Watch {
    /// Notes the frame that the log ends with for now.
    pub(crate) fn see(&mut self, end: &LogEnd) {
        if (self.segment, self.end) == (end.segment, end.end) {
            self.found = Some(end.frame_id);
        }
    }
}

/// How the walk over a segment ended.
#[derive(Debug)]
pub(crate) enum Stop {
    /// With a seal: nothing follows in this segment.
    Sealed,
    /// The file ends exactly here.
    EndOfFile,
    /// What stands here is no valid frame: perhaps nothing, perhaps a torn write, perhaps damage.
    NoFrame(Damage),
    /// A frame whose hashes hold says what cannot be: never a torn write.
    Impossible(Damage),
}

/// A window over a file: reads ahead, so that a walk costs few system calls.
pub(crate) struct Window<'d, D: Disk> {
    disk: &'d D,
    file: &'d D::File,
    start: u64,
    len: usize,
    /// Reused for every read; only the first `len` bytes are the file's.
    bytes: Vec<u8>,
}

impl<'d, D: Disk> Window<'d, D> {
    pub(crate) fn new(disk: &'d D, file: &'d D::File) -> Self {
        let bytes = vec![0; CHUNK];
        Self {
            disk,
            file,
            start: 0,
            len: 0,
            bytes,
        }
    }

    /// The bytes from `at`; fewer than `len` where the file ends.
    pub(crate) fn get(&mut self, at: u64, len: usize) -> io::Result<&[u8]> {
        let skip = at.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        let held = skip.filter(|skip| skip.checked_add(len).is_some_and(|end| end <= self.len));
        if held.is_none() {
            // A length from a damaged file must not be able to end the process.
            let missing = len.saturating_sub(self.bytes.len());
            self.bytes
                .try_reserve(missing)
                .map_err(|_| io::ErrorKind::OutOfMemory)?;
            self.bytes.resize(self.bytes.len() + missing, 0);
            self.len = 0;
            self.len = read_up_to(self.disk, self.file, &mut self.bytes, at)?;
            self.start = at;
        }
        let read = self.bytes.get(..self.len).unwrap_or_default();
        let rest = read.get(held.unwrap_or(0)..).unwrap_or_default();
        Ok(rest.get(..len).unwrap_or(rest))
    }
}

/// Walks over the frames of one segment and hands each to the replay. `end` is what the first of them must follow, and is moved along.
///
/// # Errors
/// A read that failed: the caller must not take it for an end.
pub(crate) fn walk<D: Disk>(
    window: &mut Window<'_, D>,
    file_len: u64,
    rules: FrameRules,
    end: &mut LogEnd,
    watch: &mut Watch,
    replay: &mut Replay<D::File>,
) -> io::Result<Stop> {
    loop {
        watch.see(end);
        let at = end.end;
        if at == file_len {
            return Ok(Stop::EndOfFile);
        }
        let mut head = [0; MAX_HEADER];
        let read = window.get(at, header_len(rules.chain))?;
        let Some(head) = head.get_mut(..read.len()) else {
            return Ok(Stop::NoFrame(Damage("it ends too early")));
        };
        head.copy_from_slice(read);
        let frame = match FrameHeader::decode(head, at, rules) {
            Ok(frame) => frame,
            Err(damage) => return Ok(Stop::NoFrame(damage)),
        };
        let frame_end = frame.end(rules);
        let body_at = at + header_len(rules.chain) as u64;
        if frame_end > file_len {
            return Ok(Stop::NoFrame(Damage("the frame reaches beyond the file")));
        }
        let rest = window.get(body_at, usize::try_from(frame_end - body_at).unwrap_or(usize::MAX))?;
        let body = match frame.check_body(rest) {
            Ok(body) => body,
            Err(damage) => return Ok(Stop::NoFrame(damage)),
        };
        if let Err(damage) = check_order(&frame, end).and_then(|()| replay.frame(&frame, body, rules)) {
            return Ok(Stop::Impossible(damage));
        }
        *end = LogEnd {
            segment: end.segment,
            start: at,
            end: frame_end,
            seq: frame.seq + 1,
            position: frame.first_position + u64::from(frame.event_count),
            frame_id: frame.id,
            chain: frame.chain,
            chain_before: end.chain,
            time_us: frame.time_us,
        };
        if frame.kind == FrameKind::Seal {
            watch.see(end);
            return Ok(Stop::Sealed);
        }
    }
}

/// Whether a frame that is true by itself is also the next one.
fn check_order(frame: &FrameHeader, end: &LogEnd) -> Result<(), Damage> {
    if matches!(frame.kind, FrameKind::Void | FrameKind::Repaired) {
        return Err(Damage(
            "the frame was written by a repair, which this version of recount cannot read",
        ));
    }
    if frame.seq != end.seq || frame.previous != end.frame_id {
        return Err(Damage("the frame does not follow the one before"));
    }
    if frame.first_position != end.position {
        return Err(Damage("the positions of the frame do not follow those before"));
    }
    if frame.time_us < end.time_us {
        return Err(Damage("the time of the frame is before that of the one before"));
    }
    Ok(())
}

/// Whether the last frame continues the chain. The frames before it are bound to it by their ids, so this one link is enough to notice a
/// frame that was exchanged together with its hashes.
pub(crate) fn check_last_link<D: Disk>(
    window: &mut Window<'_, D>,
    rules: FrameRules,
    end: &LogEnd,
) -> io::Result<Result<(), Damage>> {
    if !rules.chain || end.start == 0 {
        return Ok(Ok(()));
    }
    let bytes = window.get(end.start, usize::try_from(end.end - end.start).unwrap_or(usize::MAX))?;
    Ok(FrameHeader::decode(bytes, end.start, rules).and_then(|frame| {
        let (head, rest) = bytes.split_at_checked(header_len(rules.chain)).unwrap_or((bytes, &[]));
        frame.check_chain(&end.chain_before, head, frame.check_body(rest)?)
    }))
}

/// What lies between the last valid frame and the end of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tail {
    /// Where the last byte that is not zero ends; `None` if all are.
    pub(crate) written_to: Option<u64>,
    /// The frame with the greatest number, less those it did not know to be durable, among those that are true by themselves (rule R3).
    pub(crate) later: Option<FrameHeader>,
}

/// Searches everything from `from` on, at every place where a frame could begin.
pub(crate) fn search_tail<D: Disk>(
    window: &mut Window<'_, D>,
    from: u64,
    file_len: u64,
    rules: FrameRules,
) -> io::Result<Tail> {
    let mut tail = Tail::default();
    let mut at = from;
    while at < file_len {
        // The chunks overlap by a header, so that none is cut in two.
        let chunk = window.get(at, CHUNK)?;
        let step = if at + chunk.len() as u64 >= file_len {
            chunk.len()
        } else {
            chunk.len().saturating_sub(MAX_HEADER)
        };
        if step == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !all_zero(chunk) {
            if let Some(last) = chunk.iter().rposition(|byte| *byte != 0) {
                tail.written_to = tail.written_to.max(Some(at + last as u64 + 1));
            }
            for skip in (0..step).step_by(8) {
                let bytes = chunk.get(skip..).unwrap_or_default();
                if !bytes.starts_with(&MAGIC) {
                    continue;
                }
                if let Ok(frame) = FrameHeader::decode(bytes, at + skip as u64, rules) {
                    let proves = |frame: &FrameHeader| frame.seq.saturating_sub(u64::from(frame.unsynced));
                    tail.later = tail
                        .later
                        .filter(|known| proves(known) >= proves(&frame))
                        .or(Some(frame));
                }
            }
        }
        at += step as u64;
    }
    Ok(tail)
}
