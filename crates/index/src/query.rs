//! Whose history is asked for, and how it is found.

use std::collections::BTreeMap;

use chain::{batches, Event};
use primitives::batches::RecallScope;
use primitives::{AccountId, BatchId, OrganisationId, SiteId, Sscc};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};

use crate::error::Error;
use crate::mentions::Mention;
use crate::page::{Concern, Entry, Order, Pack, Page, PageRequest, Place, MAX_PAGE};
use crate::rows::{emitted, EVENT};
use crate::store::{integer, natural, Index};

#[cfg(test)]
mod tests;

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
        let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
        query.push(EVENT);
        query.push(" FROM events e JOIN blocks b ON b.number = e.block WHERE (e.block, e.place) IN (VALUES ");
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
        let mut found: BTreeMap<Place, SqliteRow> = BTreeMap::new();
        for row in rows {
            found.insert(place(&row)?, row);
        }
        let entry = |(place, concern): (Place, Concern)| {
            let row = found.get(&place).ok_or(Error::Damaged("mention without its event"))?;
            self.entry(place, concern, row)
        };
        places.into_iter().map(entry).collect()
    }

    fn entry(&self, place: Place, concern: Concern, row: &SqliteRow) -> Result<Entry, Error> {
        let (emitted, at) = (emitted(row)?, natural(row.try_get(7)?, "time")?);
        let event = emitted.of(&self.inner.origin.contracts);
        Ok(Entry { place, block: emitted.block, at, extrinsic: emitted.extrinsic, concern, event })
    }
}

fn place(row: &SqliteRow) -> Result<Place, Error> {
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
