#[derive(Clone, recount::StreamKey)]
pub struct AccountId(String);

fn main() {}
