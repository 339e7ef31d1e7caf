//! A runtime executes on a store, so it cannot start without one.

async fn run() {
    let _ = recount::Runtime::builder().start().await;
}

fn main() {}
