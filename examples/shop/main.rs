//! A shop over HTTP: orders, stock and payments, the process between them, and two views.
//!
//! `cargo run --example shop` serves it on `127.0.0.1:8080`, on a store in `target/shop`; `-- DIRECTORY ADDRESS` says otherwise. README's
//! table has the guides to what it uses; `shop_test.rs` beside it drives it as a customer would, and kills it in the middle.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is a program for the terminal"
)]
#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]

mod clock;
mod fulfilment;
mod http;
mod levels;
mod order;
mod orders;
mod payment;
mod problem;
mod stock;

use std::path::Path;
use std::process::ExitCode;

use recount::{FileStore, Runtime};
use tokio::net::TcpListener;

use crate::clock::MovedClock;
use crate::fulfilment::Fulfilment;
use crate::levels::Levels;
use crate::order::Order;
use crate::orders::Orders;
use crate::payment::Payment;
use crate::stock::Stock;

async fn serve(directory: &Path, address: &str) -> anyhow::Result<()> {
    let clock = MovedClock::default();
    let runtime = Runtime::builder()
        .store(FileStore::options().clock(clock.clone()).open(directory).await?)
        .clock(clock.clone())
        .aggregate::<Order>()
        .aggregate::<Stock>()
        .aggregate::<Payment>()
        .process::<Fulfilment>()
        .projection::<Levels>()
        .projection_in::<Orders>(orders::table(&directory.join("orders.sqlite")))
        .start()
        .await?;
    let listener = TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    let mut routes = http::routes(runtime.clone());
    if std::env::var_os("SHOP_DEBUG").is_some() {
        routes = routes.merge(http::debug_routes(runtime.clone(), clock));
    }
    let stop = async {
        // Without a signal to wait for, it runs until it is killed; nothing is lost by that.
        let _ended = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, routes).with_graceful_shutdown(stop).await?;
    runtime.shutdown().await;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [] => serve(Path::new("target/shop"), "127.0.0.1:8080").await,
        [directory, address] => serve(Path::new(directory), address).await,
        _ => Err(anyhow::anyhow!("usage: shop [DIRECTORY ADDRESS]")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
