//! The headers as bytes, written by hand: every command writes them, and the serializer of any value takes five times as long.

use std::sync::Arc;

use uuid::Uuid;

use crate::codec;
use crate::envelope::{Cause, Headers};

/// The same as serde writes.
pub(super) fn headers(headers: &Headers) -> Arc<[u8]> {
    codec::written(|bytes| {
        write(headers, &mut Json(bytes));
        Arc::from(&**bytes)
    })
}

fn write(headers: &Headers, json: &mut Json<'_>) {
    let Headers {
        correlation,
        command,
        actor,
        hops,
        user,
    } = headers;
    json.raw("{");
    if let Some(correlation) = correlation {
        json.raw(r#""correlation":"#).id(*correlation);
    }
    if let Some(Cause { id, name, causation }) = command {
        json.next()
            .raw(r#""command":{"id":"#)
            .id(*id)
            .raw(r#","name":"#)
            .text(name);
        if let Some(causation) = causation {
            json.raw(r#","causation":"#).text(&causation.to_string());
        }
        json.raw("}");
    }
    if let Some(actor) = actor {
        json.next().raw(r#""actor":"#).text(actor);
    }
    if *hops > 0 {
        json.next().raw(r#""hops":"#).raw(&hops.to_string());
    }
    if !user.is_empty() {
        json.next().raw(r#""user":{"#);
        for (name, value) in user {
            json.next().text(name).raw(":").text(value);
        }
        json.raw("}");
    }
    json.raw("}");
}

/// JSON that is being written.
struct Json<'a>(&'a mut Vec<u8>);

impl Json<'_> {
    fn raw(&mut self, json: &str) -> &mut Self {
        self.0.extend_from_slice(json.as_bytes());
        self
    }

    /// What stands before a name that is not the first of its object.
    fn next(&mut self) -> &mut Self {
        if self.0.last() == Some(&b'{') {
            self
        } else {
            self.raw(",")
        }
    }

    fn id(&mut self, id: Uuid) -> &mut Self {
        self.quoted(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }

    fn text(&mut self, text: &str) -> &mut Self {
        // Without an end at the first that is not, so that many bytes are compared at once.
        let is_plain = |plain: bool, byte: u8| plain & (byte >= b' ') & (byte != b'"') & (byte != b'\\');
        if text.bytes().fold(true, is_plain) {
            return self.quoted(text);
        }
        let escaped = codec::encode(text).expect("texts can be written as JSON");
        self.0.extend_from_slice(&escaped);
        self
    }

    fn quoted(&mut self, text: &str) -> &mut Self {
        self.raw("\"").raw(text).raw("\"")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::stream::AppendId;

    proptest! {
        /// Rule 4.10: what is stored is what serde writes of the headers, whatever stands in them.
        #[test]
        fn it_is_what_serde_writes(
            correlation in any::<Option<u128>>(),
            command in any::<Option<(u128, String, Option<u32>)>>(),
            actor in any::<Option<String>>(),
            hops in any::<u32>(),
            user in any::<BTreeMap<String, String>>(),
        ) {
            let command = command.map(|(id, name, index)| {
                let id = Uuid::from_u128(id);
                Cause::new(id, name, index.map(|index| AppendId::new(id).event(index)))
            });
            let correlation = correlation.map(Uuid::from_u128);
            let written = Headers { correlation, command, actor, hops, user };
            let by_serde = codec::encode(&written).expect("texts can be written as JSON");
            prop_assert_eq!(headers(&written), Arc::from(by_serde));
        }
    }
}
