//! What leads from one version of an event to the next, as text: the same whatever the source looks like, and whatever Rust calls it.

use syn::Expr;

use super::{Event, Fill, Track};
use crate::support::types::shown;
use crate::support::words::plain;

impl Event {
    /// The changes from the version before to this one.
    pub(crate) fn edge(&self, version: u32) -> Vec<String> {
        if version <= self.lowest() {
            let raw = self.history.raw.as_ref().map(|_| "raw".to_owned());
            let kept = || self.history.from.as_ref().map(|_| "hand-written".to_owned());
            let bottom = if version < self.lowest() {
                None
            } else {
                raw.or_else(kept)
            };
            return bottom.into_iter().collect();
        }
        let tracks = self.history.tracks.iter();
        let mut edge: Vec<String> = tracks.flat_map(|track| self.changes(track, version)).collect();
        edge.extend(self.history.step_to(version).map(|step| match &step.function {
            Some(_) => "step".to_owned(),
            None => "hand-written".to_owned(),
        }));
        // Fields have no order.
        edge.sort();
        edge
    }

    /// Whether the way from this version to the next runs code of the user's.
    pub(crate) fn runs_code_after(&self, version: u32) -> bool {
        let next = version.saturating_add(1);
        let computes = |track: &Track| {
            let is_new = track.since.as_ref().is_some_and(|since| since.number == next);
            is_new && matches!(track.fill, Fill::With(_)) || track.retype_at(next).is_some()
        };
        version < self.version() && (self.history.step_to(next).is_some() || self.history.tracks.iter().any(computes))
    }

    /// The changes of one field at one version, each with the keys it is stored under.
    fn changes(&self, track: &Track, version: u32) -> Vec<String> {
        let before = version.saturating_sub(1);
        let key = |version| {
            let stored = track.key_in(version, self.rename_all());
            stored.unwrap_or_else(|| plain(&track.ident_in(version)))
        };
        let mut changes = Vec::new();
        if track.since.as_ref().is_some_and(|since| since.number == version) {
            let value = match &track.fill {
                Fill::Unsaid => String::new(),
                Fill::Default => " = default".to_owned(),
                // The name of a constant is Rust's own business; the goldens hold its value.
                Fill::Constant(expr) if !is_literal(expr) => " = a constant".to_owned(),
                Fill::Constant(expr) => format!(" = {}", shown(expr)),
                Fill::With(_) => ", computed".to_owned(),
            };
            changes.push(format!("since {}{value}", key(version)));
        }
        if track.renamed.iter().any(|renamed| renamed.at.number == version) {
            changes.push(format!("renamed {} from {}", key(version), key(before)));
        }
        if track.retype_at(version).is_some() {
            changes.push(format!("retyped {}", key(version)));
        }
        if track.until.as_ref().is_some_and(|until| until.number == version) {
            changes.push(format!("removed {}", key(before)));
        }
        changes
    }
}

/// `5`, `"EUR"`, `-5`.
fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) => true,
        Expr::Unary(negative) => is_literal(&negative.expr),
        _ => false,
    }
}
