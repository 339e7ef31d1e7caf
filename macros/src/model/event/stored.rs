//! The key that a field is stored under, as serde makes it.

use syn::{Expr, ExprLit, Ident, Lit, LitStr, Meta, Token};

use crate::support::words::plain;

/// `rename_all` of the event.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum RenameAll {
    #[default]
    None,
    Lower,
    Upper,
    Pascal,
    Camel,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl RenameAll {
    /// As serde spells it; what serde does not know, it says itself.
    pub(crate) fn new(spelled: &str) -> Self {
        match spelled {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => Self::None,
        }
    }

    pub(crate) fn apply(self, field: &Ident) -> String {
        let snake = plain(field);
        match self {
            Self::None | Self::Lower => snake,
            Self::Upper | Self::ScreamingSnake => snake.to_ascii_uppercase(),
            Self::Pascal => pascal(&snake),
            Self::Camel => {
                let pascal = pascal(&snake);
                let mut letters = pascal.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                first.into_iter().chain(letters).collect()
            }
            Self::Kebab => snake.replace('_', "-"),
            Self::ScreamingKebab => snake.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

/// As serde joins the words of a field, which is not quite as this crate joins those of a method.
fn pascal(snake: &str) -> String {
    let mut starts_word = true;
    let mut out = String::new();
    for letter in snake.chars() {
        if letter == '_' {
            starts_word = true;
        } else if std::mem::take(&mut starts_word) {
            out.push(letter.to_ascii_uppercase());
        } else {
            out.push(letter);
        }
    }
    out
}

/// The text of `rename = ".."` or `rename_all = ".."`, or of their `deserialize`: what is read counts.
pub(crate) fn text_of(metas: &[Meta], key: &str) -> Option<String> {
    let meta = metas.iter().find(|meta| meta.path().is_ident(key))?;
    match meta {
        Meta::NameValue(_) => text(meta),
        Meta::List(list) => {
            let sides = list.parse_args_with(syn::punctuated::Punctuated::<Meta, Token![,]>::parse_terminated);
            let sides: Vec<Meta> = sides.ok()?.into_iter().collect();
            text_of(&sides, "deserialize")
        }
        Meta::Path(_) => None,
    }
}

/// The other spelling of `alias = ".."`.
pub(super) fn alias(meta: &Meta) -> Option<String> {
    meta.path().is_ident("alias").then(|| text(meta)).flatten()
}

fn text(meta: &Meta) -> Option<String> {
    match meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// A field named like its stored key; what no name may have becomes `_`.
pub(crate) fn ident(key: &LitStr) -> Ident {
    let mut name: String = key
        .value()
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { '_' })
        .collect();
    if name.starts_with(|letter: char| letter.is_numeric()) || name.is_empty() {
        name.insert(0, '_');
    }
    let named = |name: &str| {
        let mut ident = syn::parse_str::<Ident>(name).ok()?;
        ident.set_span(key.span());
        Some(ident)
    };
    named(&name)
        .or_else(|| named(&format!("r#{name}")))
        .unwrap_or_else(|| Ident::new("key", key.span()))
}

#[cfg(test)]
mod tests {
    use super::{RenameAll, ident};

    #[test]
    fn keys_are_those_of_serde() {
        let field = syn::parse_quote!(channel_code_2);
        for (rule, key) in [
            ("", "channel_code_2"),
            ("lowercase", "channel_code_2"),
            ("UPPERCASE", "CHANNEL_CODE_2"),
            ("PascalCase", "ChannelCode2"),
            ("camelCase", "channelCode2"),
            ("snake_case", "channel_code_2"),
            ("SCREAMING_SNAKE_CASE", "CHANNEL_CODE_2"),
            ("kebab-case", "channel-code-2"),
            ("SCREAMING-KEBAB-CASE", "CHANNEL-CODE-2"),
        ] {
            assert_eq!(RenameAll::new(rule).apply(&field), key);
        }
    }

    #[test]
    fn fields_are_named_like_their_keys() {
        for (key, name) in [
            ("memo", "memo"),
            ("memo-text", "memo_text"),
            ("type", "r#type"),
            ("2nd", "_2nd"),
            ("", "_"),
        ] {
            let key = syn::LitStr::new(key, proc_macro2::Span::call_site());
            assert_eq!(ident(&key).to_string(), if name == "_" { "key" } else { name });
        }
    }
}
