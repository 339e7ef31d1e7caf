//! The segment that is written to, and the step from one to the next.

use std::io;
use std::sync::Arc;

use super::disk::{Disk, write_all_at};
use super::files;
use super::format::FIRST_FRAME;
use super::format::Features;
use super::format::frame::FrameRules;
use super::format::identity::Identity;
use super::format::segment::SegmentHeader;
use super::index::{Index, Segment};
use super::scan::LogEnd;

/// The segment that is written to.
#[derive(Debug)]
pub(crate) struct Active<F> {
    pub(crate) number: u32,
    pub(crate) file: Arc<F>,
    pub(crate) rules: FrameRules,
    pub(crate) first_position: u64,
    pub(crate) capacity: u64,
    /// The file was cut at its end after a failed write: it takes no more frames, not even a seal.
    pub(crate) ended: bool,
}

/// How large segment files are: the first, and the most that they grow to by doubling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentSizes {
    pub(crate) first: u64,
    pub(crate) max: u64,
}

impl SegmentSizes {
    /// The length of the segment of this number.
    pub(crate) fn of(self, number: u32) -> u64 {
        let doublings = number.saturating_sub(1).min(40);
        self.first.saturating_mul(1 << doublings).min(self.max)
    }
}

/// A segment that has just begun: for the writer, and for readers.
pub(crate) type Begun<F> = (Active<F>, Segment<F>);

/// Puts a prepared file into use: writes its header, syncs it, and adds the segment to the index. `end` is the end of the log so far,
/// and becomes the beginning of the new segment.
///
/// # Errors
/// The disk's own; the segment may then be in use on the disk or not.
pub(crate) fn begin<D: Disk>(
    disk: &D,
    file: D::File,
    identity: &Identity,
    number: u32,
    created_us: i64,
    end: &mut LogEnd,
    numbers: (u32, u32),
) -> io::Result<Begun<D::File>> {
    let capacity = disk.stat(&file)?.len;
    let first = number == 1;
    let header = SegmentHeader {
        features: Features::default(),
        segment: number,
        store: identity.store,
        epoch: identity.epoch,
        salt: files::random()?,
        first_position: end.position,
        first_frame_seq: end.seq,
        capacity,
        created_us,
        prev_end: if first { 0 } else { end.end },
        prev_frame_id: end.frame_id,
        prev_chain: end.chain,
        next_stream: numbers.0,
        next_type: numbers.1,
        chain: identity.chain,
        commit_align: identity.commit_align,
    };
    write_all_at(disk, &file, &header.encode(), 0)?;
    disk.sync_all(&file)?;
    let rules = FrameRules {
        salt: header.salt,
        chain: header.chain,
        align: header.commit_align,
    };
    let file = Arc::new(file);
    let segment = Segment {
        number,
        file: Arc::clone(&file),
        rules,
        first_position: end.position,
        end: FIRST_FRAME,
        offsets: Vec::new(),
    };
    let active = Active {
        number,
        file,
        rules,
        first_position: end.position,
        capacity,
        ended: false,
    };
    *end = begun(end, number);
    Ok((active, segment))
}

/// The end of a log whose last segment has no frame yet.
pub(crate) fn begun(end: &LogEnd, number: u32) -> LogEnd {
    LogEnd {
        segment: number,
        start: 0,
        end: FIRST_FRAME,
        ..*end
    }
}

/// The end of a log without anything.
pub(crate) fn nothing() -> LogEnd {
    LogEnd {
        segment: 0,
        start: 0,
        end: 0,
        seq: 1,
        position: 1,
        frame_id: [0; 16],
        chain: [0; 32],
        chain_before: [0; 32],
        time_us: i64::MIN,
    }
}

/// The numbers that a new segment's header names.
pub(crate) fn next_numbers<F>(index: &Index<F>) -> (u32, u32) {
    (index.next_stream(), index.next_type())
}
