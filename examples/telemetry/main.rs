//! The trace of a command, as OpenTelemetry has it: a withdrawal meets a deposit of another node, and is decided again.
//!
//! Run it with `cargo run --example telemetry`. It keeps the spans in memory and prints them, so it needs no collector. To send them to one,
//! at `http://localhost:4317` or where `OTEL_EXPORTER_OTLP_ENDPOINT` says, add the crate `opentelemetry-otlp` and build the provider with
//! its exporter; nothing else changes:
//!
//! ```text
//! let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().build()?;
//! let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
//! ```

#![expect(clippy::print_stdout, reason = "an example tells what it does")]
#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]

mod account;
mod shown;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use recount::{ExecuteError, MemoryStore, Runtime};
use tracing::{Instrument, info_span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use account::{Account, Deposit, Open, Withdraw};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("bank"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false);
    // Spans are on level INFO; DEBUG shows conflicts as well.
    tracing_subscriber::registry()
        .with(LevelFilter::DEBUG)
        .with(layer)
        .init();

    // Two nodes on one store.
    let store = MemoryStore::new();
    let here = node(&store).await?;
    let there = node(&store).await?;
    here.execute("acc-101", Open { owner: "Ada".into() }).await?;
    // `here` keeps the account without this deposit.
    there.execute("acc-101", Deposit { amount: 100 }).await?;
    exporter.reset();

    // What a web framework does for each request.
    let request = info_span!("POST /withdrawals");
    withdrawals(&here).instrument(request).await?;

    provider.force_flush()?;
    print!("{}", shown::tree(&exporter.get_finished_spans()?));
    Ok(())
}

async fn node(store: &MemoryStore) -> anyhow::Result<Runtime> {
    let builder = Runtime::builder().store(store.clone()).aggregate::<Account>();
    Ok(builder.start().await?)
}

async fn withdrawals(node: &Runtime) -> anyhow::Result<()> {
    node.execute("acc-101", Deposit { amount: 50 }).await?;
    match node.execute("acc-101", Withdraw { amount: 500 }).await {
        Err(ExecuteError::Rejected(_)) => Ok(()),
        other => anyhow::bail!("{other:?}"),
    }
}
