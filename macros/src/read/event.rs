//! `#[derive(Event)]` on a struct.

mod history;

use syn::{Attribute, DeriveInput, Fields, LitStr, Path};

use self::history::{FieldKey, at, example, field_key, raw, removed, step};
use super::attribute::{Reader, flag, list, path, value};
use super::keys::{EVENT, Place};
use super::{lock, schema};
use crate::model::{At, Event, Example, Fill, History, Raw, Step, Track};
use crate::support::attributes::{docs, serde_metas};
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

/// What one key of an event says.
enum Key {
    Name(LitStr),
    Version(At),
    From(Path),
    FromLock,
    Frozen,
    Removed(Box<(Track, Vec<Attribute>)>),
    Step(Step),
    Raw(Raw),
    Write(At),
    Floor(At),
    Example(Example),
    OldDerives(Vec<Path>),
    Context(LitStr),
    Crate(Path),
}

pub(crate) fn event(input: &DeriveInput, fields: &Fields, errors: &mut Errors) -> Event {
    let keys = Reader::new(&EVENT, Place::Event, errors).attributes(&input.attrs, &mut |key, input| {
        Ok(match key {
            "name" => Key::Name(value(input)?),
            "version" => Key::Version(at(value(input)?, 1)?),
            "from" => Key::From(path(input)?),
            "from_lock" => flag(input).map(|()| Key::FromLock)?,
            "frozen" => flag(input).map(|()| Key::Frozen)?,
            "removed" => Key::Removed(Box::new(removed(input)?)),
            "step" => Key::Step(step(input)?),
            "raw" => Key::Raw(raw(input)?),
            "write" => Key::Write(at(value(input)?, 1)?),
            "floor" => Key::Floor(at(value(input)?, 1)?),
            "example" => Key::Example(example(input)?),
            "old_derives" => Key::OldDerives(list(input, Path::parse_mod_style)?),
            "context" => Key::Context(value(input)?),
            _ => Key::Crate(path(input)?),
        })
    });
    schema::nothing(&input.attrs, Place::Event, errors);
    let mut event = Event {
        ident: input.ident.clone(),
        vis: input.vis.clone(),
        generics: input.generics.clone(),
        fields: fields.clone(),
        name: None,
        version: None,
        frozen: false,
        context: None,
        lock: None,
        history: History::default(),
        serde: serde_metas(&input.attrs),
        runtime: Runtime::default(),
    };
    event.history.tracks = fields.iter().filter_map(|field| track(field, errors)).collect();
    for key in keys {
        match key {
            Key::Name(name) => event.name = Some(name),
            Key::Version(version) => event.version = Some(version),
            Key::From(path) => event.history.from = Some(path),
            Key::FromLock => event.history.from_lock = lock::key(&input.attrs),
            Key::Frozen => event.frozen = true,
            // Its fields are as visible as the event.
            Key::Removed(removed) => {
                let (track, attributes) = *removed;
                event.history.tracks.push(Track {
                    vis: input.vis.clone(),
                    form: schema::form(&attributes, errors),
                    ..track
                });
            }
            Key::Step(step) => event.history.steps.push(step),
            Key::Raw(raw) => event.history.raw = Some(raw),
            Key::Write(version) => event.history.write = Some(version),
            Key::Floor(version) => event.history.floor = Some(version),
            Key::Example(example) => event.history.examples.push(example),
            Key::OldDerives(derives) => event.history.old_derives = derives,
            Key::Context(context) => event.context = Some(context),
            Key::Crate(path) => event.runtime = Runtime(Some(path)),
        }
    }
    event.lock = lock::of_event(event.context.as_ref().map(LitStr::value), &event.name());
    if let Some(key) = event.history.from_lock.clone() {
        lock::versions(&mut event, &key, errors);
    }
    event
}

/// A field of the current version; none in a tuple, whose fields have no names.
fn track(field: &syn::Field, errors: &mut Errors) -> Option<Track> {
    let keys = Reader::new(&EVENT, Place::Field, errors).attributes(&field.attrs, &mut field_key);
    let mut track = Track {
        ident: field.ident.clone()?,
        ty: field.ty.clone(),
        vis: field.vis.clone(),
        docs: docs(&field.attrs),
        serde: serde_metas(&field.attrs),
        form: schema::form(&field.attrs, errors),
        since: None,
        fill: Fill::Unsaid,
        until: None,
        renamed: Vec::new(),
        retyped: Vec::new(),
    };
    for key in keys {
        match key {
            FieldKey::Since(at) => track.since = Some(at),
            FieldKey::Fill(_) if track.fill.is_said() => {
                errors.at(&track.ident, "a new field has one value: keep `default` or `with`");
            }
            FieldKey::Fill(fill) => track.fill = fill,
            FieldKey::Renamed(renamed) => track.renamed.push(renamed),
            FieldKey::Retyped(retyped) => track.retyped.push(*retyped),
        }
    }
    track.renamed.sort_by_key(|renamed| renamed.at.number);
    track.retyped.sort_by_key(|retyped| retyped.at.number);
    Some(track)
}
