//! The shop over HTTP: commands with idempotency keys and `If-Match`, views, and their changes as server-sent events.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use futures_util::stream::{self, Stream};
use recount::{Command, Execute, Fingerprinted, Loaded, Position, Receipt, RejectionOf, Runtime, Token, Version};
use serde::Deserialize;
use serde_json::json;

use crate::clock::MovedClock;
use crate::levels::Levels;
use crate::order::{Cancel, Line, Order, Place};
use crate::orders::{self, Orders};
use crate::payment::{Decline, Settle};
use crate::problem::Problem;
use crate::stock::Deliver;

type Answer = Result<Response, Problem>;

/// All routes of the shop.
pub fn routes(runtime: Runtime) -> Router {
    Router::new()
        .route("/stock", get(levels))
        .route("/stock/{sku}", post(deliver))
        .route("/orders", get(list))
        .route("/orders/changes", get(changes))
        .route("/orders/{id}", put(place).get(order))
        .route("/orders/{id}/cancel", post(cancel))
        .route("/payments/{id}/settle", post(settle))
        .route("/payments/{id}/decline", post(decline))
        .route("/status", get(status))
        .with_state(runtime)
}

/// What is only there for tests and for trying things: moving the clock, and waiting until nothing is left to do.
pub fn debug_routes(runtime: Runtime, clock: MovedClock) -> Router {
    Router::new()
        .route("/debug/clock", post(advance))
        .with_state(clock)
        .merge(Router::new().route("/debug/settle", post(settled)).with_state(runtime))
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance(State(clock): State<MovedClock>, Json(Advance { seconds }): Json<Advance>) -> StatusCode {
    clock.advance(seconds);
    StatusCode::NO_CONTENT
}

async fn settled(State(runtime): State<Runtime>) -> Answer {
    let stuck = |error| Problem::new(StatusCode::CONFLICT, "unsettled", error);
    runtime.settle().await.map_err(stuck)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
struct Delivery {
    quantity: u32,
}

async fn deliver(
    State(runtime): State<Runtime>,
    Path(sku): Path<String>,
    headers: HeaderMap,
    Json(Delivery { quantity }): Json<Delivery>,
) -> Answer {
    let command = Deliver {
        sku: sku.clone(),
        quantity,
    };
    execute(runtime.execute(sku, command), &headers, StatusCode::OK).await
}

#[derive(Deserialize)]
struct Placing {
    customer: String,
    lines: Vec<Line>,
}

async fn place(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(Placing { customer, lines }): Json<Placing>,
) -> Answer {
    execute(
        runtime.execute(id, Place { customer, lines }),
        &headers,
        StatusCode::CREATED,
    )
    .await
}

#[derive(Deserialize)]
struct Because {
    reason: String,
}

async fn cancel(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(Because { reason }): Json<Because>,
) -> Answer {
    execute(runtime.execute(id, Cancel { reason }), &headers, StatusCode::OK).await
}

async fn settle(State(runtime): State<Runtime>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    execute(runtime.execute(id, Settle {}), &headers, StatusCode::OK).await
}

async fn decline(
    State(runtime): State<Runtime>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(Because { reason }): Json<Because>,
) -> Answer {
    execute(runtime.execute(id, Decline { reason }), &headers, StatusCode::OK).await
}

/// Executes a command as the headers ask: once for each `Idempotency-Key`, and only on the version of `If-Match`.
async fn execute<C>(mut command: Execute<C>, headers: &HeaderMap, done: StatusCode) -> Answer
where
    C: Command + Fingerprinted,
    RejectionOf<C>: std::error::Error + Send + Sync,
{
    if let Some(key) = headers.get("idempotency-key") {
        let key = key.to_str().map_err(Problem::bad_request)?;
        command = command.idempotency_key(key);
    }
    if let Some(tag) = headers.get(header::IF_MATCH) {
        command = command.expect_version(version(tag)?);
    }
    let receipt = command.await?;
    Ok((done, written(&receipt)).into_response())
}

/// An `ETag` is the version of the aggregate.
fn version(tag: &HeaderValue) -> Result<u64, Problem> {
    let tag = tag.to_str().map_err(Problem::bad_request)?;
    let number = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let number = number.and_then(|number| number.parse().ok());
    number.ok_or_else(|| Problem::bad_request(format!("`{tag}` is no ETag of this shop")))
}

fn e_tag(version: u64) -> [(header::HeaderName, String); 1] {
    [(header::ETAG, format!("\"{version}\""))]
}

fn written<S>(receipt: &Receipt<S>) -> impl IntoResponse + use<S> {
    let version = receipt.version.map_or(0, Version::get);
    let body = json!({
        "version": version,
        "events": receipt.events.len(),
        "position": receipt.position().map(Position::get),
        "repeated": receipt.duplicate,
    });
    (e_tag(version), Json(body))
}

async fn order(State(runtime): State<Runtime>, Path(id): Path<String>) -> Answer {
    let loaded = runtime
        .load::<Order>(&id)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let order = loaded.ok_or_else(|| Problem::not_found(format!("there is no order `{id}`")))?;
    let body = json!({
        "id": id,
        "customer": order.customer,
        "lines": order.lines,
        "total": order.total,
        "state": order.state,
    });
    Ok((e_tag(Loaded::version(&order).get()), Json(body)).into_response())
}

#[derive(Deserialize)]
struct Whose {
    customer: Option<String>,
}

/// All orders, or those of one customer, from the view.
async fn list(State(runtime): State<Runtime>, Query(Whose { customer }): Query<Whose>) -> Answer {
    let view = runtime
        .view::<Orders>()
        .await
        .map_err(|error| Problem::unavailable(&error))?;
    let rows = orders::all(&view, customer)
        .await
        .map_err(|error| Problem::internal(&error))?;
    Ok(Json(rows).into_response())
}

/// How much of each article is free.
async fn levels(State(runtime): State<Runtime>) -> Answer {
    let view = runtime
        .view::<Levels>()
        .await
        .map_err(|error| Problem::unavailable(&error))?;
    Ok(Json(view.all()).into_response())
}

/// The rows of the view as they change: from the first event on, or behind the `Last-Event-ID` that the browser has seen.
async fn changes(
    State(runtime): State<Runtime>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Sent, Gone>>>, Problem> {
    let seen = match headers.get("last-event-id") {
        Some(id) => id.to_str().ok().and_then(|id| id.parse().ok()),
        None => Some(0),
    };
    let seen = seen.ok_or_else(|| Problem::bad_request("a Last-Event-ID of this shop is a number"))?;
    let store = runtime.status().await.map_err(|error| Problem::internal(&error))?.store;
    let events = runtime.subscribe::<Order>().after(Position::new(seen)).await;
    let events = events.map_err(|error| Problem::internal(&error))?;
    let changes = stream::unfold((runtime, events), move |(runtime, mut events)| async move {
        let event = events.next().await?;
        let change = match event {
            Ok(event) => changed(&runtime, Token::new(store, event.position()), event.meta().id()).await,
            Err(error) => Err(error.into()),
        };
        Some((change, (runtime, events)))
    });
    Ok(Sse::new(changes).keep_alive(KeepAlive::default()))
}

/// Why no more changes come: the browser asks again, behind the last one that it has seen.
type Gone = Box<dyn std::error::Error + Send + Sync>;

/// The row that an event has changed, as soon as the view shows it.
async fn changed(runtime: &Runtime, seen: Token, id: &str) -> Result<Sent, Gone> {
    let view = runtime.view::<Orders>().after(seen).await?;
    let row = orders::one(&view, id.to_owned()).await?;
    Ok(Sent::default()
        .id(seen.last.to_string())
        .event("order")
        .json_data(row)?)
}

async fn status(State(runtime): State<Runtime>) -> Answer {
    let status = runtime.status().await.map_err(|error| Problem::internal(&error))?;
    Ok(Json(status).into_response())
}
