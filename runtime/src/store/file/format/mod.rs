//! The bytes of the file store, written and read in one place; `docs/file-format.md` says the same in words.
//!
//! Nothing here touches a file. Whatever comes from a disk may be anything: every length is checked against what remains, and nothing panics.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

pub(crate) mod bytes;
pub(crate) mod frame;
pub(crate) mod identity;
pub(crate) mod record;
pub(crate) mod segment;
pub(crate) mod structural;
pub(crate) mod watermark;

#[cfg(test)]
mod tests;

/// The format that this code writes, and the newest that it reads.
pub(crate) const FORMAT: u32 = 1;
/// Where the first frame of a segment begins: the header has the first page for itself.
pub(crate) const FIRST_FRAME: u64 = 4096;

/// Why some bytes are not what they should be, in words for the report; never a reason to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage(pub(crate) &'static str);

/// Why a header of a file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderFault {
    /// The bytes are damaged.
    Damaged(Damage),
    /// They are sound, and of a format or with features that this code does not know.
    TooNew { format: u32, features: u32 },
}

impl From<Damage> for HeaderFault {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

/// The three flag words that every file begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Features {
    /// Unknown bits may be ignored.
    pub(crate) compat: u32,
    /// Unknown bits allow reading only.
    pub(crate) ro_compat: u32,
    /// Unknown bits forbid reading.
    pub(crate) incompat: u32,
}

impl Features {
    /// Refuses what this code would misread or spoil. No bit is known yet.
    pub(crate) fn check(self, format: u32) -> Result<(), HeaderFault> {
        if format != FORMAT || self.incompat != 0 || self.ro_compat != 0 {
            return Err(HeaderFault::TooNew {
                format,
                features: self.incompat | self.ro_compat,
            });
        }
        Ok(())
    }
}

/// XXH3-128 of all bytes given so far, little-endian: the sum of every header and body.
pub(crate) fn sum(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.digest128().to_le_bytes()
}

/// `len` rounded up to a multiple of `align`, a power of two.
pub(crate) fn align_up(len: u64, align: u32) -> Option<u64> {
    let mask = u64::from(align).checked_sub(1)?;
    Some(len.checked_add(mask)? & !mask)
}
