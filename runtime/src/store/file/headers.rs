//! The headers of all segments: which files make up the log, and whether each is what its name says.

use std::sync::Arc;

use super::disk::{Disk, read_up_to};
use super::error::{Doing, OpenError};
use super::files::{self, Named, named, segment_name};
use super::format::frame::FrameRules;
use super::format::identity::Identity;
use super::format::segment::{HeaderPage, SegmentHeader};
use super::format::{Damage, FIRST_FRAME, HeaderFault};
use super::scan::{Window, search_tail};
use crate::stream::Position;

/// A segment in use.
pub(crate) struct Used<D: Disk> {
    pub(crate) header: SegmentHeader,
    pub(crate) file: Arc<D::File>,
    pub(crate) len: u64,
}

/// The segments in use, and a spare whose header was being written.
pub(crate) type Headers<D> = (Vec<Used<D>>, Option<<D as Disk>::File>);

/// The segments in use, in order. The highest file may be a spare, which is left out.
pub(crate) fn headers<D: Disk>(
    disk: &D,
    dir: &D::Dir,
    names: &[String],
    identity: &Identity,
    warnings: &mut Vec<String>,
) -> Result<Headers<D>, OpenError> {
    let mut numbers: Vec<u32> = names
        .iter()
        .filter_map(|name| {
            if let Named::Segment(number) = named(name) {
                Some(number)
            } else {
                None
            }
        })
        .collect();
    numbers.sort_unstable();
    let highest = numbers.last().copied();
    let mut used: Vec<Used<D>> = Vec::new();
    for (number, expected) in numbers.into_iter().zip(1..) {
        if number != expected {
            return Err(OpenError::SegmentMissing { segment: expected });
        }
        let name = segment_name(number);
        let is_highest = Some(number) == highest;
        let Some(file) = files::open_plain(disk, dir, &name, !is_highest)? else {
            return Err(OpenError::SegmentMissing { segment: number });
        };
        let stat = disk.stat(&file).doing("look at", &name)?;
        if stat.mode & 0o077 != 0 {
            warnings.push(format!("`{name}` can be read by others (mode {:o})", stat.mode));
        }
        let len = stat.len;
        let mut page = [0; FIRST_FRAME as usize];
        let read = read_up_to(disk, &file, &mut page, 0).doing("read", &name)?;
        let damage = match SegmentHeader::read_page(page.get(..read).unwrap_or_default()) {
            HeaderPage::Spare if is_highest => continue,
            HeaderPage::Spare => Damage("it has no header, and segments follow it"),
            HeaderPage::Used { header, damaged } => {
                if damaged {
                    warnings.push(format!("one header of `{name}` is damaged; the other is used"));
                }
                check(&header, number, len, identity, &used)?;
                used.push(Used {
                    header,
                    file: Arc::new(file),
                    len,
                });
                continue;
            }
            HeaderPage::Unreadable(HeaderFault::TooNew { format, features }) => {
                return Err(OpenError::FormatTooNew {
                    file: name,
                    format,
                    features,
                });
            }
            HeaderPage::Unreadable(HeaderFault::Damaged(damage)) => damage,
        };
        // A crash while the header was written: no frame can follow, because the header is synced first. The spare stays one.
        let rules = FrameRules {
            salt: [0; 16],
            chain: true,
            align: 8,
        };
        let tail = search_tail(&mut Window::new(disk, &file), FIRST_FRAME.min(len), len, rules).doing("read", &name)?;
        if is_highest && number > 1 && tail.written_to.is_none() {
            warnings.push(format!("the header of `{name}` was unfinished; it held no events"));
            return Ok((used, Some(file)));
        }
        let first = used.last().map(|used| used.header.first_position);
        let positions = first.map(|first| (Position::new(first), None));
        return Err(OpenError::Corrupt {
            file: name,
            segment: Some(number),
            offset: 0,
            positions,
            what: damage.0,
        });
    }
    Ok((used, None))
}

/// Whether a header belongs to this file of this store.
fn check<D: Disk>(
    header: &SegmentHeader,
    number: u32,
    len: u64,
    identity: &Identity,
    before: &[Used<D>],
) -> Result<(), OpenError> {
    let file = segment_name(number);
    // Of a restored store the segments before the restore are of earlier epochs; none of them follows one of this epoch.
    let is_older = before.last().is_none_or(|used| used.header.epoch != identity.epoch)
        && identity.is_before_restore(header.first_position);
    if header.store != identity.store || (header.epoch != identity.epoch && !is_older) {
        return Err(OpenError::Foreign { file });
    }
    let first = Position::new(header.first_position);
    let corrupt = |what| {
        Err(OpenError::Corrupt {
            file,
            segment: Some(number),
            offset: 0,
            positions: Some((first, None)),
            what,
        })
    };
    if header.segment != number {
        return corrupt("it is another segment under this name");
    }
    if before.iter().any(|used| used.header.salt == header.salt) {
        return corrupt("it is a copy of another segment");
    }
    if (header.chain, header.commit_align) != (identity.chain, identity.commit_align) {
        return corrupt("its settings are not those of the store");
    }
    if len > header.capacity || len < FIRST_FRAME {
        return corrupt("the file has a length that it never had");
    }
    Ok(())
}
