//! Nothing: the examples are in the folders beside this file, one `[[example]]` each.
