//! Names for what the lock knows by its keys only: each is what Rust would call it, and stands once.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};
use syn::LitStr;

use crate::model::stored::ident;
use crate::support::words::plain;

/// The names that are taken in one scope.
#[derive(Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// A field, called like its key as far as Rust allows it.
    pub(super) fn field(&mut self, key: &str, here: Span) -> Ident {
        let field = ident(&LitStr::new(key, here));
        let name = self.free(&plain(&field));
        if name == plain(&field) {
            field
        } else {
            Ident::new(&name, here)
        }
    }

    /// A variant, called like its stored name.
    pub(super) fn variant(&mut self, name: &str, here: Span) -> Ident {
        let mut variant = words(name);
        if !variant.starts_with(|first: char| first.is_alphabetic()) || variant == "Self" {
            variant.insert(0, 'V');
        }
        Ident::new(&self.free(&variant), here)
    }

    /// A type, called like the one around it and its place there: `OrderPlacedV1LinesItem`.
    pub(super) fn ty(&mut self, around: &Ident, place: &str, here: Span) -> Ident {
        let name = format!("{}{}", plain(around), words(place));
        Ident::new(&self.free(&name), here)
    }

    /// The same for what needs no type of its own: the name that its parts begin with.
    pub(super) fn part(&self, around: &Ident, place: &str) -> Ident {
        Ident::new(&format!("{}{}", plain(around), words(place)), around.span())
    }

    fn free(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut count = 1_u32;
        while !self.taken.insert(free.clone()) {
            count = count.saturating_add(1);
            free = format!("{name}_{count}");
        }
        free
    }
}

/// `channel_code` and `channel-code` as `ChannelCode`; what no name may have goes.
fn words(key: &str) -> String {
    let mut starts_word = true;
    let mut out = String::new();
    for letter in key.chars() {
        if !letter.is_alphanumeric() {
            starts_word = true;
        } else if std::mem::take(&mut starts_word) {
            out.extend(letter.to_uppercase());
        } else {
            out.push(letter);
        }
    }
    if out.is_empty() { "Key".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::Names;

    #[test]
    fn each_name_stands_once() {
        let (mut names, here) = (Names::default(), Span::call_site());
        let fields = ["memo", "memo-text", "memo_text", "type", "2nd", "memo_text_2"]
            .map(|key| names.field(key, here).to_string());
        assert_eq!(
            fields,
            ["memo", "memo_text", "memo_text_2", "r#type", "_2nd", "memo_text_2_2"]
        );
        let mut names = Names::default();
        let variants =
            ["point", "POINT", "two words", "0", "self", "…"].map(|name| names.variant(name, here).to_string());
        assert_eq!(variants, ["Point", "POINT", "TwoWords", "V0", "VSelf", "Key"]);
        let around = syn::parse_quote!(OrderV1);
        assert_eq!(names.ty(&around, "lines", here), "OrderV1Lines");
        assert_eq!(names.ty(&around, "Lines", here), "OrderV1Lines_2");
    }
}
