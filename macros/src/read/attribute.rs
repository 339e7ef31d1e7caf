//! The reader of attributes: every key is looked up in the table, and a mistake does not end the reading.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Meta, Token};

use super::keys::{Key, Keys, Place, REPEATED};
use crate::support::errors::Errors;
use crate::support::near::nearest;

/// What reads one value: the key's name, and the input after it.
type Value<'a, T> = &'a mut dyn FnMut(&'static str, &ParseNestedMeta<'_>) -> syn::Result<T>;

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

    /// The keys between the parentheses of an attribute macro.
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
            self.errors.push(error);
        }
        read
    }

    fn key<T>(&mut self, meta: &ParseNestedMeta<'_>, value: Value<'_, T>) -> Option<T> {
        let Some(key) = self.look_up(meta) else {
            skip_value(meta.input);
            return None;
        };
        let typed = meta.input.fork();
        let read = value(key.name, meta).ok();
        if read.is_some() && (meta.input.is_empty() || meta.input.peek(Token![,])) {
            return read;
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
            Some(key) if self.seen.contains(&key.name) && !REPEATED.contains(&key.name) => {
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
pub(crate) fn value<T: syn::parse::Parse>(meta: &ParseNestedMeta<'_>) -> syn::Result<T> {
    meta.value()?.parse()
}

/// Reads a path after `=`, keywords included: `crate`, `super`.
pub(crate) fn path(meta: &ParseNestedMeta<'_>) -> syn::Result<syn::Path> {
    syn::Path::parse_mod_style(meta.value()?)
}

/// Reads the entries between parentheses, at least one.
pub(crate) fn list<T>(meta: &ParseNestedMeta<'_>, entry: fn(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<Vec<T>> {
    let entries;
    syn::parenthesized!(entries in meta.input);
    let read = entries.parse_terminated(entry, Token![,])?;
    if read.is_empty() {
        return Err(entries.error("an entry"));
    }
    Ok(read.into_iter().collect())
}

/// Reads a key that has no value.
pub(crate) fn flag(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.is_empty() || meta.input.peek(Token![,]) {
        Ok(())
    } else {
        Err(meta.input.error("a value"))
    }
}

/// Goes to the next `,`, so that the keys after it are still read.
pub(crate) fn skip_value(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        // A token tree can be read wherever the input is not at its end.
        let _ = input.parse::<proc_macro2::TokenTree>();
    }
}

/// The tokens up to the next `,`, without the `=` before them.
fn value_tokens(input: ParseStream<'_>) -> TokenStream {
    let _ = input.parse::<Token![=]>();
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend(input.parse::<proc_macro2::TokenTree>());
    }
    tokens
}
