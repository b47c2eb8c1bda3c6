//! Which recalls a site has not acknowledged.

use primitives::batches::{Holding, RecallNotice, RecallScope};

/// The recalls that go on and that the site has not acknowledged, of those of a batch in the contract's order. The product's
/// are numbered apart, so for them the moment of the last acknowledgement decides: it is of all until then.
pub fn missing<'a>(
    recalls: &'a [RecallNotice],
    holding: &'a Holding,
) -> impl Iterator<Item = &'a RecallNotice> {
    let unknown = |(number, notice): &(u8, &RecallNotice)| match notice.recall.scope {
        RecallScope::Product => holding.acknowledged_at < notice.at,
        _ => *number >= holding.acknowledged,
    };
    (0..).zip(recalls).filter(unknown).map(|(_, notice)| notice).filter(|notice| notice.ended.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::batches::RecallEnded;
    use primitives::DocumentHash;
    use testkit::register::recall;

    #[test]
    fn recalls_of_batch_and_product_are_acknowledged_each_in_its_own_count() {
        let range = RecallScope::SerialRange { first: 1, last: 2 };
        let mut recalls =
            vec![recall(range, 5), recall(RecallScope::Batch, 7), recall(RecallScope::Product, 9)];
        let left = |recalls: &[RecallNotice], acknowledged, acknowledged_at| {
            let holding = Holding { acknowledged, acknowledged_at, ..Holding::default() };
            missing(recalls, &holding).map(|notice| notice.at).collect::<Vec<u64>>()
        };
        assert_eq!(left(&recalls, 0, 0), [5, 7, 9]);
        assert_eq!(left(&recalls, 1, 6), [7, 9]);
        assert_eq!(left(&recalls, 2, 8), [9]);
        assert!(left(&recalls, 2, 9).is_empty());
        recalls[1].ended = Some(RecallEnded { by: 1, at: 8, document: DocumentHash([2; 32]) });
        assert_eq!(left(&recalls, 1, 6), [9], "what has ended waits for nobody");
    }
}
