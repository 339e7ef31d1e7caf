//! What serde may be told of an event: what would change its stored form behind the back of its versions is refused.

use syn::Meta;

use crate::check::stored;
use crate::model::Event;
use crate::support::errors::Errors;

/// An event is an object of its own fields, whose keys are read as they are written.
pub(super) fn attributes(event: &Event, errors: &mut Errors) {
    for meta in &event.serde {
        stores_only_its_fields(meta, errors);
        stored::has_one_key(meta, errors);
    }
    for track in &event.history.tracks {
        let (form, absent) = (track.form.as_ref(), track.may_be_absent_at_last());
        stored::field(&track.ty, &track.serde, form, absent, errors);
    }
}

/// Name and version lie beside the payload, a reader takes what it does not know yet, and what is said of the struct as a whole is not said
/// of its older versions. What serde has for enums only, it refuses itself.
fn stores_only_its_fields(meta: &Meta, errors: &mut Errors) {
    let reasons = [
        ("tag", "name and version are stored beside the payload: remove `tag`"),
        ("deny_unknown_fields", stored::STRICT),
        (
            "default",
            "older versions have defaults field by field: put `#[serde(default)]` on the fields",
        ),
    ];
    let path = meta.path();
    if let Some((_, why)) = reasons.iter().find(|(key, _)| path.is_ident(key)) {
        errors.at(path, why);
    }
    let others = ["transparent", "into", "from", "try_from", "remote"];
    if let Some(key) = others.iter().find(|key| path.is_ident(key)) {
        let message = format!("the fields of an event are what is stored, in every version: remove `{key}`");
        errors.at(path, message);
    }
}
