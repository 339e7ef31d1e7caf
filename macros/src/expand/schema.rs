//! `impl Schema` of a type that is part of an event.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Generics, Type, TypePath};

use super::shape::Shapes;
use crate::model::stored::{self, RenameAll};
use crate::model::{Body, Form, Part, Parts, Schema, Variant};
use crate::support::attributes::last_word;
use crate::support::spans::{generated, respanned};
use crate::support::words::plain;

pub(crate) fn schema(schema: &Schema) -> TokenStream {
    let mut shapes = Shapes::new(&schema.ident, &schema.runtime);
    let shape = shape(schema, &mut shapes);
    let (ident, generics) = (respanned(&schema.ident), bounded(schema));
    let (parameters, arguments, conditions) = generics.split_for_impl();
    let here = generated(schema.ident.span());
    let krate = schema.runtime.at(here);
    shapes.beside(quote_spanned! {here=>
        #[automatically_derived]
        impl #parameters #krate::Schema for #ident #arguments #conditions {
            const SHAPE: &'static #krate::schema::Shape = #shape;
        }
    })
}

/// `&'static Shape` of the type.
fn shape(schema: &Schema, shapes: &mut Shapes<'_>) -> TokenStream {
    if let Some(form) = &schema.form {
        let said = shapes.said(form, generated(schema.ident.span()));
        return quote!(&#said);
    }
    let rust = plain(&schema.ident);
    match &schema.body {
        Body::Struct(parts) if stored::has(&schema.serde, &["transparent"]) => {
            let mut held = parts
                .fields()
                .iter()
                .filter(|part| part.is_stored() && !is_phantom(&part.ty));
            match held.next() {
                Some(part) => part_shape(part, shapes),
                None => unit(schema),
            }
        }
        Body::Struct(parts) => {
            let has_defaults = stored::has(&schema.serde, &["default"]);
            parts_shape(schema, parts, &rust, schema.rename_all(), has_defaults, shapes)
        }
        Body::Enum(variants) => enum_shape(schema, variants, &rust, shapes),
    }
}

fn unit(schema: &Schema) -> TokenStream {
    let here = generated(schema.ident.span());
    let krate = schema.runtime.at(here);
    quote_spanned!(here=> &#krate::schema::Shape::Unit)
}

/// What is stored of a struct, or in a variant.
fn parts_shape(
    schema: &Schema,
    parts: &Parts,
    rust: &str,
    all: RenameAll,
    has_defaults: bool,
    shapes: &mut Shapes<'_>,
) -> TokenStream {
    let here = generated(schema.ident.span());
    let krate = schema.runtime.at(here);
    let is_stored = |part: &&Part| part.is_stored();
    match parts {
        Parts::Unit => unit(schema),
        Parts::Tuple(parts) => match parts.as_slice() {
            [only] => part_shape(only, shapes),
            all => {
                let values = all.iter().filter(is_stored);
                let values = values.map(|part| part_shape(part, shapes));
                let values: Vec<_> = values.collect();
                quote_spanned!(here=> &#krate::schema::Shape::Tuple(&[#(#values),*]))
            }
        },
        Parts::Named(parts) => {
            let fields = parts.iter().filter(is_stored);
            let fields: Vec<_> = fields.map(|part| field(part, all, has_defaults, shapes)).collect();
            quote_spanned!(here=> &#krate::schema::Shape::Object { rust: #rust, fields: &[#(#fields),*] })
        }
    }
}

fn part_shape(part: &Part, shapes: &mut Shapes<'_>) -> TokenStream {
    shapes.value(&part.ty, part.form.as_ref(), &part.serde)
}

fn field(part: &Part, all: RenameAll, has_defaults: bool, shapes: &mut Shapes<'_>) -> TokenStream {
    let shape = part_shape(part, shapes);
    let key = part.ident.as_ref().map(|ident| all.apply(ident)).unwrap_or_default();
    let key = stored::text_of(&part.serde, "rename").unwrap_or(key);
    let key = (!stored::has(&part.serde, &["flatten"])).then_some(key);
    let default: syn::Meta = syn::parse_quote!(default);
    let is_said = stored::has(&part.serde, &["default"]);
    let default = (has_defaults && !is_said).then_some(&default);
    let at = part.ident.as_ref().map_or_else(|| part.ty.span(), Spanned::span);
    shapes.field(key.as_deref(), &shape, part.serde.iter().chain(default), at)
}

fn enum_shape(schema: &Schema, variants: &[Variant], rust: &str, shapes: &mut Shapes<'_>) -> TokenStream {
    let here = generated(schema.ident.span());
    let krate = schema.runtime.at(here);
    let text = |key: &str| stored::text_of(&schema.serde, key);
    let tag = match (text("tag"), text("content")) {
        _ if stored::has(&schema.serde, &["untagged"]) => quote!(Untagged),
        (Some(tag), Some(content)) => quote!(Adjacent { tag: #tag, content: #content }),
        (Some(tag), None) => quote!(Internal(#tag)),
        (None, _) => quote!(External),
    };
    let open = variants.iter().any(Variant::is_other);
    let variants = variants.iter().filter(|variant| variant.is_stored());
    let variants: Vec<_> = variants.map(|variant| variant_shape(schema, variant, shapes)).collect();
    quote_spanned! {here=>
        &#krate::schema::Shape::Enum {
            rust: #rust,
            tag: #krate::schema::Tag::#tag,
            open: #open,
            variants: &[#(#variants),*],
        }
    }
}

fn variant_shape(schema: &Schema, variant: &Variant, shapes: &mut Shapes<'_>) -> TokenStream {
    let here = generated(variant.ident.span());
    let krate = schema.runtime.at(here);
    let key = stored::text_of(&variant.serde, "rename");
    let key = key.unwrap_or_else(|| schema.rename_all().apply_to_variant(&variant.ident));
    let aliases = variant.serde.iter().filter_map(stored::alias);
    let rust = format!("{}::{}", plain(&schema.ident), plain(&variant.ident));
    // To serde a variant whose only value is skipped is one without data.
    let is_unit = match &variant.parts {
        Parts::Unit => true,
        Parts::Tuple(parts) => matches!(parts.as_slice(), [only] if !only.is_stored()),
        Parts::Named(_) => false,
    };
    let shape = if is_unit {
        quote_spanned!(here=> ::core::option::Option::None)
    } else {
        let rename = schema.rename_fields_of(variant);
        let held = parts_shape(schema, &variant.parts, &rust, rename, false, shapes);
        quote_spanned!(here=> ::core::option::Option::Some(#held))
    };
    quote_spanned!(here=> #krate::schema::Variant { key: #key, aliases: &[#(#aliases),*], shape: #shape })
}

fn is_phantom(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if last_word(&path.path) == "PhantomData")
}

/// The parameters, each with a bound where a shape is asked of it: `T`, and `T::Item` where only that is stored.
fn bounded(schema: &Schema) -> Generics {
    let mut generics = schema.generics.clone();
    if schema.form.is_some() {
        return generics;
    }
    let mut asked = Asked {
        parameters: generics
            .type_params()
            .map(|parameter| parameter.ident.to_string())
            .collect(),
        types: BTreeMap::new(),
    };
    let has_own_shape = |part: &&Part| matches!(part.form, None | Some(Form::ByName(_)));
    for part in schema.stored_parts().filter(has_own_shape) {
        asked.visit_type_mut(&mut part.ty.clone());
    }
    if asked.types.is_empty() {
        return generics;
    }
    let krate = schema.runtime.at(generated(schema.ident.span()));
    let conditions = generics.make_where_clause();
    for ty in asked.types.into_values() {
        conditions.predicates.push(syn::parse_quote!(#ty: #krate::Schema));
    }
    generics
}

/// The parameters in types, by their text.
struct Asked {
    parameters: Vec<String>,
    types: BTreeMap<String, TypePath>,
}

impl VisitMut for Asked {
    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        if last_word(&path.path) == "PhantomData" {
            return;
        }
        let first = match &path.qself {
            Some(of) => of.ty.to_token_stream().to_string(),
            None => path
                .path
                .segments
                .first()
                .map(|first| first.ident.to_string())
                .unwrap_or_default(),
        };
        if self.parameters.contains(&first) {
            self.types.insert(quote!(#path).to_string(), path.clone());
        } else {
            visit_mut::visit_type_path_mut(self, path);
        }
    }
}
