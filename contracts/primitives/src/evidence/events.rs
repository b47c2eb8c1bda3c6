use super::EvidencePolicy;
use crate::batches::QuarantineTarget;
use crate::event::events;
use crate::{Actor, FeedId};

events! {
    /// The policy of a feed changed: which of its reports quarantine goods.
    EvidencePolicySet [2] {
        /// The feed of the reports.
        feed: FeedId,
        /// The regulator.
        by: Actor,
        /// The policy. `None` where reports of the feed are not evidence any more.
        policy: Option<EvidencePolicy>,
    }

    /// Goods were quarantined because of a report.
    EvidencePresented [2] {
        /// The feed of the report.
        feed: FeedId,
        /// Who presented the report.
        by: Actor,
        /// The goods.
        target: QuarantineTarget,
        /// The reported value, in the feed's fixed point.
        value: i128,
        /// The least value that was evidence then.
        threshold: i128,
    }
}
