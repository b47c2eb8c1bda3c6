use chain::{evidence, feeds, products};

use super::{plain, step, words, Description, Speaker};

pub(super) fn of_products(event: &products::Event, names: Speaker<'_>) -> Description {
    use products::Event;
    let by = |actor| names.actor(actor);
    match event {
        Event::ProductAuthorised(it) => plain(
            "product-authorised",
            format!(
                "{} authorised product {:014} for {}",
                by(&it.by),
                it.product.gtin,
                names.organisation(it.product.holder)
            ),
        ),
        Event::ProductChanged(it) => plain(
            "product-changed",
            format!("{} changed the authorisation of product {:014}", by(&it.by), it.product.gtin),
        ),
        Event::ProductWithdrawn(it) => plain(
            "product-withdrawn",
            format!("{} withdrew the authorisation of product {:014}", by(&it.by), it.gtin),
        ),
        Event::ProductRestored(it) => plain(
            "product-restored",
            format!("{} restored the authorisation of product {:014}", by(&it.by), it.gtin),
        ),
        Event::ProductsDelegated(it) => {
            let (length, digits) = (usize::from(it.prefix.length), it.prefix.digits);
            plain(
                "products-delegated",
                match it.delegate {
                    Some(delegate) => format!(
                        "{} lets {} authorise products of the prefix {digits:0length$}",
                        by(&it.by),
                        names.organisation(delegate)
                    ),
                    None => format!(
                        "{} lets nobody else authorise products of the prefix {digits:0length$}",
                        by(&it.by)
                    ),
                },
            )
        }
        Event::BatchAttested(it) => step(
            "attested",
            ("inspecting", "conformant"),
            format!("{} attested {} of the batch", by(&it.by), words::attestation(it.attestation)),
        ),
    }
}

pub(super) fn of_evidence(event: &evidence::Event, names: Speaker<'_>) -> Description {
    use evidence::Event;
    match event {
        Event::EvidencePolicySet(it) => {
            let what = if it.policy.is_some() { "set which reports" } else { "ended that reports" };
            let what = format!("{} {what} of {} quarantine goods", names.actor(&it.by), it.feed.name());
            plain("evidence-policy-set", what)
        }
        Event::EvidencePresented(it) => plain(
            "evidence-presented",
            format!(
                "{} presented a report of {} about {}",
                names.actor(&it.by),
                it.feed.name(),
                words::target(it.target)
            ),
        ),
    }
}

pub(super) fn of_feeds(event: &feeds::Event, names: Speaker<'_>) -> Description {
    use feeds::Event;
    let by = |actor| names.actor(actor);
    match event {
        Event::OperatorsSet(it) => plain(
            "operators-set",
            format!("the operators are {}, of which {} may be faulty", it.operators.len(), it.f),
        ),
        Event::ModelApproved(it) => {
            plain("model-approved", format!("{} approved the model {}", by(&it.by), it.model))
        }
        Event::ModelRevoked(it) => {
            plain("model-revoked", format!("{} revoked the approval of the model {}", by(&it.by), it.model))
        }
        Event::FeedSet(it) => plain("feed-set", format!("{} set the feed {}", by(&it.by), it.feed.name())),
        Event::ResultRequested(it) => plain(
            "result-requested",
            format!("{} requested a value of {}, request {}", by(&it.by), it.feed.name(), it.request),
        ),
        Event::RequestCancelled(it) => {
            plain("request-cancelled", format!("{} cancelled request {}", by(&it.by), it.request))
        }
        Event::ReportAccepted(it) => plain(
            "report-accepted",
            format!("a report of {} was accepted, round {}", it.feed.name(), it.round),
        ),
    }
}
