//! What a type is made of, as far as its tokens tell.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{GenericArgument, PathArguments, Type, TypePath, parse_quote};

/// `impl Trait` anywhere in the type.
pub(crate) fn has_impl(ty: &Type) -> bool {
    contains(
        ty.to_token_stream(),
        &|token| matches!(token, TokenTree::Ident(ident) if ident == "impl"),
    )
}

/// A reference anywhere in the type.
pub(crate) fn has_reference(ty: &Type) -> bool {
    contains(
        ty.to_token_stream(),
        &|token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == '&'),
    )
}

/// A lifetime anywhere in the type.
pub(crate) fn has_lifetime(ty: &Type) -> bool {
    contains(
        ty.to_token_stream(),
        &|token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == '\''),
    )
}

/// What to write instead of references, in the type and in its arguments: `Option<String>` for `Option<&str>`.
pub(crate) fn owned(ty: &Type) -> Type {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => parse_quote!(String),
            Type::Slice(slice) => {
                let elem = owned(&slice.elem);
                parse_quote!(Vec<#elem>)
            }
            other => owned(other),
        },
        Type::Path(path) => {
            let mut path = path.clone();
            for segment in &mut path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else {
                    continue;
                };
                for argument in &mut arguments.args {
                    if let GenericArgument::Type(ty) = argument {
                        *ty = owned(ty);
                    }
                }
            }
            Type::Path(path)
        }
        Type::Tuple(tuple) => {
            let elems = tuple.elems.iter().map(owned);
            parse_quote!((#(#elems),*))
        }
        Type::Array(array) => {
            let (elem, len) = (owned(&array.elem), &array.len);
            parse_quote!([#elem; #len])
        }
        other => other.clone(),
    }
}

/// recount's `Context`, by value or as `&mut`; a type of the user's own has another path.
pub(crate) fn is_context(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_context(&reference.elem),
        Type::Path(path) => {
            let is_ours = || path.path.segments.first().is_some_and(|first| first.ident == "recount");
            let is_last = path.path.segments.last().is_some_and(|last| last.ident == "Context");
            is_last && (path.path.segments.len() == 1 || is_ours())
        }
        _ => false,
    }
}

fn contains(tokens: TokenStream, is: &dyn Fn(&TokenTree) -> bool) -> bool {
    tokens.into_iter().any(|token| match &token {
        TokenTree::Group(group) => contains(group.stream(), is),
        token => is(token),
    })
}

/// The type in which `with` stands for every path that `is` one; whether there was one.
pub(crate) fn replaced(ty: &Type, is: &dyn Fn(&TypePath) -> bool, with: &Ident) -> (Type, bool) {
    struct Replaced<'a> {
        is: &'a dyn Fn(&TypePath) -> bool,
        with: &'a Ident,
        found: bool,
    }
    impl VisitMut for Replaced<'_> {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            match ty {
                Type::Path(path) if (self.is)(path) => {
                    let mut with = self.with.clone();
                    with.set_span(path.span());
                    (*ty, self.found) = (parse_quote!(#with), true);
                }
                _ => visit_mut::visit_type_mut(self, ty),
            }
        }
    }
    let (mut ty, mut replaced) = (ty.clone(), Replaced { is, with, found: false });
    replaced.visit_type_mut(&mut ty);
    (ty, replaced.found)
}

/// What is in the `Option`s, boxes and lists of std: `Node` of `Vec<Option<Node>>`; of a map, the values.
pub(crate) fn innermost(ty: &Type) -> &Type {
    const HOLDERS: &[&str] = &[
        "Option",
        "Box",
        "Rc",
        "Arc",
        "Cow",
        "Vec",
        "VecDeque",
        "LinkedList",
        "HashSet",
        "BTreeSet",
        "HashMap",
        "BTreeMap",
    ];
    let inner = match ty {
        Type::Array(array) => Some(&*array.elem),
        Type::Slice(slice) => Some(&*slice.elem),
        Type::Reference(reference) => Some(&*reference.elem),
        Type::Path(path) => path.path.segments.last().and_then(|last| match &last.arguments {
            PathArguments::AngleBracketed(held) if HOLDERS.iter().any(|holder| last.ident == holder) => {
                held.args.iter().rev().find_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                })
            }
            _ => None,
        }),
        _ => None,
    };
    inner.map_or(ty, innermost)
}

/// The tokens as a person writes them, and the same however they were written.
pub(crate) fn shown(tokens: &impl ToTokens) -> String {
    let mut shown = String::new();
    show(tokens.to_token_stream(), &mut shown);
    shown
}

fn show(tokens: TokenStream, shown: &mut String) {
    const SPACED: &[char] = &['=', '+', '|'];
    let mut tokens = tokens.into_iter().peekable();
    let mut after_word = false;
    while let Some(token) = tokens.next() {
        let is_word = matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        if is_word && after_word {
            shown.push(' ');
        }
        match &token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                shown.push_str(open);
                show(group.stream(), shown);
                shown.push_str(close);
            }
            TokenTree::Punct(sign) => match sign.as_char() {
                ',' | ';' if tokens.peek().is_some() => shown.extend([sign.as_char(), ' ']),
                '-' if tokens.peek().is_some_and(is_arrow_head) && sign.spacing() == Spacing::Joint => {
                    tokens.next();
                    shown.push_str(" -> ");
                }
                sign if SPACED.contains(&sign) => shown.extend([' ', sign, ' ']),
                sign => shown.push(sign),
            },
            word => shown.push_str(&word.to_string()),
        }
        after_word = is_word;
    }
}

fn is_arrow_head(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_does_not_follow_the_source() {
        for (one, other, text) in [
            ("HashMap < String,u32 >", "HashMap<String, u32>", "HashMap<String, u32>"),
            ("a :: b::C", "a::b::C", "a::b::C"),
            ("& 'a mut str", "&'a mut str", "&'a mut str"),
            ("- 5", "-5", "-5"),
            (
                "Box<dyn Fn(u8)->u8+Send>",
                "Box < dyn Fn (u8) -> u8 + Send >",
                "Box<dyn Fn(u8) -> u8 + Send>",
            ),
            ("[u8;4]", "[ u8 ; 4 ]", "[u8; 4]"),
        ] {
            let shown = |text: &str| shown(&text.parse::<TokenStream>().expect("tokens"));
            assert_eq!((shown(one), shown(other)), (text.to_owned(), text.to_owned()));
        }
    }

    #[test]
    fn the_innermost_type_is_in_no_holder() {
        for (ty, inner) in [
            ("Node", "Node"),
            ("Option<Box<Node>>", "Node"),
            (
                "std::collections::BTreeMap<String, Vec<tree::Node<u8>>>",
                "tree::Node<u8>",
            ),
            ("[Page<Node>; 2]", "Page<Node>"),
        ] {
            let ty: Type = syn::parse_str(ty).expect("a type");
            assert_eq!(shown(innermost(&ty)), inner);
        }
    }
}
