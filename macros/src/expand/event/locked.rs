//! The structs of versions that only `events.lock` knows: from the lines of a payload to Rust types that read it.

mod names;
mod shape;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;

use self::names::Names;
use crate::lock::{Choice, Key, Outline, Tagging};
use crate::model::Event;
use crate::support::spans::{generated, located};

/// The structs of all locked versions, nested ones included.
pub(super) fn locked(event: &Event) -> TokenStream {
    let versions = event.history.locked.iter().map(|locked| {
        let ident = event.struct_of(locked.version, generated(event.version_span()));
        let mut types = Types::new(event, &ident);
        types.version(&ident, &locked.shape, locked.version);
        types.items
    });
    quote!(#(#versions)*)
}

/// The types of one version, as they are found.
struct Types<'a> {
    event: &'a Event,
    here: Span,
    krate: TokenStream,
    /// The objects and enums around the place that is being read, outermost first.
    around: Vec<Ident>,
    names: Names,
    items: TokenStream,
}

impl<'a> Types<'a> {
    fn new(event: &'a Event, ident: &Ident) -> Self {
        let here = ident.span();
        Self {
            event,
            here,
            krate: event.runtime.at(here),
            around: Vec::new(),
            names: Names::default(),
            items: TokenStream::new(),
        }
    }

    /// The struct of the event itself.
    fn version(&mut self, ident: &Ident, shape: &Outline, version: u32) {
        let name = self.event.name();
        let docs = format!(" Version {version} of `{name}`, as `events.lock` has it.");
        let Outline::Object { keys, parts } = shape else {
            return;
        };
        self.object(ident, &docs, keys, parts);
        let (krate, here) = (&self.krate, self.here);
        let shape = shape::shape(shape, ident, krate);
        self.items.extend(quote_spanned! {here=>
            #[automatically_derived]
            impl #krate::schema::Schema for #ident {
                const SHAPE: &'static #krate::schema::Shape = &#shape;
            }
        });
    }

    /// A struct for each object, with a field for each key.
    fn object(&mut self, ident: &Ident, docs: &str, keys: &[Key], parts: &[Outline]) {
        self.around.push(ident.clone());
        let (here, vis) = (self.here, located(&self.event.vis, self.here));
        let mut fields = Names::default();
        let (mut declared, mut idents) = (Vec::new(), Vec::new());
        for key in keys {
            let field = fields.field(&key.name, here);
            let (ty, serde) = self.field(ident, key, &field);
            let docs = format!(" What is stored under `{}`.", key.name);
            declared.push(quote_spanned!(here=> #[doc = #docs] #serde #vis #field: #ty));
            idents.push(field);
        }
        for part in parts {
            let field = fields.field("rest", here);
            let ty = self.value(ident, "rest", part);
            declared.push(
                quote_spanned!(here=> #[doc = " What else stands beside its keys."] #[serde(flatten)] #vis #field: #ty),
            );
            idents.push(field);
        }
        self.around.pop();
        let head = self.head(docs);
        // A field that the next version does without is stored all the same: rustc is told, or it would ask who reads it.
        self.items.extend(quote_spanned! {here=>
            #head
            #vis struct #ident {
                #(#declared,)*
            }
            const _: fn(&#ident) = |__old| {
                #(let _ = &__old.#idents;)*
            };
        });
    }

    /// The type of a field, and what serde has to know of it.
    fn field(&mut self, parent: &Ident, key: &Key, field: &Ident) -> (TokenStream, Option<TokenStream>) {
        let here = self.here;
        let mut serde = Vec::new();
        if *field != key.name {
            let name = &key.name;
            serde.push(quote_spanned!(here=> rename = #name));
        }
        for alias in &key.aliases {
            serde.push(quote_spanned!(here=> alias = #alias));
        }
        let ty = self.value(parent, &key.name, &key.value);
        let is_option = matches!(key.value, Outline::Option(_));
        let ty = if key.absent && !is_option {
            // Nobody knows any more what an absent key stood for: it is `None`, and the step up says. `null` was no value.
            let given = self.private("given");
            serde.push(quote_spanned!(here=> default, deserialize_with = #given));
            quote_spanned!(here=> ::core::option::Option<#ty>)
        } else {
            ty
        };
        let serde = (!serde.is_empty()).then(|| quote_spanned!(here=> #[serde(#(#serde),*)]));
        (ty, serde)
    }

    /// The type of a value; what has no type of its own gets one, named after its place.
    fn value(&mut self, parent: &Ident, place: &str, value: &Outline) -> TokenStream {
        let (here, krate) = (self.here, self.krate.clone());
        let std = |name: &str| {
            let name = Ident::new(name, here);
            quote_spanned!(here=> ::core::primitive::#name)
        };
        match value {
            Outline::Bool => std("bool"),
            Outline::Text => quote_spanned!(here=> #krate::__private::String),
            Outline::Null => quote_spanned!(here=> ()),
            Outline::Int { bits, signed } => std(&format!("{}{bits}", if *signed { 'i' } else { 'u' })),
            Outline::Float(bits) => std(&format!("f{bits}")),
            Outline::Any => quote_spanned!(here=> #krate::__private::Json),
            Outline::Scalar(scalar) => match scalar.name.as_str() {
                "uuid" => quote_spanned!(here=> #krate::__private::Uuid),
                "char" => std("char"),
                format => self.json(parent, place, &format!("A value in the format `{format}`")),
            },
            Outline::Option(inner) => {
                let inner = self.value(parent, place, inner);
                quote_spanned!(here=> ::core::option::Option<#inner>)
            }
            // An item of a set may have no `Ord` and no `Hash` here.
            Outline::List(item) | Outline::Set(item) => {
                let item = self.value(&self.names.part(parent, place), "item", item);
                quote_spanned!(here=> #krate::__private::Vec<#item>)
            }
            Outline::Map(key, item) => {
                let key = match **key {
                    Outline::Int { .. } | Outline::Bool => self.value(parent, place, key),
                    // A key in another format is its text.
                    _ => quote_spanned!(here=> #krate::__private::String),
                };
                let item = self.value(&self.names.part(parent, place), "value", item);
                quote_spanned!(here=> #krate::__private::BTreeMap<#key, #item>)
            }
            Outline::Tuple(items) if items.len() > LONGEST_TUPLE => {
                self.json(parent, place, &format!("A list of {} values", items.len()))
            }
            Outline::Tuple(items) => {
                let parent = self.names.part(parent, place);
                let items: Vec<_> = items
                    .iter()
                    .enumerate()
                    .map(|(place, item)| self.value(&parent, &place.to_string(), item))
                    .collect();
                quote_spanned!(here=> (#(#items,)*))
            }
            Outline::Object { keys, parts } => {
                let ident = self.names.ty(parent, place, here);
                let docs = format!(" What is stored under `{place}`.");
                self.object(&ident, &docs, keys, parts);
                quote!(#ident)
            }
            Outline::Enum { tag, open, choices } => {
                let ident = self.names.ty(parent, place, here);
                self.choices(&ident, place, tag, *open, choices);
                quote!(#ident)
            }
            Outline::Up(count) => {
                let place = self.around.len().checked_sub(*count as usize);
                match place.and_then(|place| self.around.get(place)) {
                    Some(around) => quote_spanned!(here=> #krate::__private::Box<#around>),
                    None => quote_spanned!(here=> #krate::__private::Json),
                }
            }
        }
    }

    /// An enum, each of whose variants holds what is stored with it.
    fn choices(&mut self, ident: &Ident, place: &str, tag: &Tagging, open: bool, choices: &[Choice]) {
        self.around.push(ident.clone());
        let here = self.here;
        let (mut names, mut variants, mut looks) = (Names::default(), Vec::new(), Vec::new());
        for choice in choices {
            let variant = names.variant(&choice.name, here);
            let (name, aliases) = (&choice.name, &choice.aliases);
            let serde = match tag {
                Tagging::Untagged => None,
                _ => Some(quote_spanned!(here=> #[serde(rename = #name #(, alias = #aliases)*)])),
            };
            let docs = format!(" `{name}`.");
            let value = choice.value.as_ref().map(|value| self.value(ident, name, value));
            let (holds, look) = match value {
                Some(value) => (
                    Some(quote_spanned!(here=> (#value))),
                    quote_spanned!(here=> #ident::#variant(_) => {}),
                ),
                None => (None, quote_spanned!(here=> #ident::#variant => {})),
            };
            looks.push(look);
            variants.push(quote_spanned!(here=> #[doc = #docs] #serde #variant #holds));
        }
        if open {
            let variant = names.variant("other", here);
            looks.push(quote_spanned!(here=> #ident::#variant => {}));
            variants.push(quote_spanned!(here=> #[doc = " A variant that was not known."] #[serde(other)] #variant));
        }
        self.around.pop();
        let tagging = match tag {
            Tagging::External => None,
            Tagging::Internal(tag) => Some(quote_spanned!(here=> #[serde(tag = #tag)])),
            Tagging::Adjacent { tag, content } => Some(quote_spanned!(here=> #[serde(tag = #tag, content = #content)])),
            Tagging::Untagged => Some(quote_spanned!(here=> #[serde(untagged)])),
        };
        let (head, vis) = (
            self.head(&format!(" What is stored under `{place}`.")),
            located(&self.event.vis, here),
        );
        self.items.extend(quote_spanned! {here=>
            #head
            #tagging
            #vis enum #ident {
                #(#variants,)*
            }
            const _: fn(&#ident) = |__old| match __old {
                #(#looks)*
            };
        });
    }

    /// A value that this build has no type for, as JSON.
    fn json(&mut self, parent: &Ident, place: &str, what: &str) -> TokenStream {
        let (here, krate) = (self.here, &self.krate);
        let ident = self.names.ty(parent, place, here);
        let (head, vis) = (
            self.head(&format!(" {what}, as it is stored.")),
            located(&self.event.vis, here),
        );
        self.items.extend(quote_spanned! {here=>
            #head
            #[serde(transparent)]
            #vis struct #ident(
                /// As it is stored.
                #vis #krate::__private::Json,
            );
            const _: fn(&#ident) = |__old| { let _ = &__old.0; };
        });
        quote!(#ident)
    }

    /// What stands above each type.
    fn head(&self, docs: &str) -> TokenStream {
        let (here, krate, serde) = (self.here, &self.krate, self.event.runtime.serde());
        let derives = &self.event.history.old_derives;
        quote_spanned! {here=>
            #[doc = #docs]
            #[derive(#krate::__private::serde::Deserialize, #(#derives),*)]
            #[serde(crate = #serde)]
        }
    }

    /// A function of ours, as serde wants its path.
    fn private(&self, function: &str) -> LitStr {
        let path = self.event.runtime.serde();
        let path = path.strip_suffix("serde").unwrap_or(&path);
        LitStr::new(&format!("{path}{function}"), self.here)
    }
}

/// serde reads no longer one.
const LONGEST_TUPLE: usize = 16;
