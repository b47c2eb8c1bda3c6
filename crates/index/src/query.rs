//! What is asked of the history: page by page, by block and place.

use std::collections::BTreeMap;

use chain::{batches, Block, Emitted, Event, Hash};
use primitives::batches::RecallScope;
use primitives::{AccountId, BatchId, OrganisationId, SiteId, Sscc, Timestamp, UnitId};
use sqlx::{QueryBuilder, Row, Sqlite};

use crate::error::Error;
use crate::mentions::Mention;
use crate::progress::Gap;
use crate::store::{integer, natural, Index};
use crate::writer::hash;

#[cfg(test)]
mod tests;

/// The most entries that one page has.
pub const MAX_PAGE: u16 = 100;

/// Where an event is on chain: in which block, and where among all events of that. Places are in the chain's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The block's height.
    pub block: u64,
    /// The event's place among all events of the block, from 0.
    pub index: u32,
}

impl Place {
    pub(crate) const FIRST: Self = Self { block: 0, index: 0 };
    pub(crate) const LAST: Self = Self { block: u64::MAX, index: u32::MAX };

    /// The first place behind this one.
    pub(crate) const fn next(self) -> Self {
        match self.index.checked_add(1) {
            Some(index) => Self { index, ..self },
            None => Self { block: self.block.saturating_add(1), index: 0 },
        }
    }

    /// The last place before this one.
    const fn before(self) -> Self {
        match self.index.checked_sub(1) {
            Some(index) => Self { index, ..self },
            None => Self { block: self.block.saturating_sub(1), index: u32::MAX },
        }
    }
}

/// In which order a history is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first.
    OldestFirst,
}

/// Which page of a history is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// In which order.
    pub order: Order,
    /// [`Page::next`] of the page before. `None` for the first one.
    pub after: Option<Place>,
    /// How many entries: 1 to [`MAX_PAGE`]; what is outside counts as the nearer end.
    pub limit: u16,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { order: Order::default(), after: None, limit: MAX_PAGE }
    }
}

/// What an event has to do with what was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concern {
    /// It names it.
    Itself,
    /// It is about the closed logistic unit in which the unit was then, or the shipment of that.
    LogisticUnit,
    /// It is about the whole batch or product of the unit.
    Batch,
}

/// An event of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is on chain.
    pub place: Place,
    /// The block.
    pub block: Block,
    /// The block's time, in milliseconds since 1970 in UTC. Some events say when something was really done: what was done
    /// offline comes later.
    pub at: Timestamp,
    /// The place of the transaction in the block, from 0. `None` where no transaction caused it.
    pub extrinsic: Option<u32>,
    /// What it has to do with what was asked about.
    pub concern: Concern,
    /// The event.
    pub event: Event,
}

/// A part of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The events, in the order that was asked for.
    pub entries: Vec<Entry>,
    /// Behind which place the next page begins. `None` where this is the last one.
    pub next: Option<Place>,
    /// The last block that was read before the answer: nothing is known of later ones. `None` where none was.
    pub until: Option<u64>,
    /// The blocks that are missing in the history between the ends of this page.
    pub incomplete: Vec<Gap>,
}

/// A pack, as a scan and the batch's serial list know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The product, by which its recalls are found: 14 digits as a number.
    pub gtin: u64,
    /// The batch.
    pub batch: BatchId,
    /// The unit.
    pub unit: UnitId,
    /// Its position in the batch's serial tree, by which its case is found. `None` where that is not known.
    pub position: Option<u32>,
}

/// Which events are wanted: those with a mention, between two places, both included.
#[derive(Clone, Debug)]
pub(crate) struct Selector {
    pub(crate) mention: Mention,
    pub(crate) concern: Concern,
    pub(crate) from: Place,
    pub(crate) to: Place,
}

impl Selector {
    pub(crate) const fn all(mention: Mention, concern: Concern) -> Self {
        Self { mention, concern, from: Place::FIRST, to: Place::LAST }
    }

    fn from(self, from: Place) -> Self {
        Self { from, ..self }
    }
}

impl Index {
    /// The history of a batch of this product: every event about it, and the recalls of its product since its registration.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn of_batch(&self, batch: BatchId, gtin: u64, page: &PageRequest) -> Result<Page, Error> {
        let born = self.registered_at(batch).await?;
        let mut selectors = vec![Selector::all(Mention::batch(batch), Concern::Itself)];
        selectors
            .extend(born.map(|born| Selector::all(Mention::product_recall(gtin), Concern::Batch).from(born)));
        self.page(&selectors, born, page).await
    }

    /// The history of a unit: its own events; those that are about all units of its batch; and those of the closed logistic
    /// units in which it was, as far as the books know that, with their shipments.
    ///
    /// The books know it for a unit of a numbered case, whose position must be given. Units that move loose are counted only:
    /// by which shipment one of them came, only the batch's history can suggest.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn of_unit(&self, pack: &Pack, page: &PageRequest) -> Result<Page, Error> {
        let born = self.registered_at(pack.batch).await?;
        let mut selectors = vec![
            Selector::all(Mention::unit(pack.unit), Concern::Itself),
            Selector::all(Mention::whole_batch(pack.batch), Concern::Batch),
        ];
        selectors.extend(
            born.map(|born| Selector::all(Mention::product_recall(pack.gtin), Concern::Batch).from(born)),
        );
        if let Some(position) = pack.position {
            selectors.extend(self.carriers(pack.batch, position).await?);
        }
        let mut page = self.page(&selectors, born, page).await?;
        for entry in &mut page.entries {
            if recalls_position(&entry.event, pack.position) {
                entry.concern = Concern::Itself;
            }
        }
        Ok(page)
    }

    /// What happened at a site, and to it.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn of_site(&self, site: SiteId, page: &PageRequest) -> Result<Page, Error> {
        self.of(Mention::site(site), page).await
    }

    /// What an organisation did, and what was decided about it.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn of_organisation(
        &self,
        organisation: OrganisationId,
        page: &PageRequest,
    ) -> Result<Page, Error> {
        self.of(Mention::organisation(organisation), page).await
    }

    /// What an account did, and what was decided about it.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn of_account(&self, account: AccountId, page: &PageRequest) -> Result<Page, Error> {
        self.of(Mention::account(account), page).await
    }

    /// What happened to a product: its authorisation, its batches' registrations, its recalls.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn of_product(&self, gtin: u64, page: &PageRequest) -> Result<Page, Error> {
        self.of(Mention::product(gtin), page).await
    }

    /// What happened to a shipment.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn of_shipment(&self, shipment: u64, page: &PageRequest) -> Result<Page, Error> {
        self.of(Mention::shipment(shipment), page).await
    }

    /// What happened to a logistic unit, under its number, which may be used again after its time.
    ///
    /// # Errors
    /// Those of the file.
    pub async fn of_logistic_unit(&self, sscc: Sscc, page: &PageRequest) -> Result<Page, Error> {
        self.of(Mention::logistic_unit(sscc), page).await
    }

    async fn of(&self, mention: Mention, page: &PageRequest) -> Result<Page, Error> {
        self.page(&[Selector::all(mention, Concern::Itself)], None, page).await
    }

    /// Where the batch was registered for the first time, where the history has that: nothing happened to it before.
    async fn registered_at(&self, batch: BatchId) -> Result<Option<Place>, Error> {
        let first = Selector::all(Mention::batch(batch), Concern::Itself);
        let places = self.places(&first, Order::OldestFirst, 1).await?;
        let entries =
            self.entries(places.into_iter().map(|place| (place, Concern::Itself)).collect()).await?;
        let is_registration =
            |entry: &&Entry| matches!(entry.event, Event::Batches(batches::Event::BatchRegistered(_)));
        Ok(entries.iter().find(is_registration).map(|entry| entry.place))
    }

    /// One page of what any of the selectors finds, each event once. `born`: nothing can be missing before.
    async fn page(
        &self,
        selectors: &[Selector],
        born: Option<Place>,
        request: &PageRequest,
    ) -> Result<Page, Error> {
        let limit = request.limit.clamp(1, MAX_PAGE);
        // First: what is read meanwhile may be missing in the answer.
        let progress = self.progress();
        let mut found: BTreeMap<Place, Concern> = BTreeMap::new();
        for selector in selectors {
            let mut selector = selector.clone();
            match (request.order, request.after) {
                (_, None) => {}
                (Order::OldestFirst, Some(after)) => selector.from = selector.from.max(after.next()),
                (Order::NewestFirst, Some(Place::FIRST)) => continue,
                (Order::NewestFirst, Some(after)) => selector.to = selector.to.min(after.before()),
            }
            // One more than wanted shows whether there is a next page.
            for place in self.places(&selector, request.order, limit.saturating_add(1)).await? {
                let concern = found.entry(place).or_insert(selector.concern);
                *concern = selector.concern.min(*concern);
            }
        }
        let mut places: Vec<(Place, Concern)> = found.into_iter().collect();
        if request.order == Order::NewestFirst {
            places.reverse();
        }
        let has_more = places.len() > usize::from(limit);
        places.truncate(limit.into());
        let last = places.last().map(|(place, _)| *place);
        let entries = self.entries(places).await?;
        let next = last.filter(|_| has_more);
        let until = progress.last();
        let incomplete = match ends(request, next, born.map(|born| born.block)) {
            Some((first, last)) => progress.gaps.into_iter().filter(|gap| gap.touches(first, last)).collect(),
            None => Vec::new(),
        };
        Ok(Page { entries, next, until, incomplete })
    }

    /// The places that a selector finds, `limit` at most.
    pub(crate) async fn places(
        &self,
        selector: &Selector,
        order: Order,
        limit: u16,
    ) -> Result<Vec<Place>, Error> {
        let oldest = "SELECT block, place FROM mentions WHERE kind = $1 AND key = $2 \
                      AND (block, place) >= ($3, $4) AND (block, place) <= ($5, $6) \
                      ORDER BY block, place LIMIT $7";
        let newest = "SELECT block, place FROM mentions WHERE kind = $1 AND key = $2 \
                      AND (block, place) >= ($3, $4) AND (block, place) <= ($5, $6) \
                      ORDER BY block DESC, place DESC LIMIT $7";
        let rows = sqlx::query(if order == Order::OldestFirst { oldest } else { newest })
            .bind(i64::from(selector.mention.kind as u8))
            .bind(selector.mention.key.as_slice())
            .bind(integer(selector.from.block))
            .bind(i64::from(selector.from.index))
            .bind(integer(selector.to.block))
            .bind(i64::from(selector.to.index))
            .bind(i64::from(limit))
            .fetch_all(&self.inner.reads)
            .await?;
        rows.iter().map(place).collect()
    }

    /// The events at these places, in the same order.
    pub(crate) async fn entries(&self, places: Vec<(Place, Concern)>) -> Result<Vec<Entry>, Error> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT e.block, e.place, e.extrinsic, e.contract, e.topics, e.data, b.hash, b.at \
             FROM events e JOIN blocks b ON b.number = e.block WHERE (e.block, e.place) IN (VALUES ",
        );
        let mut tuples = query.separated(", ");
        for (place, _) in &places {
            tuples.push("(");
            tuples.push_bind_unseparated(integer(place.block));
            tuples.push_unseparated(", ");
            tuples.push_bind_unseparated(i64::from(place.index));
            tuples.push_unseparated(")");
        }
        query.push(")");
        let rows = query.build().fetch_all(&self.inner.reads).await?;
        let mut found: BTreeMap<Place, sqlx::sqlite::SqliteRow> = BTreeMap::new();
        for row in rows {
            found.insert(place(&row)?, row);
        }
        let entry = |(place, concern): (Place, Concern)| {
            let row = found.get(&place).ok_or(Error::Damaged("mention without its event"))?;
            self.entry(place, concern, row)
        };
        places.into_iter().map(entry).collect()
    }

    fn entry(&self, place: Place, concern: Concern, row: &sqlx::sqlite::SqliteRow) -> Result<Entry, Error> {
        let block = Block { number: place.block, hash: hash(row.try_get(6)?, "hash")? };
        let extrinsic: Option<i64> = row.try_get(2)?;
        let extrinsic = extrinsic.map(u32::try_from).transpose();
        let extrinsic = extrinsic.map_err(|_| Error::Damaged("transaction"))?;
        let contract: [u8; 32] =
            row.try_get::<&[u8], _>(3)?.try_into().map_err(|_| Error::Damaged("contract"))?;
        let topics = row.try_get::<&[u8], _>(4)?.chunks(32);
        let topics: Vec<Hash> = topics.map(|topic| hash(topic, "topic")).collect::<Result<_, _>>()?;
        let emitted = Emitted {
            block,
            index: place.index,
            extrinsic,
            contract: AccountId(contract),
            topics,
            data: row.try_get(5)?,
        };
        let at = natural(row.try_get(7)?, "time")?;
        let event = emitted.of(&self.inner.origin.contracts);
        Ok(Entry { place, block, at, extrinsic, concern, event })
    }
}

fn place(row: &sqlx::sqlite::SqliteRow) -> Result<Place, Error> {
    let index = u32::try_from(row.try_get::<i64, _>(1)?).map_err(|_| Error::Damaged("place"))?;
    Ok(Place { block: natural(row.try_get(0)?, "block")?, index })
}

/// Whether the event is a recall of a range of serials with this position.
fn recalls_position(event: &Event, position: Option<u32>) -> bool {
    match (event, position) {
        (Event::Batches(batches::Event::BatchRecalled(it)), Some(position)) => match it.recall.scope {
            RecallScope::SerialRange { first, last } => first <= position && position <= last,
            RecallScope::Batch | RecallScope::LogisticUnit(_) | RecallScope::Product => false,
        },
        _ => false,
    }
}

/// Between which blocks something can be missing on a page, both included. `None` where nothing can.
fn ends(request: &PageRequest, next: Option<Place>, born: Option<u64>) -> Option<(u64, u64)> {
    let after = request.after.map(|after| after.block);
    let next = next.map(|next| next.block);
    let (first, last) = match request.order {
        Order::OldestFirst => (after.unwrap_or(0), next.unwrap_or(u64::MAX)),
        Order::NewestFirst => (next.unwrap_or(0), after.unwrap_or(u64::MAX)),
    };
    let first = first.max(born.unwrap_or(0));
    (first <= last).then_some((first, last))
}
