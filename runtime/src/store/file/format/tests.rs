//! The bytes are pinned here: a change of any is a change of the format.
