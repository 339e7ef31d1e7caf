//! What only `events.lock` knows: the check of a version in the compiler, and what the structs from the lock read by.

use serde::{Deserialize, Deserializer};

use crate::constant::{Text, same};
use crate::schema::{Shape, fingerprint};

/// What is checked, as `RECOUNT_LOCK` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Nothing.
    Off,
    /// That sealed shapes are what they were.
    On,
    /// That, and that nothing is a draft.
    Sealed,
}

/// What the lock has of a version.
#[derive(Clone, Copy, Debug)]
pub enum Locked {
    /// A shape with this fingerprint.
    Sealed(u128),
    /// A shape that may still change.
    Draft,
    /// An entry without a shape.
    Free,
    /// Nothing.
    Missing,
}

/// The mode: as the variable says, else on where debug assertions are off.
///
/// # Panics
/// If the variable says something else; in a constant that is a compile error.
#[must_use]
#[track_caller]
pub const fn lock_mode(variable: Option<&str>, debug: bool) -> LockMode {
    let Some(variable) = variable else {
        return if debug { LockMode::Off } else { LockMode::On };
    };
    if same(variable, "off") {
        LockMode::Off
    } else if same(variable, "on") {
        LockMode::On
    } else if same(variable, "sealed") {
        LockMode::Sealed
    } else {
        let text = Text::new()
            .push("RECOUNT_LOCK is `on`, `off` or `sealed`, not `")
            .push(variable)
            .push("`");
        panic!("{}", text.as_str());
    }
}

/// Fails where a version of an event is not what the lock has of it.
///
/// # Panics
/// So it fails, in a constant, with what to do.
#[track_caller]
pub const fn assert_locked(mode: LockMode, name: &str, versions: &[(u32, &Shape, Locked)]) {
    if matches!(mode, LockMode::Off) {
        return;
    }
    let mut at = 0;
    while at < versions.len() {
        let (version, shape, locked) = versions[at];
        let event = Text::new().push("`").push(name).push("` v").number(version as u64);
        match locked {
            Locked::Sealed(hash) if hash != fingerprint(shape).0 => {
                let text = Text::new().push("the payload of ").push(event.as_str()).push(" changed, but v").number(version as u64)
                    .push(" is sealed in events.lock: `RECOUNT_LOCK=off cargo test --test event_schema` says what changed and how to cure it");
                panic!("{}", text.as_str());
            }
            Locked::Missing => {
                let text = event.push(" is not in events.lock: add its set to `recount::schema_test!`, then run `RECOUNT_UPDATE=always cargo test --test event_schema`");
                panic!("{}", text.as_str());
            }
            Locked::Draft if matches!(mode, LockMode::Sealed) => {
                let text = event.push(
                    " is a draft and a release writes sealed versions only: run `RECOUNT_UPDATE=seal cargo test --test event_schema`",
                );
                panic!("{}", text.as_str());
            }
            _ => {}
        }
        at += 1;
    }
}

/// Fails where the lock cannot be read.
///
/// # Panics
/// So it fails, in a constant, with what to do.
#[track_caller]
pub const fn assert_lock_is_readable(mode: LockMode, problem: &str) {
    if !matches!(mode, LockMode::Off) {
        let text = Text::new().push(problem);
        panic!("{}", text.as_str());
    }
}

/// Reads a key that may be absent and that no `null` stands under.
///
/// # Errors
/// Those of the value.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::{LockMode, Locked, assert_locked, lock_mode};
    use crate::schema::{Shape, fingerprint};

    #[test]
    fn the_variable_decides_else_the_build() {
        assert_eq!(lock_mode(None, true), LockMode::Off);
        assert_eq!(lock_mode(None, false), LockMode::On);
        assert_eq!(lock_mode(Some("off"), false), LockMode::Off);
        assert_eq!(lock_mode(Some("on"), true), LockMode::On);
        assert_eq!(lock_mode(Some("sealed"), true), LockMode::Sealed);
        let said = std::panic::catch_unwind(|| lock_mode(Some("yes"), true)).expect_err("it is none of the three");
        let said = said.downcast_ref::<String>().map_or("", String::as_str);
        assert_eq!(said, "RECOUNT_LOCK is `on`, `off` or `sealed`, not `yes`");
    }

    #[test]
    fn each_mode_checks_what_it_says() {
        let sealed = Locked::Sealed(fingerprint(&Shape::Str).0);
        let fails = |mode, locked, shape: &'static Shape| {
            std::panic::catch_unwind(|| assert_locked(mode, "account.opened", &[(1, shape, locked)])).is_err()
        };
        for mode in [LockMode::Off, LockMode::On, LockMode::Sealed] {
            assert!(!fails(mode, sealed, &Shape::Str));
            assert!(!fails(mode, Locked::Free, &Shape::Bool));
            assert_eq!(fails(mode, sealed, &Shape::Bool), mode != LockMode::Off);
            assert_eq!(fails(mode, Locked::Missing, &Shape::Str), mode != LockMode::Off);
            assert_eq!(fails(mode, Locked::Draft, &Shape::Str), mode == LockMode::Sealed);
        }
    }
}
