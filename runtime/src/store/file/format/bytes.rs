//! Little-endian numbers in and out of byte slices, without an index that could be wrong.

use super::Damage;

const SHORT: Damage = Damage("it ends too early");

/// A walk over bytes that were read from a disk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(SHORT)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Damage> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Damage> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Damage> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Damage> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Damage> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// Text with its length in front.
    pub(crate) fn sized(&mut self) -> Result<&'a [u8], Damage> {
        let len = self.u16()?;
        self.take(usize::from(len))
    }

    /// Reserved bytes: they are zero, or they mean something that this code does not know.
    pub(crate) fn zeros(&mut self, len: usize) -> Result<(), Damage> {
        if self.take(len)?.iter().all(|byte| *byte == 0) {
            Ok(())
        } else {
            Err(Damage("a reserved byte is not zero"))
        }
    }
}

/// Whether all bytes are zero; eight at a time, because whole segments are asked.
pub(crate) fn all_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().all(|word| u64::from_ne_bytes(*word) == 0) && rest.iter().all(|byte| *byte == 0)
}

/// Numbers appended to a buffer.
pub(crate) trait Put {
    fn put(&mut self, bytes: &[u8]);

    fn put_u8(&mut self, number: u8) {
        self.put(&number.to_le_bytes());
    }
    fn put_u16(&mut self, number: u16) {
        self.put(&number.to_le_bytes());
    }
    fn put_u32(&mut self, number: u32) {
        self.put(&number.to_le_bytes());
    }
    fn put_u64(&mut self, number: u64) {
        self.put(&number.to_le_bytes());
    }
    fn put_i64(&mut self, number: i64) {
        self.put(&number.to_le_bytes());
    }
    fn put_zeros(&mut self, len: usize);
}

impl Put for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn put_zeros(&mut self, len: usize) {
        self.resize(self.len().saturating_add(len), 0);
    }
}
