//! From an outline back to the constant that it was: the structs from the lock say of themselves just what the lock says.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;

use crate::lock::{Choice, Key, Outline, Tagging};
use crate::support::words::plain;

/// The constant of a whole version.
pub(super) fn shape(outline: &Outline, ident: &Ident, krate: &TokenStream) -> TokenStream {
    let here = ident.span();
    let around = Around {
        name: plain(ident),
        here,
        krate,
    };
    around.shape(outline, 0)
}

struct Around<'a> {
    name: String,
    here: Span,
    krate: &'a TokenStream,
}

impl Around<'_> {
    /// Every object and enum has a name of its own, by which those inside find it.
    fn named(&self, depth: usize) -> String {
        format!("{}~{depth}", self.name)
    }

    fn shape(&self, outline: &Outline, depth: usize) -> TokenStream {
        let (here, krate) = (self.here, self.krate);
        let of = |name: &str| {
            let name = Ident::new(name, here);
            quote_spanned!(here=> #krate::schema::Shape::#name)
        };
        let inner = |outline| self.shape(outline, depth);
        match outline {
            Outline::Bool => of("Bool"),
            Outline::Text => of("Str"),
            Outline::Null => of("Unit"),
            Outline::Any => of("Any"),
            Outline::Int { bits, signed } => {
                let (int, bits) = (of("Int"), Literal::u8_unsuffixed(*bits));
                quote_spanned!(here=> #int { bits: #bits, signed: #signed })
            }
            Outline::Float(bits) => {
                let (float, bits) = (of("Float"), Literal::u8_unsuffixed(*bits));
                quote_spanned!(here=> #float(#bits))
            }
            Outline::Scalar(scalar) => {
                let (of, name, example) = (of("Scalar"), &scalar.name, &scalar.example);
                quote_spanned!(here=> #of { name: #name, example: #example })
            }
            Outline::Option(some) => {
                let (of, some) = (of("Option"), inner(some));
                quote_spanned!(here=> #of(&#some))
            }
            Outline::List(item) => {
                let (of, item) = (of("List"), inner(item));
                quote_spanned!(here=> #of(&#item))
            }
            Outline::Set(item) => {
                let (of, item) = (of("Set"), inner(item));
                quote_spanned!(here=> #of(&#item))
            }
            Outline::Map(key, value) => {
                let (of, key, value) = (of("Map"), inner(key), inner(value));
                quote_spanned!(here=> #of(&#key, &#value))
            }
            Outline::Tuple(items) => {
                let (of, items) = (of("Tuple"), items.iter().map(inner));
                quote_spanned!(here=> #of(&[#(&#items),*]))
            }
            Outline::Object { keys, parts } => {
                let (of, name) = (of("Object"), self.named(depth));
                let keys = keys.iter().map(|key| self.key(key, depth));
                let parts = parts.iter().map(|part| self.part(part, depth));
                quote_spanned!(here=> #of { rust: #name, fields: &[#(#keys,)* #(#parts,)*] })
            }
            Outline::Enum { tag, open, choices } => {
                let (of, name, tag) = (of("Enum"), self.named(depth), self.tag(tag));
                let choices = choices.iter().map(|choice| self.choice(choice, depth));
                quote_spanned!(here=> #of { rust: #name, tag: #tag, open: #open, variants: &[#(#choices),*] })
            }
            Outline::Up(count) => {
                let (of, name) = (of("Recurse"), self.named(depth.saturating_sub(*count as usize)));
                quote_spanned!(here=> #of(#name))
            }
        }
    }

    fn key(&self, key: &Key, depth: usize) -> TokenStream {
        let (here, krate) = (self.here, self.krate);
        let (
            Key {
                name, aliases, absent, ..
            },
            shape,
        ) = (key, self.shape(&key.value, depth.saturating_add(1)));
        quote_spanned! {here=>
            #krate::schema::Field {
                key: #name, aliases: &[#(#aliases),*], shape: &#shape, default: #absent, omits: false, flatten: false,
            }
        }
    }

    /// What shares the braces of an object is inside it.
    fn part(&self, part: &Outline, depth: usize) -> TokenStream {
        let (here, krate) = (self.here, self.krate);
        let shape = self.shape(part, depth.saturating_add(1));
        quote_spanned! {here=>
            #krate::schema::Field {
                key: "", aliases: &[], shape: &#shape, default: false, omits: false, flatten: true,
            }
        }
    }

    fn choice(&self, choice: &Choice, depth: usize) -> TokenStream {
        let (here, krate) = (self.here, self.krate);
        let Choice { name, aliases, value } = choice;
        let shape = match value {
            None => quote_spanned!(here=> ::core::option::Option::None),
            Some(value) => {
                let shape = self.shape(value, depth.saturating_add(1));
                quote_spanned!(here=> ::core::option::Option::Some(&#shape))
            }
        };
        quote_spanned!(here=> #krate::schema::Variant { key: #name, aliases: &[#(#aliases),*], shape: #shape })
    }

    fn tag(&self, tag: &Tagging) -> TokenStream {
        let (here, krate) = (self.here, self.krate);
        match tag {
            Tagging::External => quote_spanned!(here=> #krate::schema::Tag::External),
            Tagging::Internal(tag) => quote_spanned!(here=> #krate::schema::Tag::Internal(#tag)),
            Tagging::Adjacent { tag, content } => {
                quote_spanned!(here=> #krate::schema::Tag::Adjacent { tag: #tag, content: #content })
            }
            Tagging::Untagged => quote_spanned!(here=> #krate::schema::Tag::Untagged),
        }
    }
}
