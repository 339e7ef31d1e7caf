//! A checkpoint says that everything up to it is completed, so it moves by pages that were read; a position alone says nothing.

use recount::Position;
use recount::store::Checkpoint;

fn skip(mut checkpoint: Checkpoint) -> Checkpoint {
    checkpoint.position = Position::new(1000);
    checkpoint
}

fn main() {}
