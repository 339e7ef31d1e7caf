//! The reader of attributes: every key is looked up in the table, and a mistake does not end the reading.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Meta, Token, Type};

use super::keys::{Key, Keys, Place};
use crate::support::errors::Errors;
use crate::support::near::nearest;

/// What reads one value: the key's name, and the input after it.
type Value<'a, T> = &'a mut dyn FnMut(&'static str, ParseStream<'_>) -> syn::Result<T>;

/// Reads `attribute(..)`s one after another, and knows which keys it has seen.
pub(crate) struct Reader<'a> {
    keys: &'static Keys,
    here: Place,
    seen: Vec<&'static str>,
    errors: &'a mut Errors,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(keys: &'static Keys, here: Place, errors: &'a mut Errors) -> Self {
        Self {
            keys,
            here,
            seen: Vec::new(),
            errors,
        }
    }

    /// The values of all keys of all the attributes of ours among `attributes`.
    pub(crate) fn attributes<T>(mut self, attributes: &[Attribute], value: Value<'_, T>) -> Vec<T> {
        let mut read = Vec::new();
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident(self.keys.written))
        {
            match &attribute.meta {
                Meta::Path(_) => {}
                Meta::List(list) => read.extend(self.tokens(list.tokens.clone(), value)),
                Meta::NameValue(_) => self
                    .errors
                    .at(attribute, format!("write `#[{}(...)]`", self.keys.written)),
            }
        }
        read
    }

    /// The values of the keys between the parentheses of an attribute macro.
    pub(crate) fn arguments<T>(mut self, tokens: TokenStream, value: Value<'_, T>) -> Vec<T> {
        self.tokens(tokens, value)
    }

    fn tokens<T>(&mut self, tokens: TokenStream, value: Value<'_, T>) -> Vec<T> {
        let mut read = Vec::new();
        let parser = syn::meta::parser(|meta| {
            read.extend(self.key(&meta, value));
            Ok(())
        });
        if let Err(error) = parser.parse2(tokens) {
            let message = match self.keys.keys.iter().find(|key| key.places.contains(&self.here)) {
                Some(key) => format!("keys stand here, such as `{}`", key.example),
                None => error.to_string(),
            };
            self.errors.push(syn::Error::new(error.span(), message));
        }
        read
    }

    fn key<T>(&mut self, meta: &ParseNestedMeta<'_>, value: Value<'_, T>) -> Option<T> {
        let Some(key) = self.look_up(meta) else {
            skip_value(meta.input);
            return None;
        };
        let (typed, input) = (meta.input.fork(), meta.input.fork());
        if value(key.name, &input).is_ok() && (input.is_empty() || input.peek(Token![,])) {
            // Once more alone: syn finds only at the end that a group was half read, as in `[Opened, Closed]`.
            let tokens = tokens_between(&typed, &input);
            if let Ok(read) = (|input: ParseStream<'_>| value(key.name, input)).parse2(tokens) {
                meta.input.advance_to(&input);
                return Some(read);
            }
        }
        skip_value(meta.input);
        let value = value_tokens(&typed);
        if value.is_empty() {
            self.errors.at(&meta.path, key.value);
        } else {
            self.errors.at(value, key.value);
        }
        None
    }

    /// The key, if it exists, may stand here and stands here for the first time.
    fn look_up(&mut self, meta: &ParseNestedMeta<'_>) -> Option<&'static Key> {
        let path = &meta.path;
        let typed = quote!(#path).to_string().replace(' ', "").replace("r#", "");
        let written = self.keys.written;
        let message = match self.keys.keys.iter().find(|key| key.name == typed) {
            Some(key) if self.seen.contains(&key.name) && !self.keys.repeated.contains(&key.name) => {
                format!("`{typed}` is given twice")
            }
            Some(key) if key.places.contains(&self.here) => {
                self.seen.push(key.name);
                return Some(key);
            }
            Some(key) => {
                let right = key.places.first().map(|place| place.words()).unwrap_or_default();
                let (here, example) = (self.here.words(), key.example);
                format!("`{typed}` belongs on {right}, not on {here}\nfor example: #[{written}({example})]")
            }
            None => self.unknown(&typed),
        };
        self.errors.at(path, message);
        None
    }

    fn unknown(&self, typed: &str) -> String {
        let written = self.keys.written;
        let names = || {
            self.keys
                .keys
                .iter()
                .filter(|key| key.places.contains(&self.here))
                .map(|key| key.name)
        };
        let suggestion = nearest(typed, names())
            .map(|name| format!("; did you mean `{name}`?"))
            .unwrap_or_default();
        let known: Vec<String> = names().map(|name| format!("`{name}`")).collect();
        let known = match known.as_slice() {
            [] => format!("{} has no keys", self.here.words()),
            [only] => format!("the only key is {only}"),
            all => format!("the keys are: {}", all.join(", ")),
        };
        format!("unknown key `{typed}` in `#[{written}(...)]`{suggestion}\n{known}")
    }
}

/// Reads what stands after `=`.
pub(crate) fn value<T: syn::parse::Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// Reads a type after `=`; a list in brackets looks like one, and is a mistake.
pub(crate) fn ty(input: ParseStream<'_>) -> syn::Result<Type> {
    match value(input)? {
        Type::Slice(list) => Err(syn::Error::new_spanned(list, "a list")),
        ty => Ok(ty),
    }
}

/// Reads a path after `=`, keywords included: `crate`, `super`.
pub(crate) fn path(input: ParseStream<'_>) -> syn::Result<syn::Path> {
    input.parse::<Token![=]>()?;
    syn::Path::parse_mod_style(input)
}

/// Reads the entries between parentheses, at least one.
pub(crate) fn list<T>(input: ParseStream<'_>, entry: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<Vec<T>> {
    let entries;
    syn::parenthesized!(entries in input);
    let read = entries.parse_terminated(entry, Token![,])?;
    if read.is_empty() {
        return Err(entries.error("empty"));
    }
    Ok(read.into_iter().collect())
}

/// Reads a key that has no value.
pub(crate) fn flag(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        Ok(())
    } else {
        Err(input.error("value"))
    }
}

/// Goes to the next `,`, so that the keys after it are still read.
pub(crate) fn skip_value(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        // A token tree can be read wherever the input is not at its end.
        let _ = input.parse::<TokenTree>();
    }
}

/// The tokens from one place of the input to a later one.
fn tokens_between(from: ParseStream<'_>, to: ParseStream<'_>) -> TokenStream {
    let (from, to) = (from.fork(), to.fork());
    let all: Vec<TokenTree> = from.parse::<TokenStream>().into_iter().flatten().collect();
    let rest = to.parse::<TokenStream>().into_iter().flatten().count();
    let count = all.len().saturating_sub(rest);
    all.into_iter().take(count).collect()
}

/// The tokens up to the next `,`, without the `=` before them.
fn value_tokens(input: ParseStream<'_>) -> TokenStream {
    let _ = input.parse::<Token![=]>();
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}
