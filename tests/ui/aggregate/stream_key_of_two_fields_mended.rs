use std::borrow::Cow;

#[derive(Clone)]
pub struct Seat {
    pub row: u32,
    pub number: u32,
}

impl recount::StreamKey for Seat {
    fn text(&self) -> Cow<'_, str> {
        format!("{}-{}", self.row, self.number).into()
    }
}

fn main() {}
