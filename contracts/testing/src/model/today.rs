//! Where the contracts know less than the model, or decide otherwise than they should. Each function is what they do
//! today. When a rule is mended, its function changes with it, and the model demands the mended rule from then on.

use primitives::{BatchId, SiteId, Sscc};

use super::Model;

/// Whether a named pack can be loose at a site: any can, where any pack of the batch is. So a site with one pack can
/// decommission any other one that is loose, returned, or in a case without a number.
pub fn could_be_loose_at(model: &Model, batch: BatchId, site: SiteId) -> bool {
    model.batches[&batch].packs.iter().any(|pack| pack.is_free_at(site))
}

/// Which packs a numbered case gets: the site has so many loose ones, and they are taken for those of the case. Instead of
/// packs that were decommissioned by name others go in, which the books do not look for there.
pub fn fill_case(model: &mut Model, batch: BatchId, positions: Vec<usize>, site: SiteId) -> Vec<usize> {
    let case = positions.clone();
    let mut packed = Vec::new();
    for position in positions {
        let facts = &model.batches[&batch];
        let own = facts.packs[position].is_free_at(site);
        let is_foreign = |other: &usize| !case.contains(other) && !packed.contains(other);
        let foreign = facts.positions(|pack| pack.is_free_at(site)).into_iter().rfind(is_foreign);
        match foreign {
            _ if own => packed.push(position),
            Some(other) if model.is_booked_by_name(batch, position) => packed.push(other),
            Some(other) => {
                model.facts(batch).packs.swap(position, other);
                packed.push(position);
            }
            None => panic!("so many packs are loose there"),
        }
    }
    packed
}

/// Whether the books know that a logistic unit may have recalled packs: by a recall of it or of one inside, or by one of a
/// range of serials that reaches a case between the first and the last of those in it.
pub fn is_known_as_recalled(model: &Model, sscc: Sscc) -> bool {
    let container = &model.containers[&sscc];
    let facts = &model.batches[&container.batch];
    let in_range = container.cases.zip(facts.new.units_per_case).is_some_and(|((lowest, highest), size)| {
        (lowest * size..(highest + 1) * size).any(|position| facts.in_recalled_range(position, model.now))
    });
    model.is_container_recalled(container) || model.holds_recalled(sscc) || in_range
}
