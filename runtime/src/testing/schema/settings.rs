//! `Settings`: what the schema test may write, and what it compares with; in a test target, the environment says it.

use std::path::PathBuf;

/// How a schema test runs. [`Settings::default`] checks and writes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// What may be written: `RECOUNT_UPDATE`.
    pub update: Update,
    /// The git revision whose lock counts as well: `RECOUNT_BASE`.
    pub base: Option<String>,
    /// The release to stamp into the lock, with [`Update::Seal`]: `RECOUNT_RELEASE`.
    pub release: Option<String>,
    /// With [`Update::Always`]: the entries that may be accepted, `context/name/v2`; others stay as they are in the lock. `RECOUNT_ONLY`, with
    /// commas between them. Default: all.
    pub only: Option<Vec<String>>,
    /// The folder that each test writes what it has found into, as JSON for `cargo recount`: `RECOUNT_REPORT`.
    pub report: Option<PathBuf>,
    /// What random payloads are made from: `RECOUNT_SEED`. The same number makes the same payloads.
    pub seed: u64,
}

/// What a schema test may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// Nothing.
    #[default]
    No,
    /// `events.lock.new` and `*.upcast.new`, beside what they would replace; the test still fails.
    New,
    /// What may be accepted, in place; never a NO on a sealed entry.
    Always,
    /// As [`Always`](Self::Always), then drafts become sealed.
    Seal,
}

impl Update {
    const ALL: [(&'static str, Self); 4] = [
        ("no", Self::No),
        ("new", Self::New),
        ("always", Self::Always),
        ("seal", Self::Seal),
    ];

    /// Whether files change in place.
    pub(super) fn is_in_place(self) -> bool {
        matches!(self, Self::Always | Self::Seal)
    }
}

impl Settings {
    /// What the environment says.
    ///
    /// # Errors
    /// If a variable has a value that means nothing; the text says which are meant.
    pub fn from_env() -> Result<Self, String> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// The same from other variables: a name gives its value, if it is set.
    ///
    /// # Errors
    /// Those of [`from_env`](Self::from_env).
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let on_ci = set("CI").is_some_and(|ci| ci != "false");
        let update = match set("RECOUNT_UPDATE") {
            None if on_ci => Update::No,
            None => Update::New,
            Some(value) => {
                let known = Update::ALL.iter().find(|(word, _)| *word == value);
                let (_, update) = known.ok_or_else(|| {
                    format!("`RECOUNT_UPDATE={value}` means nothing: it is `no`, `new`, `always` or `seal`")
                })?;
                *update
            }
        };
        let release = set("RECOUNT_RELEASE");
        if let Some(release) = &release
            && update != Update::Seal
        {
            return Err(format!(
                "`RECOUNT_RELEASE={release}` goes with `RECOUNT_UPDATE=seal`: a release is stamped where its events are sealed"
            ));
        }
        let only = set("RECOUNT_ONLY");
        if let Some(only) = &only
            && update != Update::Always
        {
            return Err(format!(
                "`RECOUNT_ONLY={only}` goes with `RECOUNT_UPDATE=always`: it says what is accepted"
            ));
        }
        let seed = match set("RECOUNT_SEED") {
            None => 0,
            Some(value) => value
                .parse()
                .map_err(|_| format!("`RECOUNT_SEED={value}` is no whole number"))?,
        };
        Ok(Self {
            update,
            base: set("RECOUNT_BASE"),
            release,
            only: only.map(|only| only.split(',').map(str::to_owned).collect()),
            report: set("RECOUNT_REPORT").map(PathBuf::from),
            seed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Settings, Update};

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn update(variables: &[(&str, &str)]) -> Update {
        read(variables).expect("settings").update
    }

    #[test]
    fn nothing_is_written_on_ci_unless_said() {
        assert_eq!(update(&[]), Update::New);
        assert_eq!(update(&[("CI", "1")]), Update::No);
        assert_eq!(update(&[("CI", "true")]), Update::No);
        assert_eq!(update(&[("CI", "false")]), Update::New);
        assert_eq!(update(&[("CI", "")]), Update::New);
        assert_eq!(update(&[("CI", "1"), ("RECOUNT_UPDATE", "seal")]), Update::Seal);
        assert_eq!(update(&[("RECOUNT_UPDATE", "")]), Update::New);
        assert_eq!(update(&[("RECOUNT_UPDATE", "no")]), Update::No);
        assert_eq!(update(&[("RECOUNT_UPDATE", "always")]), Update::Always);
    }

    #[test]
    fn what_means_nothing_is_said() {
        let said = |variables: &[(&str, &str)]| read(variables).expect_err("no settings");
        assert_eq!(
            said(&[("RECOUNT_UPDATE", "allways")]),
            "`RECOUNT_UPDATE=allways` means nothing: it is `no`, `new`, `always` or `seal`"
        );
        assert_eq!(
            said(&[("RECOUNT_RELEASE", "2.4.0")]),
            "`RECOUNT_RELEASE=2.4.0` goes with `RECOUNT_UPDATE=seal`: a release is stamped where its events are sealed"
        );
        assert_eq!(
            said(&[("RECOUNT_ONLY", "bank/account.opened/v1")]),
            "`RECOUNT_ONLY=bank/account.opened/v1` goes with `RECOUNT_UPDATE=always`: it says what is accepted"
        );
        assert_eq!(
            said(&[("RECOUNT_SEED", "one")]),
            "`RECOUNT_SEED=one` is no whole number"
        );
    }
}
