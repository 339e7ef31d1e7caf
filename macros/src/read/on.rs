//! `#[on]` and `#[query]` methods.

use syn::{Attribute, Expr, FnArg, ImplItemFn, Pat, Path, ReceiverKind, ReturnType, Signature, Type, TypeReference};

use super::attribute::{Reader, flag, value};
use super::keys::{ON, Place, QUERY};
use crate::model::{Does, On, Query, QueryField};
use crate::support::attributes::last_word;
use crate::support::errors::Errors;

/// What one key says.
enum Key {
    Start,
    Key(Box<Expr>),
}

pub(crate) fn on(method: &ImplItemFn, attribute: &Attribute, errors: &mut Errors) -> On {
    let (mut key, mut start) = (None, None);
    let keys = Reader::new(&ON, Place::On, errors).attributes(std::slice::from_ref(attribute), &mut |key, input| {
        Ok(match key {
            "start" => flag(input).map(|()| Key::Start)?,
            _ => Key::Key(value(input)?),
        })
    });
    for said in keys {
        match said {
            Key::Start => start = start_of(attribute),
            Key::Key(expr) => key = Some(*expr),
        }
    }
    let signature = &method.sig;
    let mut typed = signature.inputs.iter().filter_map(|parameter| match parameter {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    let mut does = receiver(signature);
    let mut first = typed.next();
    if does == Does::Reacts && first.is_some_and(|first| is_mutable(&first.ty)) {
        (does, first) = (Does::Writes, typed.next());
    }
    // An event that is not borrowed is a mistake, and still says which event is meant.
    let input = match first.map(|event| &*event.ty) {
        Some(Type::Reference(TypeReference {
            elem, mutability: None, ..
        })) => Some((**elem).clone()),
        other => {
            does = Does::Unclear;
            other.cloned()
        }
    };
    let mut more: Vec<_> = typed.cloned().collect();
    let takes_meta = more.first().is_some_and(|meta| is_meta(&meta.ty));
    if takes_meta {
        more.remove(0);
    }
    let output = match &signature.output {
        ReturnType::Default => None,
        ReturnType::Type(_, output) => Some((**output).clone()),
    };
    On {
        signature: signature.clone(),
        attributes: method.attrs.clone(),
        does,
        input,
        takes_meta,
        more,
        key,
        start,
        output,
    }
}

/// The word `start`, for a message about it.
fn start_of(attribute: &Attribute) -> Option<Path> {
    let mut start = None;
    let _ = attribute.parse_nested_meta(|meta| {
        if meta.path.is_ident("start") {
            start = Some(meta.path.clone());
        }
        super::attribute::skip_value(meta.input);
        Ok(())
    });
    start
}

fn receiver(signature: &Signature) -> Does {
    match signature.receiver().map(|receiver| &receiver.kind) {
        Some(ReceiverKind::Reference(_, _, Some(_))) => Does::Changes,
        Some(ReceiverKind::Reference(_, _, None)) => Does::Reacts,
        _ => Does::Unclear,
    }
}

fn is_mutable(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Reference(TypeReference {
            mutability: Some(_),
            ..
        })
    )
}

/// `&Meta`, under any path.
fn is_meta(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else { return false };
    reference.mutability.is_none() && matches!(&*reference.elem, Type::Path(path) if last_word(&path.path) == "Meta")
}

pub(crate) fn query(method: &ImplItemFn, attribute: &Attribute, errors: &mut Errors) -> Query {
    Reader::new(&QUERY, Place::Query, errors).attributes(std::slice::from_ref(attribute), &mut |_, _| Ok(()));
    let typed = method.sig.inputs.iter().filter_map(|parameter| match parameter {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    let fields = typed.map(|parameter| QueryField {
        ident: match &*parameter.pat {
            Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => Some(pattern.ident.clone()),
            _ => None,
        },
        original: parameter.clone(),
    });
    let fields = fields.collect();
    let output = match &method.sig.output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, output) => (**output).clone(),
    };
    Query {
        vis: method.vis.clone(),
        signature: method.sig.clone(),
        attributes: method.attrs.clone(),
        fields,
        output,
    }
}
