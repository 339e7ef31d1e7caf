async fn run() {
    let _ = recount::Runtime::builder()
        .store(recount::MemoryStore::new())
        .start()
        .await;
}

fn main() {}
