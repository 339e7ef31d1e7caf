//! cqrs-es in SQLite, by sqlite-es, and in PostgreSQL, by postgres-es.

use std::path::Path;
use std::str::FromStr;

use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use postgres_es::PostgresEventRepository;
use sqlite_es::SqliteEventRepository;
use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Account, Cqrs};
use crate::bank::Fallible;

/// Connections to SQLite. Of more than one, writers meet at its lock and wait there in steps of milliseconds.
const SQLITE_CONNECTIONS: u32 = 1;
/// Connections to the PostgreSQL server.
const POSTGRES_CONNECTIONS: u32 = 16;

/// What sqlite-es and postgres-es ask for; both accept these types.
const SQLITE_TABLE: &str = "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence integer NOT NULL, \
     event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text NOT NULL, \
     PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT";
const POSTGRES_TABLE: &str = "DROP SCHEMA IF EXISTS recount_bench_peers CASCADE; CREATE SCHEMA recount_bench_peers; \
     CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint NOT NULL, \
     event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL, \
     PRIMARY KEY (aggregate_type, aggregate_id, sequence))";

type Persisted<R> = Cqrs<PersistedEventStore<R, Account>>;

fn persisted<R: PersistedEventRepository>(commands: R, loads: R) -> Persisted<R> {
    let store = PersistedEventStore::new_event_store;
    Cqrs::new(store(commands), store(loads))
}

/// A bank in a SQLite file of its own, with a write-ahead log that is synced at each commit.
pub async fn on_sqlite(file: &Path) -> Fallible<Persisted<SqliteEventRepository>> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let options = options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .max_connections(SQLITE_CONNECTIONS)
        .connect_with(options)
        .await?;
    pool.execute(SQLITE_TABLE).await?;
    Ok(persisted(
        SqliteEventRepository::new(pool.clone()),
        SqliteEventRepository::new(pool),
    ))
}

/// A bank on a PostgreSQL server, in the schema `recount_bench_peers`, which is dropped first.
pub async fn on_postgres(url: &str) -> Fallible<Persisted<PostgresEventRepository>> {
    let options = PgConnectOptions::from_str(url)?.options([("search_path", "recount_bench_peers")]);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .connect_with(options)
        .await?;
    pool.execute(POSTGRES_TABLE).await?;
    Ok(persisted(
        PostgresEventRepository::new(pool.clone()),
        PostgresEventRepository::new(pool),
    ))
}
