//! The structs and the enum that `#[recount::events]` writes.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Field, Fields, Variant};

use crate::model::{Events, EventsVariant};
use crate::support::attributes::{cfgs, docs_or, last_word};
use crate::support::spans::{generated, respanned};
use crate::support::words;

/// The structs, and the enum of them.
pub(crate) fn events(events: &Events) -> TokenStream {
    let here = generated(events.item.ident.span());
    let krate = events.runtime.at(here);
    let item = quote_spanned! {here=> #[derive(#krate::Event)] };
    with(events, &item)
}

/// The same, with what stands on the enum given: after a mistake that is not our derive.
pub(super) fn with(events: &Events, on_item: &TokenStream) -> TokenStream {
    let is_derived = !on_item.is_empty();
    let structs = events.variants.iter().map(|variant| event(events, variant));
    let handed_on: Vec<TokenStream> = events.runtime.handed_on().into_iter().chain(context(events)).collect();
    let handed_on = (is_derived && !handed_on.is_empty()).then(|| quote!(#[event(#(#handed_on),*)]));
    let mut item = events.item.clone();
    // Where nothing of ours is derived, nothing knows the attribute.
    let is_kept = |attribute: &Attribute| is_derived || !attribute.path().is_ident("event");
    item.attrs.retain(is_kept);
    for (variant, written) in item.variants.iter_mut().zip(&events.variants) {
        variant.attrs.retain(is_kept);
        if is_inline(&variant.fields) {
            let ident = &variant.ident;
            let docs = docs_or(&variant.attrs, &format!("See the event `{ident}`."));
            variant.attrs.retain(stays_on_variant);
            variant.attrs.splice(0..0, docs);
            variant.fields = Fields::Unnamed(syn::parse_quote!((#ident)));
            if written.is_frozen && is_derived {
                variant.attrs.push(syn::parse_quote!(#[event(frozen)]));
            }
        }
    }
    quote!(#(#structs)* #on_item #handed_on #item)
}

fn context(events: &Events) -> Option<TokenStream> {
    events.context.as_ref().map(|context| quote!(context = #context))
}

/// Fields without names are a struct of the user's own.
fn is_inline(fields: &Fields) -> bool {
    !matches!(fields, Fields::Unnamed(_))
}

/// What concerns the event moves to its struct; conditions and levels of lints stand on both.
fn stays_on_variant(attribute: &Attribute) -> bool {
    ["cfg", "allow", "expect", "warn", "deny", "forbid", "deprecated"]
        .iter()
        .any(|name| attribute.path().is_ident(name))
}

fn is_no_doc(attribute: &&Attribute) -> bool {
    !attribute.path().is_ident("doc")
}

/// The struct of one inline variant.
fn event(events: &Events, variant: &EventsVariant) -> TokenStream {
    let original = &variant.original;
    if !is_inline(&original.fields) {
        return TokenStream::new();
    }
    let ident = &original.ident;
    let here = generated(ident.span());
    let krate = events.runtime.at(here);
    let name = (!variant.is_named)
        .then(|| name(events, ident))
        .map(|name| quote!(name = #name));
    let context = context(events).filter(|_| !variant.has_context);
    let keys = name.into_iter().chain(context).chain(events.runtime.handed_on());
    let keys: Vec<TokenStream> = keys.collect();
    let keys = (!keys.is_empty()).then(|| quote_spanned!(here=> #[event(#(#keys),*)]));
    let written = |name: &str| events.derives.iter().any(|path| last_word(path) == name);
    let derives = events
        .derives
        .iter()
        .filter(|path| last_word(path) != "Event")
        .map(ToTokens::to_token_stream);
    let ours = ["Serialize", "Deserialize"]
        .into_iter()
        .filter(|name| !written(name) && (*name != "Serialize" || !variant.is_frozen))
        .map(|name| {
            let name = Ident::new(name, here);
            quote_spanned!(here=> #krate::__private::serde::#name)
        });
    let derives = derives.chain(ours).chain([quote_spanned!(here=> #krate::Event)]);
    let (serde, vis) = (events.runtime.serde(), &events.item.vis);
    let docs = docs_or(&original.attrs, &format!("An event of `{}`.", events.item.ident));
    // After the derives, because a helper attribute may not stand before what introduces it.
    let attributes = original.attrs.iter().filter(is_no_doc);
    let conditions = cfgs(&events.item.attrs);
    let body = match &original.fields {
        Fields::Named(fields) => {
            let fields = fields.named.iter().map(|field| field_of(events, ident, field));
            quote!({ #(#fields),* })
        }
        _ => quote!(;),
    };
    let exact = exact(events, variant);
    quote_spanned! {here=>
        #exact
        #(#conditions)*
        #(#docs)*
        #[derive(#(#derives),*)]
        #[serde(crate = #serde)]
        #keys
        #(#attributes)*
        #vis struct #ident #body
    }
}

/// That the event is read back as it was written, if its fields are. Here alone is known who derives what serde does with it, unless the user
/// names a derive that may be another of that name; whatever serde is told besides is looked at by nobody, and proves nothing.
fn exact(events: &Events, variant: &EventsVariant) -> Option<TokenStream> {
    let Variant {
        attrs, ident, fields, ..
    } = &variant.original;
    let all = fields.iter().flat_map(|field| &field.attrs).chain(attrs);
    let is_serdes = |path: &syn::Path| matches!(&*last_word(path), "Serialize" | "Deserialize");
    if events.derives.iter().any(is_serdes) || !all.into_iter().all(is_no_matter_to_serde) {
        return None;
    }
    let here = generated(ident.span());
    let krate = events.runtime.at(here);
    let conditions = cfgs(&events.item.attrs);
    let fields = fields.iter().map(|field| respanned(&field.ty));
    Some(quote_spanned! {here=>
        #(#conditions)*
        #[automatically_derived]
        impl #krate::__private::ExactEvent for #ident {
            const IS_EXACT: bool = {
                use #krate::__private::Unproven as _;
                true #(&& #krate::__private::Proof::<#fields>::IS_EXACT)*
            };
        }
    })
}

fn is_no_matter_to_serde(attribute: &Attribute) -> bool {
    [
        "doc",
        "event",
        "allow",
        "expect",
        "warn",
        "deny",
        "forbid",
        "deprecated",
    ]
    .iter()
    .any(|name| attribute.path().is_ident(name))
}

/// A field as it was written, as visible as the enum.
fn field_of(events: &Events, event: &Ident, field: &Field) -> TokenStream {
    let Field { attrs, ident, ty, .. } = field;
    let name = ident.as_ref().map(words::plain).unwrap_or_default();
    let docs = docs_or(attrs, &format!("`{name}` of the event `{event}`."));
    let vis = &events.item.vis;
    let attributes = attrs.iter().filter(is_no_doc);
    quote!(#(#docs)* #(#attributes)* #vis #ident: #ty)
}

/// `prefix.snake_case`. A letter that may not be there is already reported on the prefix, and not once more on each event.
fn name(events: &Events, ident: &Ident) -> String {
    let prefix = events.prefix.as_ref().map(syn::LitStr::value).unwrap_or_default();
    let prefix: String = prefix
        .chars()
        .filter(|letter| words::is_letter_of_a_name(*letter))
        .collect();
    format!("{prefix}.{}", words::snake(&words::plain(ident)))
}
