//! Shapes of fields and types, as constants: what an event and a type inside one have in common.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Meta, Type, TypePath};

use crate::model::Form;
use crate::model::stored::{self, is_option, may_be_absent};
use crate::support::runtime::Runtime;
use crate::support::spans::{generated, respanned};
use crate::support::types;
use crate::support::words::plain;

/// Writes the shapes of what is in one type.
pub(super) struct Shapes<'a> {
    ident: &'a Ident,
    runtime: &'a Runtime,
    /// What stands in for the type itself, or for one that is expanded elsewhere: rustc would go round in a circle.
    stand_ins: Vec<TokenStream>,
    is_recursive: bool,
}

impl<'a> Shapes<'a> {
    pub(super) fn new(ident: &'a Ident, runtime: &'a Runtime) -> Self {
        Self {
            ident,
            runtime,
            stand_ins: Vec::new(),
            is_recursive: false,
        }
    }

    /// `&'static Shape` of a field of this type. Of an `Option` its form says the value in it, unless what serde is told reads all of it.
    pub(super) fn value(&mut self, ty: &Type, form: Option<&Form>, serde: &[Meta]) -> TokenStream {
        let here = generated(ty.span());
        let krate = self.runtime.at(here);
        let said = match form {
            None => return self.of_type(ty),
            Some(Form::ByName(name)) => return self.by_name(ty, name),
            Some(form) => self.said(form, here),
        };
        if is_option(ty) && may_be_absent(ty, serde) {
            quote_spanned!(here=> &#krate::schema::Shape::Option(&#said))
        } else {
            quote_spanned!(here=> &#said)
        }
    }

    /// The shape that the user names.
    pub(super) fn said(&self, form: &Form, here: Span) -> TokenStream {
        let krate = self.runtime.at(here);
        match form {
            Form::Scalar { name, example } => {
                quote_spanned!(here=> #krate::schema::Shape::Scalar { name: #name, example: #example })
            }
            // Only a field is by name.
            Form::Opaque | Form::ByName(_) => quote_spanned!(here=> #krate::schema::Shape::Any),
        }
    }

    /// One entry of an object; `key` is none where what is in it stands in the object itself.
    pub(super) fn field<'m>(
        &mut self,
        key: Option<&str>,
        shape: &TokenStream,
        serde: impl Iterator<Item = &'m Meta> + Clone,
        at: Span,
    ) -> TokenStream {
        let here = generated(at);
        let krate = self.runtime.at(here);
        let aliases: Vec<String> = serde.clone().filter_map(stored::alias).collect();
        let is_said = |name: &str| serde.clone().any(|meta| meta.path().is_ident(name));
        let or = (!aliases.is_empty()).then(|| quote_spanned!(here=> .or(&[#(#aliases),*])));
        let default = is_said("default").then(|| quote_spanned!(here=> .or_default()));
        let omits = is_said("skip_serializing_if").then(|| quote_spanned!(here=> .sometimes_omitted()));
        let field = match key {
            Some(key) => quote_spanned!(here=> #krate::schema::Field::new(#key, #shape)),
            None => quote_spanned!(here=> #krate::schema::Field::flattened(#shape)),
        };
        quote!(#field #or #default #omits)
    }

    /// What stands in for types has to stand beside the impl; nothing else of it is seen.
    pub(super) fn beside(mut self, impls: TokenStream) -> TokenStream {
        if self.is_recursive {
            let (krate, rust) = (self.runtime.at(self.here()), plain(self.ident));
            let shape = quote!(#krate::schema::Shape::Recurse(#rust));
            let itself = self.itself();
            self.stand_in(&itself, &shape);
        }
        if self.stand_ins.is_empty() {
            return impls;
        }
        let stand_ins = &self.stand_ins;
        quote_spanned! {self.here()=>
            const _: () = {
                #(#stand_ins)*
                #impls
            };
        }
    }

    /// Its own constant, in which a type inside itself is what stands in for it.
    fn of_type(&mut self, ty: &Type) -> TokenStream {
        let (ident, here) = (self.ident, generated(ty.span()));
        let is_itself = |path: &TypePath| {
            path.qself.is_none()
                && path.path.leading_colon.is_none()
                && path.path.segments.len() == 1
                && path
                    .path
                    .segments
                    .iter()
                    .any(|only| only.ident == *ident || only.ident == "Self")
        };
        let (ty, is_recursive) = types::replaced(ty, &is_itself, &self.itself());
        self.is_recursive |= is_recursive;
        let (krate, ty) = (self.runtime.at(here), respanned(&ty));
        quote_spanned!(here=> <#ty as #krate::Schema>::SHAPE)
    }

    /// What is in the lists and boxes of the field is named; a field of another kind is named as a whole.
    fn by_name(&mut self, ty: &Type, name: &syn::LitStr) -> TokenStream {
        let here = generated(ty.span());
        let krate = self.runtime.at(here);
        let Type::Path(inner) = types::innermost(ty) else {
            let rust = types::shown(ty);
            return quote_spanned!(here=> &#krate::schema::Shape::Named { name: #name, rust: #rust });
        };
        let rust = inner
            .path
            .segments
            .last()
            .map(|last| plain(&last.ident))
            .unwrap_or_default();
        let stand_in = Ident::new(&format!("__Named{}", self.stand_ins.len()), here);
        let shape = quote!(#krate::schema::Shape::Named { name: #name, rust: #rust });
        self.stand_in(&stand_in, &shape);
        let (ty, _) = types::replaced(ty, &|path| path == inner, &stand_in);
        let ty = respanned(&ty);
        quote_spanned!(here=> <#ty as #krate::Schema>::SHAPE)
    }

    fn stand_in(&mut self, name: &Ident, shape: &TokenStream) {
        let here = self.here();
        let krate = self.runtime.at(here);
        self.stand_ins.push(quote_spanned! {here=>
            struct #name;
            impl #krate::Schema for #name {
                const SHAPE: &'static #krate::schema::Shape = &#shape;
            }
        });
    }

    fn itself(&self) -> Ident {
        Ident::new("__Itself", self.here())
    }

    fn here(&self) -> Span {
        generated(self.ident.span())
    }
}
