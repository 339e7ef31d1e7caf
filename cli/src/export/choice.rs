//! Enums: how the variant is told decides what lies in the payload.

use recount::schema::{Choice, Outline, Tagging};
use serde_json::{Value, json};

use super::braces::Braces;
use super::json_schema::{Writer, any_of};

/// The schema of an enum.
pub(super) fn write(
    writer: &mut Writer<'_>,
    tag: &Tagging,
    open: bool,
    choices: &[Choice],
    path: &str,
    braces: Option<&Braces>,
) -> Value {
    let at = |choice: &Choice| format!("{path}/{}", choice.name);
    match tag {
        Tagging::External if braces.is_some() => flattened(writer, open, choices, at),
        Tagging::External => external(writer, open, choices, at),
        Tagging::Internal(tag) => {
            let shared = Braces::with_tag(braces, tag);
            let mut schemas: Vec<Value> = choices
                .iter()
                .map(|choice| {
                    let mut schema = tagged(tag, choice);
                    if let Some(value) = choice.value.as_ref().filter(|value| **value != Outline::Null) {
                        schema["allOf"] = json!([writer.value(value, &at(choice), Some(&shared))]);
                    }
                    schema
                })
                .collect();
            schemas.extend(open.then(|| other(tag, choices)));
            any_of(schemas)
        }
        Tagging::Adjacent { tag, content } => {
            let mut schemas: Vec<Value> = choices
                .iter()
                .map(|choice| {
                    let mut schema = tagged(tag, choice);
                    match &choice.value {
                        Some(value) => {
                            schema["properties"][content] = writer.value(value, &at(choice), None);
                            if !matches!(value, Outline::Option(_)) {
                                schema["required"] = json!([tag, content]);
                            }
                        }
                        None => schema["properties"][content] = json!({ "type": "null" }),
                    }
                    schema
                })
                .collect();
            schemas.extend(open.then(|| {
                let mut schema = other(tag, choices);
                schema["properties"][content] = json!({ "type": "null" });
                schema
            }));
            any_of(schemas)
        }
        Tagging::Untagged => any_of(
            choices
                .iter()
                .map(|choice| match &choice.value {
                    Some(value) => writer.value(value, &at(choice), braces),
                    None => json!({ "type": "null" }),
                })
                .collect(),
        ),
    }
}

/// Its name and its aliases.
fn spellings(choice: &Choice) -> impl Iterator<Item = &String> {
    [&choice.name].into_iter().chain(&choice.aliases)
}

/// The names of all these choices.
fn all<'a>(choices: impl Iterator<Item = &'a Choice>) -> Vec<&'a String> {
    choices.flat_map(spellings).collect()
}

/// `"point"`, or `{"circle": {..}}`.
fn external(writer: &mut Writer<'_>, open: bool, choices: &[Choice], at: impl Fn(&Choice) -> String) -> Value {
    let bare = all(choices.iter().filter(|choice| choice.value.is_none()));
    let mut schemas = Vec::new();
    if !bare.is_empty() {
        schemas.push(json!({ "enum": bare }));
    }
    if open {
        let with_data = all(choices.iter().filter(|choice| choice.value.is_some()));
        schemas.push(match with_data.is_empty() {
            true => json!({ "type": "string" }),
            false => json!({ "type": "string", "not": { "enum": with_data } }),
        });
    }
    for choice in choices {
        let Some(value) = &choice.value else { continue };
        let schema = writer.value(value, &at(choice), None);
        for name in spellings(choice) {
            schemas.push(json!({
                "type": "object", "properties": { name: schema }, "required": [name], "additionalProperties": false,
            }));
        }
    }
    any_of(schemas)
}

/// `"circle": {..}` or `"point": null` beside other keys.
fn flattened(writer: &mut Writer<'_>, open: bool, choices: &[Choice], at: impl Fn(&Choice) -> String) -> Value {
    let mut schemas = Vec::new();
    for choice in choices {
        let schema = match &choice.value {
            Some(value) => writer.value(value, &at(choice), None),
            None => json!({ "type": "null" }),
        };
        for name in spellings(choice) {
            schemas.push(json!({ "type": "object", "properties": { name: schema }, "required": [name] }));
        }
    }
    if open {
        schemas.push(json!({ "type": "object" }));
    }
    any_of(schemas)
}

/// `"kind": "circle"` among the keys.
fn tagged(tag: &str, choice: &Choice) -> Value {
    let name = match choice.aliases.is_empty() {
        true => json!({ "const": choice.name }),
        false => json!({ "enum": spellings(choice).collect::<Vec<_>>() }),
    };
    json!({ "type": "object", "properties": { tag: name }, "required": [tag] })
}

/// A variant that is not listed.
fn other(tag: &str, choices: &[Choice]) -> Value {
    let listed = all(choices.iter());
    json!({ "type": "object", "properties": { tag: { "type": "string", "not": { "enum": listed } } }, "required": [tag] })
}
