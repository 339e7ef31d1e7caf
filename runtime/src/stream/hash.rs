//! The hash of a stream's name, made once, and the tables that use it.

use std::any::TypeId;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::LazyLock;

use crate::stream::StreamId;

/// A table by streams, or by what begins with a stream.
pub(crate) type StreamMap<V, K = StreamId> = HashMap<K, V, BuildHasherDefault<FromStream>>;

/// A table by types, whose ids are hashes too.
pub(crate) type TypeMap<V> = HashMap<TypeId, V, BuildHasherDefault<FromStream>>;

/// The hash of a name. Names come from outside, so the key is drawn anew in each process: nobody can look for names that fall together.
pub(super) fn hash(text: &str) -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEY.hash_one(text)
}

/// Goes on from the hash that a stream carries. What follows it in a key is mixed in by a multiplication whose halves are folded together,
/// which is as good as unknown to whoever does not know the hash of the stream.
#[derive(Default)]
pub(crate) struct FromStream(u64);

impl Hasher for FromStream {
    fn write_u64(&mut self, word: u64) {
        // 2^64 divided by the golden ratio: odd, and without a pattern in its bits.
        let product = u128::from(self.0 ^ word) * 0x9e37_79b9_7f4a_7c15;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if rest.is_empty() {
            return;
        }
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        self.write_u64(u64::from_le_bytes(last) ^ ((rest.len() as u64) << 56));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Equal names have equal hashes, however they were made; others do not fall together, nor do keys that differ behind the stream.
    #[test]
    fn equal_is_equal_and_other_is_other() {
        let hash = |value: &dyn Fn(&mut FromStream)| {
            let mut hasher = FromStream::default();
            value(&mut hasher);
            hasher.finish()
        };
        let mut hashes = HashSet::new();
        for number in 0..10_000_u64 {
            let stream = StreamId::new("case", &number.to_string()).expect("a plain name");
            let again: StreamId = stream.as_str().parse().expect("a plain name");
            let of = |stream: &StreamId| hash(&|hasher| std::hash::Hash::hash(stream, hasher));
            assert_eq!(of(&stream), of(&again));
            assert!(hashes.insert(of(&stream)), "{stream}");
        }
        let behind = |text: &str| hash(&|hasher| std::hash::Hash::hash(&(7_u64, text), hasher));
        for text in ["", "a", "b", "ab", "\0", "\0\0", "12345678", "123456781", "12345678\0"] {
            assert!(hashes.insert(behind(text)), "{text:?}");
        }
    }
}
