//! What a stream key has to be.

use super::has_no_parameters;
use crate::model::StreamKey;
use crate::support::errors::Errors;

pub(crate) fn stream_key(key: &StreamKey, errors: &mut Errors) {
    has_no_parameters("a stream key", &key.generics, errors);
    has_one_field(key, errors);
}

/// Two fields would need a text that keeps them apart, and that is for the user to say.
fn has_one_field(key: &StreamKey, errors: &mut Errors) {
    if key.field.is_none() {
        let ident = &key.ident;
        let message = format!(
            "a stream key is a struct of one field: write `struct {ident}(String);`\n\
             or write `impl StreamKey for {ident}` by hand"
        );
        errors.at(ident, message);
    }
}
