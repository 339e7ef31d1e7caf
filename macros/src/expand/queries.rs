//! `queries = BalanceQuery`: the enum of all queries of a block, and the enum of their answers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Type, Visibility};

use super::commands::reach;
use super::handlers::equal;
use crate::model::{Handlers, Query};
use crate::support::attributes::{cfgs, docs_or};
use crate::support::spans::generated;
use crate::support::words;

/// What every item here is written from.
struct All<'a> {
    handlers: &'a Handlers,
    name: &'a Ident,
    here: Span,
    vis: &'a Visibility,
    members: Vec<Member<'a>>,
}

/// One query in the enum.
struct Member<'a> {
    query: &'a Query,
    variant: Ident,
    fields: Vec<(&'a Ident, &'a Type)>,
    conditions: Vec<Attribute>,
}

pub(super) fn queries_enum(handlers: &Handlers, queries: &[&Query], name: &Ident) -> TokenStream {
    let here = generated(name.span());
    let members = queries.iter().map(|query| Member {
        query,
        variant: Ident::new(&query.variant(), here),
        fields: query
            .fields
            .iter()
            .filter_map(|field| Some((field.ident.as_ref()?, &*field.original.ty)))
            .collect(),
        conditions: cfgs(&query.attributes),
    });
    let vis = queries.iter().map(|query| &query.vis).min_by_key(|vis| reach(vis));
    let all = All {
        handlers,
        name,
        here,
        vis: vis.unwrap_or(&Visibility::Inherited),
        members: members.collect(),
    };
    let (question, answer, asks) = (all.question(), all.answer(), all.asks());
    quote!(#question #answer #asks)
}

impl All<'_> {
    /// Externally tagged with the names of the queries: `{"balance": {"account": "acc-1"}}`.
    fn question(&self) -> TokenStream {
        let Self {
            handlers,
            name,
            here,
            vis,
            ..
        } = self;
        let (krate, serde) = (handlers.runtime.at(*here), handlers.runtime.serde());
        let doc = format!(" Every query of `{}`.", handlers.name());
        let variants = self.members.iter().map(|member| {
            let (stored, variant, conditions) = (member.query.name(), &member.variant, &member.conditions);
            let docs = docs_or(&member.query.attributes, &format!("The query `{stored}`."));
            let fields = member.fields.iter().map(|(field, ty)| {
                let doc = format!(" `{}` of the query `{stored}`.", words::plain(field));
                let owned = self.owned(ty);
                quote!(#[doc = #doc] #field: #owned)
            });
            quote_spanned! {*here=>
                #(#conditions)* #(#docs)* #[serde(rename = #stored)] #variant { #(#fields),* }
            }
        });
        let equal = self.same();
        quote_spanned! {*here=>
            #[doc = #doc]
            #[derive(
                ::core::clone::Clone,
                ::core::fmt::Debug,
                #krate::__private::serde::Serialize,
                #krate::__private::serde::Deserialize
            )]
            #[serde(crate = #serde)]
            #vis enum #name { #(#variants),* }
            #equal
        }
    }

    /// What is kept of a parameter: a text of `&str`, a list of `&[T]`, a value of `&T`.
    fn owned(&self, ty: &Type) -> TokenStream {
        let Type::Reference(reference) = ty else {
            return quote!(#ty);
        };
        let (here, elem) = (generated(reference.span()), &reference.elem);
        let krate = self.handlers.runtime.at(here);
        match &**elem {
            Type::Path(path) if path.path.is_ident("str") => quote_spanned!(here=> #krate::__private::String),
            Type::Slice(slice) => {
                let elem = &slice.elem;
                quote_spanned!(here=> #krate::__private::Vec<#elem>)
            }
            _ => quote!(#elem),
        }
    }

    /// Two are equal that are the same query with equal fields.
    fn same(&self) -> TokenStream {
        let here = self.here;
        let arms = self.members.iter().map(|member| {
            let (variant, conditions) = (&member.variant, &member.conditions);
            let (mut one, mut other, mut same) = (Vec::new(), Vec::new(), quote_spanned!(here=> true));
            for (at, (field, _)) in member.fields.iter().enumerate() {
                let (left, right) = (format_ident!("one_{at}", span = here), format_ident!("other_{at}", span = here));
                one.push(quote!(#field: #left));
                other.push(quote!(#field: #right));
                same = if at == 0 {
                    quote_spanned!(here=> #left == #right)
                } else {
                    quote_spanned!(here=> #same && #left == #right)
                };
            }
            quote_spanned!(here=> #(#conditions)* (Self::#variant { #(#one),* }, Self::#variant { #(#other),* }) => #same,)
        });
        let different = (self.members.len() > 1).then(|| quote_spanned!(here=> _ => false,));
        let name = self.name;
        let body = quote_spanned!(here=> match (self, other) { #(#arms)* #different });
        equal(&quote!(#name), &quote_spanned!(here=> other), &body, here)
    }

    fn answer(&self) -> TokenStream {
        let Self {
            handlers,
            name,
            here,
            vis,
            ..
        } = self;
        let (krate, serde, answer) = (handlers.runtime.at(*here), handlers.runtime.serde(), self.answer_name());
        let doc = format!(" What is answered to a `{name}`.");
        let variants = self.members.iter().map(|member| {
            let (stored, variant, conditions) = (member.query.name(), &member.variant, &member.conditions);
            let (doc, output) = (format!(" What `{stored}` answers."), &member.query.output);
            quote_spanned!(*here=> #(#conditions)* #[doc = #doc] #[serde(rename = #stored)] #variant(#output))
        });
        quote_spanned! {*here=>
            #[doc = #doc]
            #[derive(::core::fmt::Debug, #krate::__private::serde::Serialize)]
            #[serde(crate = #serde)]
            #vis enum #answer { #(#variants),* }
        }
    }

    fn asks(&self) -> TokenStream {
        let (here, name, answer, view) = (self.here, self.name, self.answer_name(), &self.handlers.self_ty);
        let krate = self.handlers.runtime.at(here);
        let arms = self.members.iter().map(|member| {
            let (variant, conditions, method) = (&member.variant, &member.conditions, &member.query.signature.ident);
            let fields = member.fields.iter().map(|(field, _)| field);
            let arguments = member.fields.iter().map(|(field, ty)| match ty {
                Type::Reference(_) => quote_spanned!(here=> &#field),
                _ => quote!(#field),
            });
            quote_spanned! {here=>
                #(#conditions)*
                Self::#variant { #(#fields),* } => #answer::#variant(#view::#method(__view #(, #arguments)*)),
            }
        });
        // A parameter of the user's may be called `view`.
        quote_spanned! {here=>
            #[automatically_derived]
            impl #krate::Query for #name {
                type View = #view;
                type Answer = #answer;
                fn ask(self, __view: &Self::View) -> Self::Answer {
                    match self { #(#arms)* }
                }
            }
        }
    }

    /// `BalanceAnswer` of `BalanceQuery`.
    fn answer_name(&self) -> Ident {
        let name = self.name.to_string();
        let stem = name
            .strip_suffix("Query")
            .filter(|stem| !stem.is_empty())
            .unwrap_or(&name);
        Ident::new(&format!("{stem}Answer"), self.here)
    }
}
