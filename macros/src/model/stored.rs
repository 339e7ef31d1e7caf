//! The key that a field or a variant is stored under, as serde makes it, and what else serde is told of it.

use syn::{Expr, ExprLit, Ident, Lit, LitStr, Meta, Token, Type};

use crate::support::words::plain;

/// `rename_all`, of fields or of variants.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum RenameAll {
    #[default]
    None,
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
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
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => Self::None,
        }
    }

    pub(crate) fn apply(self, field: &Ident) -> String {
        let snake = plain(field);
        match self {
            Self::None | Self::Lower | Self::Snake => snake,
            Self::Upper | Self::ScreamingSnake => snake.to_ascii_uppercase(),
            Self::Pascal => pascal(&snake),
            Self::Camel => camel(&pascal(&snake)),
            Self::Kebab => snake.replace('_', "-"),
            Self::ScreamingKebab => snake.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// The same of a variant, whose words begin with capitals.
    pub(crate) fn apply_to_variant(self, variant: &Ident) -> String {
        let pascal = plain(variant);
        match self {
            Self::None | Self::Pascal => pascal,
            Self::Lower => pascal.to_ascii_lowercase(),
            Self::Upper => pascal.to_ascii_uppercase(),
            Self::Camel => camel(&pascal),
            Self::Snake => snake(&pascal),
            Self::ScreamingSnake => snake(&pascal).to_ascii_uppercase(),
            Self::Kebab => snake(&pascal).replace('_', "-"),
            Self::ScreamingKebab => snake(&pascal).to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn camel(pascal: &str) -> String {
    let mut letters = pascal.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// As serde splits a variant: before every capital, so `HTTPSent` is `h_t_t_p_sent`.
fn snake(pascal: &str) -> String {
    let mut out = String::new();
    for (place, letter) in pascal.char_indices() {
        if place > 0 && letter.is_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
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

/// Whether serde is told one of these.
pub(crate) fn has(metas: &[Meta], names: &[&str]) -> bool {
    metas.iter().any(|meta| is(meta, names))
}

/// Whether this is one of these.
pub(crate) fn is(meta: &Meta, names: &[&str]) -> bool {
    names.iter().any(|name| meta.path().is_ident(name))
}

/// Whether the type is an `Option`, which is absent as `None`.
pub(crate) fn is_option(ty: &Type) -> bool {
    option(ty).is_some()
}

/// The word `Option` of such a type.
pub(crate) fn option(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.iter().next_back()?;
    (last.ident == "Option" && !last.arguments.is_none()).then_some(&last.ident)
}

/// Whether a reader fills the field in where its key is absent: serde asks for the key of a format that is not its own.
pub(crate) fn may_be_absent(ty: &Type, serde: &[Meta]) -> bool {
    has(serde, &["default"]) || is_option(ty) && !has(serde, &["with", "deserialize_with"])
}

/// The other spelling of `alias = ".."`.
pub(crate) fn alias(meta: &Meta) -> Option<String> {
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
    fn names_of_variants_are_those_of_serde() {
        let variant = syn::parse_quote!(PaidByHTTP2);
        for (rule, key) in [
            ("", "PaidByHTTP2"),
            ("lowercase", "paidbyhttp2"),
            ("UPPERCASE", "PAIDBYHTTP2"),
            ("PascalCase", "PaidByHTTP2"),
            ("camelCase", "paidByHTTP2"),
            ("snake_case", "paid_by_h_t_t_p2"),
            ("SCREAMING_SNAKE_CASE", "PAID_BY_H_T_T_P2"),
            ("kebab-case", "paid-by-h-t-t-p2"),
            ("SCREAMING-KEBAB-CASE", "PAID-BY-H-T-T-P2"),
        ] {
            assert_eq!(RenameAll::new(rule).apply_to_variant(&variant), key);
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
