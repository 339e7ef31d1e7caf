//! The names of the files of consumers: made of a consumer's name, and never that name itself.

use crate::store::checkpoint::ConsumerName;
use crate::store::file::format::sum;

/// How much of a consumer's name can be seen.
const SEEN: usize = 40;

/// What the names of all files of a consumer begin with: what can be read of its name, for people, and the hash of all of it.
pub(super) fn stem(consumer: &ConsumerName) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || letter == '_' || letter == '-' {
            letter
        } else {
            '_'
        }
    };
    let seen: String = consumer.as_str().chars().take(SEEN).map(plain).collect();
    let hash = u128::from_le_bytes(sum(&[consumer.as_str().as_bytes()]));
    format!("{seen}-{hash:032x}")
}

/// The file of all consumers' fences; it has no point in it, as every other has.
pub(super) const FENCES: &str = "fences";

/// What a name in the folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Checkpoint,
    Letters(u64),
    Waivers,
    Live,
    Removal,
}

impl Named {
    /// The file of this consumer.
    pub(super) fn of(self, consumer: &ConsumerName) -> String {
        self.behind(&stem(consumer))
    }

    fn behind(self, stem: &str) -> String {
        match self {
            Self::Checkpoint => format!("{stem}.checkpoint"),
            Self::Letters(number) => format!("{stem}.letters-{number}"),
            Self::Waivers => format!("{stem}.waivers"),
            Self::Live => format!("{stem}.live"),
            Self::Removal => format!("{stem}.removal"),
        }
    }
}

/// The stem of a name, and what it stands for; `None` for what is not ours or not finished.
pub(super) fn named(name: &str) -> Option<(&str, Named)> {
    let (stem, end) = name.split_once('.')?;
    let named = match end {
        "checkpoint" => Named::Checkpoint,
        "waivers" => Named::Waivers,
        "live" => Named::Live,
        "removal" => Named::Removal,
        _ => Named::Letters(end.strip_prefix("letters-")?.parse().ok()?),
    };
    (named.behind(stem) == name).then_some((stem, named))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checkpoints lie under these names for years.
    #[test]
    fn names_stay() {
        let name = |name: &str| stem(&ConsumerName::new(name).expect("a name"));
        assert_eq!(name("balances"), "balances-ea7eec31453013d1c940e1a97cf98c8a");
        assert_ne!(name("balances@2"), name("balances_2"));
        for hostile in ["../../etc/passwd", "a/b", "é", "a.checkpoint", &"x".repeat(512)] {
            let stem = name(hostile);
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            assert!(stem.chars().all(is_plain) && stem.len() <= SEEN + 33, "{stem}");
            for kind in [
                Named::Checkpoint,
                Named::Letters(7),
                Named::Waivers,
                Named::Live,
                Named::Removal,
            ] {
                assert_eq!(named(&kind.behind(&stem)), Some((&*stem, kind)));
            }
        }
        for foreign in [
            "",
            "notes.txt",
            "a",
            "a.letters-",
            "a.letters-07",
            "a.checkpoint.new",
            ".checkpoint.x",
        ] {
            assert_eq!(named(foreign), None, "{foreign}");
        }
    }
}
