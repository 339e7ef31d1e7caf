//! A key has no name: the aggregate whose id it is has one.

#[derive(Clone, recount::StreamKey)]
#[stream_key(name = "account")]
pub struct AccountId(String);

fn main() {}
