//! What can be said of two nodes without taking them apart.

use super::entries::Form;
use crate::schema::around::{Place, Spot};
use crate::schema::lock::{Choice, Key, Outline, Tagging};

/// Whether no JSON is of both.
pub(super) fn is_other_kind(a: &Outline, b: &Outline) -> bool {
    let kind = |node: &Outline| match node {
        Outline::Bool => Some(0),
        Outline::Text => Some(1),
        Outline::Null => Some(2),
        Outline::Int { .. } => Some(3),
        // What is written of a float is no whole number.
        Outline::Float(_) => Some(4),
        Outline::List(_) | Outline::Set(_) | Outline::Tuple(_) => Some(5),
        Outline::Map(..) | Outline::Object { .. } => Some(6),
        Outline::Enum {
            tag: Tagging::Internal(_) | Tagging::Adjacent { .. },
            ..
        } => Some(6),
        _ => None,
    };
    matches!((kind(a), kind(b)), (Some(a), Some(b)) if a != b)
}

/// Whether nothing in it refers to what is around it.
pub(super) fn is_closed(node: &Outline, depth: u32) -> bool {
    match node {
        Outline::Up(count) => *count <= depth,
        Outline::Object { .. } | Outline::Enum { .. } => {
            node.inner().into_iter().all(|inner| is_closed(inner, depth + 1))
        }
        _ => node.inner().into_iter().all(|inner| is_closed(inner, depth)),
    }
}

/// Whether two objects flatten the same, and no key of one side alone means anything to what is flattened: then each part reads what it did.
pub(super) fn is_beside_the_same(from: &Outline, to: &Outline) -> bool {
    let (Outline::Object { keys: a, parts }, Outline::Object { keys: b, parts: others }) = (from, to) else {
        return false;
    };
    fn names(keys: &[Key]) -> impl Iterator<Item = &String> {
        keys.iter().flat_map(|key| [&key.name].into_iter().chain(&key.aliases))
    }
    let is_free = |name: &String| a.iter().any(|key| key.is(name)) || !parts.iter().any(|part| may_hold(part, name));
    !parts.is_empty()
        && parts == others
        && parts.iter().all(|part| is_closed(part, 0))
        && names(a).all(|name| b.iter().any(|key| key.is(name)) || parts.iter().all(|part| passes_over(part, name)))
        && names(b).all(is_free)
}

/// Whether what is flattened reads the same with such a key beside it.
fn passes_over(part: &Outline, name: &str) -> bool {
    match part {
        Outline::Option(inner) => passes_over(inner, name),
        Outline::Enum {
            tag: Tagging::External,
            choices,
            ..
        } => !choices.iter().any(|choice| choice.is(name)),
        part => is_foreign(part, name),
    }
}

/// The same of what stands alone between its braces.
fn is_foreign(node: &Outline, name: &str) -> bool {
    match node {
        Outline::Object { keys, parts } => {
            !keys.iter().any(|key| key.is(name)) && parts.iter().all(|part| passes_over(part, name))
        }
        Outline::Enum {
            tag: Tagging::Internal(tag),
            choices,
            ..
        } => {
            let values = || choices.iter().filter_map(|choice| choice.value.as_ref());
            tag != name && values().all(|value| is_foreign(value, name))
        }
        Outline::Enum {
            tag: Tagging::Adjacent { tag, content },
            ..
        } => tag != name && content != name,
        _ => false,
    }
}

/// Whether such a key may be of something that is flattened.
pub(super) fn may_hold(part: &Outline, name: &str) -> bool {
    match part {
        Outline::Option(inner) => may_hold(inner, name),
        Outline::Map(key, _) => Spot::of(Place::root(key)).reads_key(name).is_some(),
        Outline::Object { keys, parts } => {
            keys.iter().any(|key| key.is(name)) || parts.iter().any(|part| may_hold(part, name))
        }
        Outline::Enum { tag, choices, .. } => match tag {
            Tagging::External => choices.iter().any(|choice| choice.is(name)),
            Tagging::Adjacent { tag, content } => tag == name || content == name,
            Tagging::Internal(tag) if tag == name => true,
            _ => choices
                .iter()
                .filter_map(|choice| choice.value.as_ref())
                .any(|value| may_hold(value, name)),
        },
        Outline::Any | Outline::Scalar(_) | Outline::Up(_) => true,
        _ => false,
    }
}

/// Whether a key that the reader needs stands in no object of this form.
pub(super) fn lacks_a_key(form: &Form<'_>, to: &Spot<'_>) -> bool {
    let (Form::Object(entries), Outline::Object { keys, .. }) = (form, to.node) else {
        return false;
    };
    let may_have = |name: &String| entries.may_hold(name) || entries.base.iter().any(|(base, _)| base == name);
    keys.iter().any(|key| {
        let mut names = [&key.name].into_iter().chain(&key.aliases);
        !key.absent && entries.hits(|name| key.is(name)).is_empty() && !names.any(may_have)
    })
}

/// Whether a variant that is not listed may be passed over by one variant of an untagged enum, and is kept by one that stands before it.
pub(super) fn may_be_taken_by_another(node: &Outline) -> bool {
    fn is_open(node: &Outline) -> bool {
        matches!(node, Outline::Enum { open: true, .. }) || node.inner().into_iter().any(is_open)
    }
    let Outline::Enum {
        tag: Tagging::Untagged,
        choices,
        ..
    } = node
    else {
        return false;
    };
    let value = |choice: &Choice| choice.value.clone().unwrap_or(Outline::Null);
    choices.iter().enumerate().any(|(at, choice)| {
        let own = value(choice);
        is_open(&own)
            && choices
                .iter()
                .take(at)
                .any(|before| !is_other_kind(&value(before), &own))
    })
}
