//! Blocks and events as rows, and by what they are found.

use chain::{Block, Contracts, Emitted, Event, Hash};
use primitives::AccountId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection};

use crate::error::Error;
use crate::mentions::{is_booking, mentions, Kind, Mention};
use crate::source::BlockRead;
use crate::store::{integer, natural};

/// How many blocks with unknown events are looked at in one transaction.
const BLOCKS_AT_ONCE: u32 = 256;

/// How many rows one statement inserts at most.
const MENTIONS_AT_ONCE: usize = 100;

/// The columns of an event, of `events e` and its block `blocks b`, for [`emitted`].
pub(crate) const EVENT: &str = "e.block, e.place, e.extrinsic, e.contract, e.topics, e.data, b.hash, b.at";

/// What a change stored.
#[derive(Clone, Copy, Default)]
pub(crate) struct Stored {
    pub(crate) blocks: u64,
    pub(crate) events: u64,
    pub(crate) unknown: u64,
}

/// Stores what blocks did. Two rows of one event cannot be: that is an error.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    blocks: &[BlockRead],
    contracts: &Contracts,
) -> Result<Stored, Error> {
    let mut stored = Stored::default();
    for read in blocks {
        stored.blocks = stored.blocks.saturating_add(1);
        if read.emitted.is_empty() {
            continue;
        }
        let at = read.at.ok_or(Error::Damaged("block without a time"))?;
        sqlx::query("INSERT INTO blocks (number, hash, at) VALUES ($1, $2, $3)")
            .bind(integer(read.block.number))
            .bind(read.block.hash.0.as_slice())
            .bind(integer(at))
            .execute(&mut *connection)
            .await?;
        for (emitted, mentions) in read.emitted.iter().zip(found_by(&read.emitted, contracts)) {
            let topics: Vec<u8> = emitted.topics.iter().flat_map(|topic| topic.0).collect();
            sqlx::query(
                "INSERT INTO events (block, place, extrinsic, contract, name, topics, data, known) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(integer(read.block.number))
            .bind(i64::from(emitted.index))
            .bind(emitted.extrinsic.map(i64::from))
            .bind(emitted.contract.0.as_slice())
            .bind(name(emitted.topics.first()))
            .bind(topics.as_slice())
            .bind(emitted.data.as_slice())
            .bind(i64::from(mentions.is_some()))
            .execute(&mut *connection)
            .await?;
            stored.events = stored.events.saturating_add(1);
            stored.unknown = stored.unknown.saturating_add(u64::from(mentions.is_none()));
            mention(connection, emitted, &mentions.unwrap_or_default()).await?;
        }
    }
    Ok(stored)
}

/// Looks again at the events that the program did not know which stored them: this one may be newer.
pub(crate) async fn recognise(
    connection: &mut SqliteConnection,
    contracts: &Contracts,
) -> Result<u64, Error> {
    let (mut after, mut recognised) = (-1_i64, 0_u64);
    loop {
        let mut transaction = connection.begin().await?;
        let blocks: Vec<(i64,)> = sqlx::query_as(
            "SELECT DISTINCT block FROM events WHERE known = 0 AND block > $1 ORDER BY block LIMIT $2",
        )
        .bind(after)
        .bind(i64::from(BLOCKS_AT_ONCE))
        .fetch_all(&mut *transaction)
        .await?;
        let Some((last,)) = blocks.last() else { return Ok(recognised) };
        after = *last;
        for (block,) in blocks {
            let query = format!(
                "SELECT {EVENT}, e.known FROM events e JOIN blocks b ON b.number = e.block \
                 WHERE e.block = $1 ORDER BY e.place"
            );
            let rows =
                sqlx::query(sqlx::AssertSqlSafe(query)).bind(block).fetch_all(&mut *transaction).await?;
            let all: Vec<Emitted> = rows.iter().map(emitted).collect::<Result<_, _>>()?;
            for ((row, emitted), mentions) in rows.iter().zip(&all).zip(found_by(&all, contracts)) {
                let (0, Some(mentions)) = (row.try_get::<i64, _>("known")?, mentions) else { continue };
                sqlx::query("UPDATE events SET known = 1 WHERE block = $1 AND place = $2")
                    .bind(block)
                    .bind(i64::from(emitted.index))
                    .execute(&mut *transaction)
                    .await?;
                mention(&mut transaction, emitted, &mentions).await?;
                recognised = recognised.saturating_add(1);
            }
        }
        transaction.commit().await?;
    }
}

/// By what each of a block's events is found. `None` for one that is not known.
fn found_by(block: &[Emitted], contracts: &Contracts) -> Vec<Option<Vec<Mention>>> {
    let events: Vec<Event> = block.iter().map(|emitted| emitted.of(contracts)).collect();
    let found = block.iter().zip(&events).map(|(emitted, event)| {
        if matches!(event, Event::Unknown(_)) {
            return None;
        }
        // One line of a batch's history is enough for what two contracts say.
        let is_explained = is_booking(event)
            && events
                .iter()
                .zip(block)
                .any(|(other, by)| matches!(other, Event::Units(_)) && by.extrinsic == emitted.extrinsic);
        let found = mentions(event).into_iter();
        Some(found.filter(|mention| !(is_explained && mention.kind == Kind::Batch)).collect())
    });
    found.collect()
}

async fn mention(
    connection: &mut SqliteConnection,
    emitted: &Emitted,
    mentions: &[Mention],
) -> Result<(), Error> {
    // Many rows in one statement: each statement is a way to SQLite's thread and back.
    for some in mentions.chunks(MENTIONS_AT_ONCE) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO mentions (kind, key, block, place) ");
        insert.push_values(some, |mut row, mention| {
            row.push_bind(i64::from(mention.kind as u8))
                .push_bind(mention.key.as_slice())
                .push_bind(integer(emitted.block.number))
                .push_bind(i64::from(emitted.index));
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// The event of a row of [`EVENT`].
pub(crate) fn emitted(row: &SqliteRow) -> Result<Emitted, Error> {
    let block = Block { number: natural(row.try_get(0)?, "block")?, hash: hash(row.try_get(6)?, "hash")? };
    let number = |value: i64, what| u32::try_from(value).map_err(|_| Error::Damaged(what));
    let extrinsic: Option<i64> = row.try_get(2)?;
    let contract: [u8; 32] =
        row.try_get::<&[u8], _>(3)?.try_into().map_err(|_| Error::Damaged("contract"))?;
    let topics = row.try_get::<&[u8], _>(4)?.chunks(32);
    Ok(Emitted {
        block,
        index: number(row.try_get(1)?, "place")?,
        extrinsic: extrinsic.map(|extrinsic| number(extrinsic, "transaction")).transpose()?,
        contract: AccountId(contract),
        topics: topics.map(|topic| hash(topic, "topic")).collect::<Result<_, _>>()?,
        data: row.try_get(5)?,
    })
}

pub(crate) fn hash(bytes: &[u8], what: &'static str) -> Result<Hash, Error> {
    <[u8; 32]>::try_from(bytes).map(Hash::from).map_err(|_| Error::Damaged(what))
}

/// The event's name: ASCII in the first topic, with zeros behind.
fn name(topic: Option<&Hash>) -> &str {
    let bytes = topic.map_or(&[][..], |topic| topic.0.as_slice());
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let name = bytes.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        name
    } else {
        ""
    }
}
