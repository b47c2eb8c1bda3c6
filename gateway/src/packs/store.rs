//! What tills have ordered, by their keys, and what came of it. Of an order only its hash is in it; the answers name packs,
//! and are deleted after 30 days.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::Row;

use crate::metrics::now_ms;

/// How long an answer is given again: longer than a till is offline.
const KEPT: Duration = Duration::from_secs(30 * 86_400);
const BUSY: Duration = Duration::from_secs(5);

const SCHEMA: &str = "create table if not exists bookings (
    till text not null,
    key text not null,
    order_hash blob not null,
    begun_at integer not null,
    answer text,
    primary key (till, key)
) strict";

/// The bookings of all tills.
#[derive(Debug)]
pub(super) struct Store(SqlitePool);

/// An order of before.
pub(super) struct Found {
    /// The hash of the order.
    pub(super) order: [u8; 32],
    /// What came of it; `None` where that is open.
    pub(super) answer: Option<Value>,
}

impl Store {
    pub(super) async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        // Its answers name packs: only its owner may read it. SQLite gives its side files the same permissions.
        files::open_private(path).map_err(sqlx::Error::Io)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // What is begun must be known after a power failure.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        // One statement each, by one connection: there are no transactions that could be cancelled.
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        sqlx::query(SCHEMA).execute(&pool).await?;
        Ok(Self(pool))
    }

    pub(super) async fn find(&self, till: &str, key: &str) -> Result<Option<Found>, sqlx::Error> {
        let query = sqlx::query("select order_hash, answer from bookings where till = $1 and key = $2");
        let row = query.bind(till).bind(key).fetch_optional(&self.0).await?;
        row.map(|row| {
            let order: Vec<u8> = row.try_get(0)?;
            let answer: Option<String> = row.try_get(1)?;
            let damaged =
                |what: &str| sqlx::Error::Decode(format!("a booking with {what} that cannot be read").into());
            let order = order.try_into().map_err(|_| damaged("an order"))?;
            let answer = answer
                .map(|text| serde_json::from_str(&text).map_err(|_| damaged("an answer")))
                .transpose()?;
            Ok(Found { order, answer })
        })
        .transpose()
    }

    pub(super) async fn begin(&self, till: &str, key: &str, order: [u8; 32]) -> Result<(), sqlx::Error> {
        let now = i64::try_from(now_ms()).unwrap_or(i64::MAX);
        let oldest = now.saturating_sub(i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX));
        sqlx::query("delete from bookings where begun_at < $1").bind(oldest).execute(&self.0).await?;
        let insert = "insert into bookings (till, key, order_hash, begun_at) values ($1, $2, $3, $4) on conflict do nothing";
        sqlx::query(insert).bind(till).bind(key).bind(order.to_vec()).bind(now).execute(&self.0).await?;
        Ok(())
    }

    pub(super) async fn end(&self, till: &str, key: &str, answer: &Value) -> Result<(), sqlx::Error> {
        let update = "update bookings set answer = $3 where till = $1 and key = $2";
        sqlx::query(update).bind(till).bind(key).bind(answer.to_string()).execute(&self.0).await?;
        Ok(())
    }

    pub(super) async fn forget(&self, till: &str, key: &str) -> Result<(), sqlx::Error> {
        let delete = "delete from bookings where till = $1 and key = $2 and answer is null";
        sqlx::query(delete).bind(till).bind(key).execute(&self.0).await?;
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn an_order_is_open_until_it_has_an_answer_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packs.sqlite");
        let store = Store::open(&path).await.unwrap();
        store.begin("a", "1", [7; 32]).await.unwrap();
        for suffix in ["", "-wal", "-shm"] {
            let file = format!("{}{suffix}", path.display());
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "{suffix:?}");
        }
        // A second beginning of the same changes nothing.
        store.begin("a", "1", [8; 32]).await.unwrap();
        let found = store.find("a", "1").await.unwrap().unwrap();
        assert_eq!((found.order, found.answer), ([7; 32], None));
        assert!(store.find("b", "1").await.unwrap().is_none());
        store.end("a", "1", &json!({"x": 1})).await.unwrap();
        store.forget("a", "1").await.unwrap();
        assert_eq!(store.find("a", "1").await.unwrap().unwrap().answer, Some(json!({"x": 1})));
        store.begin("a", "2", [7; 32]).await.unwrap();
        store.forget("a", "2").await.unwrap();
        assert!(store.find("a", "2").await.unwrap().is_none());
    }
}
