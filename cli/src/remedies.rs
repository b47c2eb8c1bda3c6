//! What to do when a contract refuses. The cause is in the error itself.

use primitives::access::Error as Access;
use primitives::batches::Error as Batches;
use primitives::evidence::Error as Evidence;
use primitives::feeds::Error as Feeds;
use primitives::governance::Error as Governance;
use primitives::products::Error as Products;
use primitives::units::Error as Units;

const SET_UP: &str = "Wait until the administrator ends the set-up with `theriac admin end-set-up`.";
const PAUSED: &str = "Wait until the administrator runs `theriac admin unpause`.";
const ACCESS: &str =
    "Check that the deployment file belongs to this chain, and that its access contract is there.";
const ROLE: &str =
    "See `theriac org show` for the roles of your organisation, and `theriac org account list` for those of \
                    your account; `theriac admin show` says who grants a role.";
const SITE: &str =
    "Name a site of your own with --site: see `theriac org account list` for the one of your account.";
const BATCHES: &str =
    "Check that the deployment file belongs to this chain, and that its batches contract is there.";
const UNKNOWN_BATCH: &str = "Compare GTIN and lot with the print; the manufacturer registers the batch.";
const EXPIRED: &str = "Expired goods do not move. Check the expiry date.";
const NOT_RELEASED: &str = "Wait for `theriac batch release` by the manufacturer's quality unit.";
const BLOCKED: &str = "Ask the regulator that blocked the batch: see `theriac batch show`.";
const STOPPED: &str =
    "Ask the regulator that stopped it, or wait: another one frees it two days after, as `theriac status \
                       regulator` shows.";
const ENDED_BY_ANOTHER: &str =
    "Sign with another account of a regulator than ordered it: two persons end a recall.";
const STANDS: &str = "Wait until two days after its order: `theriac batch show` has its time.";
const EXPIRY: &str = "Compare the expiry with the print on the pack.";
const QUANTITY: &str = "Give a quantity of 1 or more.";
const BATCH_EXISTS: &str = "Look at it with `theriac batch show`; another production run needs another lot.";
const ALREADY_RELEASED: &str = "Nothing to do: the batch may move.";
const DEADLINE: &str = "Give holders at least until tomorrow.";
const PREFIX: &str = "Give the 4 to 12 digits of the licence from GS1, leading zeros included.";
const ORGANISATION: &str = "See `theriac org list`, or register it with `theriac org register`.";
const PRODUCT_REGISTER: &str =
    "Check with `theriac admin show` whether `products` has the role product-register in the current `batches`.";
const RECALLED: &str = "Return the goods as the instructions say: `theriac batch show` has the recalls.";
const NOT_HELD: &str = "See `theriac batch reach` for what the site has; give a smaller quantity.";
const NO_SERIALS: &str = "Give --quantity instead of a serial.";
const TOO_MANY_CONTRACTS: &str = "Unpause a contract, or remove the roles of one that is not used any more.";

/// What to do about a refusal of `access`.
pub const fn of_access(error: Access) -> &'static str {
    match error {
        Access::InSetUp => SET_UP,
        Access::Paused => PAUSED,
        Access::AccessUnavailable => ACCESS,
        Access::CallerNotAuthorised => {
            "Only the deployment's governance contract changes `access`: use `theriac org` and `theriac admin`. To resume a \
             deployment, sign with the key that began it."
        }
        Access::CallerNotAtSite => SITE,
        Access::TooManyContracts => TOO_MANY_CONTRACTS,
    }
}

/// What to do about a refusal of `governance`.
pub const fn of_governance(error: Governance) -> &'static str {
    match error {
        Governance::InSetUp => SET_UP,
        Governance::Paused => PAUSED,
        Governance::AccessUnavailable => ACCESS,
        Governance::CallerNotAuthorised => ROLE,
        Governance::CallerNotAtSite => SITE,
        Governance::UnknownOrganisation => ORGANISATION,
        Governance::UnknownSite => "See `theriac org site list`, or register it with `theriac org site register`.",
        Governance::UnknownAccount => "Add it with `theriac org account add`.",
        Governance::AccountExists => {
            "See `theriac org account list`; an account acts for one organisation, so use another one, or remove it there."
        }
        Governance::SiteOfAnotherOrganisation => "See `theriac org show` for the organisation's own sites.",
        Governance::RoleNotHeld => "See `theriac org show` for the roles that the organisation has.",
        Governance::LastSteward => {
            "Add another steward without an end first, with `theriac org account add --steward`."
        }
        Governance::InvalidName => {
            "Give a name of 1 to 80 bytes on one line, without control and formatting characters."
        }
        Governance::InvalidIdentifier => {
            "Check the GLN's last digit, or give a URI such as urn:oid:2.16.840.1.113883.4.6."
        }
        Governance::IdentifierExists => "See `theriac org list` for the organisation that has it.",
        Governance::GlnExists => {
            "See `theriac org list` and `theriac org site list` for what has it; each place has its own."
        }
        Governance::OrganisationSuspended => {
            "Reinstate it first with `theriac org reinstate`, if it may act again."
        }
        Governance::OrganisationNotSuspended => "Nothing to do: its roles are effective.",
        Governance::ExpiryInPast => "Give a later end with --until.",
        Governance::RoleOfContracts => {
            "Give the role to a contract, with `theriac admin propose contract-roles`."
        }
        Governance::NotRoleOfContracts => {
            "Give unit-register, sentinel or product-register, or grant the role to an organisation."
        }
        Governance::ProposalRequired => {
            "Propose it with `theriac admin propose`, such as `theriac admin propose grant` for a role, and apply it with \
             `theriac admin apply` two days later."
        }
        Governance::AdminRoleFixed => "Only the administrator grants and revokes Admin.",
        Governance::NoAdministrationOffer => "Ask the administrator for an offer with `theriac admin offer`.",
        Governance::CallerNotOffered => "Sign with the key of the account to which the administration is offered.",
        Governance::AlreadyPaused => "Nothing to do: its state changes are stopped.",
        Governance::NotPaused => "Nothing to do: it runs.",
        Governance::UnknownProposal => "See `theriac admin proposals`; it may be applied or cancelled already.",
        Governance::ProposalTooEarly => {
            "Wait until the delay of two days is over: see `theriac admin proposals`."
        }
        Governance::ProposalLapsed => {
            "Propose it anew with `theriac admin propose`; remove this one with `theriac admin cancel`."
        }
        Governance::OfferTooEarly => "Wait until the delay of two days is over: see `theriac admin show`.",
        Governance::OfferLapsed => "Ask the administrator for a new offer with `theriac admin offer`.",
        Governance::CodeNotFound => {
            "Upload the code first, with `cargo contract upload`, and compare the hash that it printed."
        }
        Governance::TooManyCodes => {
            "Apply or cancel a proposal of new code first: see `theriac admin proposals`."
        }
        Governance::NotAContract => "Give the address of a contract; the role of an account is its organisation's.",
        Governance::InvalidPrefix => PREFIX,
        Governance::PrefixExists | Governance::PrefixContained => {
            "See `theriac org prefix list` for the prefix that is registered, and for whom."
        }
        Governance::UnknownPrefix => "See `theriac org prefix list`.",
        Governance::PrefixOfAnother => {
            "See `theriac org prefix list` for the organisation whose prefix it is; use a GLN of your own."
        }
        Governance::InvalidMarket => "Give a country by two capitals (ISO 3166-1 alpha-2), such as DE, or EU.",
        Governance::TooManyMarkets => "Take another market from the authority first.",
        Governance::LayoutNotUnderstood => {
            "Upload the right code first; it must have been built to follow the running version."
        }
        Governance::SetUpOver => "Nothing to do: the set-up ended before, permanently.",
        Governance::AccessRefused => {
            "Complete the deployment with `theriac deploy --resume`, or use the deployment file of its current governance \
             contract."
        }
        Governance::TooManyContracts => TOO_MANY_CONTRACTS,
    }
}

/// What to do about a refusal of `batches`.
pub const fn of_batches(error: Batches) -> &'static str {
    match error {
        Batches::InSetUp => SET_UP,
        Batches::Paused => PAUSED,
        Batches::AccessUnavailable => ACCESS,
        Batches::CallerNotAuthorised => ROLE,
        Batches::CallerNotAtSite => SITE,
        Batches::BatchExpired => EXPIRED,
        Batches::QuantityZero => QUANTITY,
        Batches::BatchExists => BATCH_EXISTS,
        Batches::UnknownBatch => UNKNOWN_BATCH,
        Batches::AlreadyReleased => ALREADY_RELEASED,
        Batches::NotReleased => NOT_RELEASED,
        Batches::BatchBlocked => BLOCKED,
        Batches::BatchNotBlocked => "Nothing to do: no regulator blocks the batch.",
        Batches::BatchRecalled => RECALLED,
        Batches::ConsigneeNotAuthorised => "See `theriac org show` with the consignee's GLN for its roles.",
        Batches::ConsigneeIsConsignor => "Name another site with --to.",
        Batches::QuantityNotHeld => NOT_HELD,
        Batches::QuantityNotInShipment => "Receive what is still in transit, or less.",
        Batches::QuantityNotQuarantined => {
            "See `theriac batch show` for what is quarantined; give a smaller quantity."
        }
        Batches::UnknownShipment => {
            "Check the shipment's number; `theriac batch show` lists the batch's shipments."
        }
        Batches::CallerNotConsignee => "Sign with a key of the consignee, and name its site with --site.",
        Batches::SerialsNotRegistered => NO_SERIALS,
        Batches::SerialRequired => {
            "Name the packs by their codes: `theriac batch dispense` or `decommission`, `theriac packs quarantine` or \
             `condemn`; or take a numbered case as it is."
        }
        Batches::ReturnNotToManufacturer => "Name the batch's manufacturer with --to.",
        Batches::NotInShipment => {
            "Look at the delivery note: loose packs are received by --quantity, logistic units by --sscc."
        }
        Batches::InvalidSscc => "Compare the SSCC with the label: it has 18 digits.",
        Batches::LogisticUnitExists => {
            "Give the new logistic unit an SSCC of its own: one that was used is free 30 days after its unit was opened."
        }
        Batches::UnknownLogisticUnit => "Compare the SSCC with the label; it may be unpacked already.",
        Batches::LogisticUnitNotHeld => "See `theriac logistic show` for the site where it is.",
        Batches::LogisticUnitInside => "Unpack the logistic unit around it first.",
        Batches::LogisticUnitInTransit => "Wait until its shipment is received or rejected.",
        Batches::LogisticUnitRecalled => {
            "Return it to the manufacturer as it is, with --return, or condemn it with `theriac quarantine condemn`."
        }
        Batches::LogisticUnitQuarantined => "Wait until its quarantine is ended.",
        Batches::TooManyLogisticUnits => "Name 1 to 128 logistic units.",
        Batches::NestedTooDeep => "Nest at most four levels: bundle, case, layer, pallet.",
        Batches::MixedBatches => "Pack each batch into logistic units of its own.",
        Batches::UnknownCase => "Check the number of the case: the batch has fewer cases.",
        Batches::CaseAlreadyPacked => "Check the number of the case: another logistic unit has its units.",
        Batches::TooManyRecalls => "Recall the whole batch.",
        Batches::InvalidRange => {
            "Give the first and the last position in the list of serials, counted from 0."
        }
        Batches::DeadlineInPast => DEADLINE,
        Batches::NothingToAcknowledge => "Nothing to do: you acknowledged every recall.",
        Batches::AlreadyQuarantined => "Nothing to do: the goods are quarantined.",
        Batches::NotQuarantined => "Nothing is to be ended; to condemn goods, quarantine them first with `theriac quarantine set`.",
        Batches::GoodsCondemned => {
            "Destroy the goods, or return them to the manufacturer with --return: nothing else is done with them."
        }
        Batches::GoodsUnderWay => "Receive or reject the shipment first.",
        Batches::SiteActsItself => "The site ships its goods itself: leave --for away, or suspend its organisation first.",
        Batches::DocumentMissing => "Give the SHA-256 of the report with --sha256.",
        Batches::NothingToRevert => {
            "See `theriac batch show` for what was booked: only the last booking of the site can be undone, for ten days."
        }
        Batches::NotSuspect => {
            "Nothing to do: no evidence is known against these goods, they left before it, or were released since."
        }
        Batches::TrailBroken => {
            "Let `theriac evidence follow` find where the goods went: from one station to the next, at most 8, within 30 days."
        }
        Batches::ShipmentQuarantined => "Ask the regulator to end the quarantine of the shipment.",
        Batches::NotCondemned => "Condemn it first with `theriac quarantine condemn`.",
        Batches::RegistrationFinal => {
            "Recall the batch instead where it is released; unblock it where it is blocked; ask a regulator to cancel it where \
             something became of its packs."
        }
        Batches::StoppedByAnother => STOPPED,
        Batches::NotProductRegister => PRODUCT_REGISTER,
        Batches::UnknownRecall => "See `theriac batch show` for the numbers of the batch's recalls.",
        Batches::RecallEnded => "Nothing to do: the recall has ended.",
        Batches::RecallByCaller => ENDED_BY_ANOTHER,
        Batches::RecallStands => STANDS,
        Batches::SsccOfAnother => {
            "Use SSCCs of your own company prefix: see `theriac org prefix list`."
        }
        Batches::BalanceBroken => "Stop, and report it to the makers of this program: this must not happen.",
    }
}

/// What to do about a refusal of `products`.
pub const fn of_products(error: Products) -> &'static str {
    match error {
        Products::InSetUp => SET_UP,
        Products::Paused => {
            "See `theriac admin show` for which of `products` and `batches` is paused, and wait for `theriac admin unpause`."
        }
        Products::AccessUnavailable => ACCESS,
        Products::CallerNotAuthorised => ROLE,
        Products::CallerNotAtSite => SITE,
        Products::BatchesUnavailable => BATCHES,
        Products::GovernanceUnavailable => {
            "Check that the deployment file belongs to this chain, and that its governance contract is there."
        }
        Products::InvalidGtin => "Compare the GTIN with the print on the pack.",
        Products::InvalidLot => "Compare the lot with the print on the pack.",
        Products::InvalidExpiry => EXPIRY,
        Products::BatchExpired => EXPIRED,
        Products::QuantityZero => QUANTITY,
        Products::QuantityTooLarge => "Register the goods as several lots.",
        Products::SerialsNotRegistered => "Give the list of serials, or leave --units-per-case away.",
        Products::BatchExists => BATCH_EXISTS,
        Products::UnknownBatch => UNKNOWN_BATCH,
        Products::UnknownProduct => {
            "Compare the GTIN with the print; a regulator authorises the product with `theriac product authorise`."
        }
        Products::ProductExists => {
            "Look at it with `theriac product show`; what is different is changed with `theriac product change`."
        }
        Products::NotMaker => {
            "See `theriac product show` for who makes the product; a regulator adds a maker with `theriac product change`."
        }
        Products::AuthorisationLapsed => {
            "Ask the regulator to prolong the authorisation with `theriac product change --until`."
        }
        Products::AuthorisationWithdrawn => {
            "See `theriac product show`; a regulator restores it with `theriac product restore`, or authorises it anew."
        }
        Products::NotWithdrawn => "Nothing to do: the authorisation stands.",
        Products::UnknownOrganisation => ORGANISATION,
        Products::InvalidMakers => {
            "Name at most 16 makers, each once; the holder makes batches without being named as a maker."
        }
        Products::InvalidMarkets => "Name 1 to 64 markets, each once.",
        Products::MarketOfAnother => {
            "Name markets of your own: an administrator gives a regulator its markets with `theriac admin market`."
        }
        Products::ProductOfAnother => {
            "Ask the regulator that has all markets of the product: see `theriac product show`."
        }
        Products::ExpiryInPast => "Give a later end with --until, or leave it away.",
        Products::TooManyProducts => "Authorise 1 to 50 products in one message.",
        Products::PrefixOfAnother => {
            "Name GTINs that all begin with the one company prefix that was delegated to you, or ask the regulator that \
             delegated it: see `theriac product delegation`."
        }
        Products::InvalidPrefix => PREFIX,
        Products::AlreadyAttested => {
            "Look at the attestation with `theriac batch show`; it cannot be replaced."
        }
        Products::AttestationMissing => "See `theriac batch show` for what is missing, and have it attested.",
        Products::RegistrationChanged => {
            "Review what is registered now, and name its hash with --registration: see `theriac batch show`."
        }
        Products::AlreadyReleased => ALREADY_RELEASED,
        Products::BatchRecalled => RECALLED,
        Products::BatchBlocked => BLOCKED,
        Products::NotProductRegister => PRODUCT_REGISTER,
        Products::DeadlineInPast => DEADLINE,
        Products::TooManyRecalls => "Recall its batches one by one: the product can be recalled 255 times.",
        Products::RecallByCaller => ENDED_BY_ANOTHER,
        Products::RecallStands => "Wait until two days after the withdrawal: `theriac product show` has its time.",
    }
}

/// What to do about a refusal of `units`.
pub const fn of_units(error: Units) -> &'static str {
    match error {
        Units::InSetUp => SET_UP,
        Units::Paused => {
            "See `theriac admin show` for which of `units` and `batches` is paused, and wait for `theriac admin unpause`."
        }
        Units::AccessUnavailable => ACCESS,
        Units::BatchesUnavailable => BATCHES,
        Units::CallerNotAuthorised => ROLE,
        Units::CallerNotAtSite => SITE,
        Units::UnknownBatch => UNKNOWN_BATCH,
        Units::InvalidSerial => "Compare the serial with the print on the pack.",
        Units::SerialsNotRegistered => NO_SERIALS,
        Units::UnitPacked => "Unpack the logistic unit first with `theriac logistic unpack`.",
        Units::BatchRecalled => RECALLED,
        Units::UnitRecalled => "Quarantine the pack, and return it as the recall's instructions say.",
        Units::BatchBlocked => BLOCKED,
        Units::NotReleased => NOT_RELEASED,
        Units::BatchExpired => EXPIRED,
        Units::AlarmOpen => "Keep the pack, and ask the regulator to resolve the alarm.",
        Units::QuantityNotHeld => {
            "See `theriac batch reach` for what the site has; packs that are quarantined already are named with \
             --already-quarantined."
        }
        Units::NotUnitRegister => "Check with `theriac admin show` whether `units` has the role unit-register.",
        Units::UnitNotDecommissioned => "Nothing to do: the pack is not out of the supply chain.",
        Units::NotRevertible => "Keep the pack out of trade: its state is final, or the ten days are over.",
        Units::UnknownAlarm => "Compare the serial with the print: there is no alarm about it.",
        Units::InvalidProof => {
            "Ask the manufacturer for the proof, or the list and key, again: this one is cut, or of another batch."
        }
        Units::CounterfeitConfirmed => "Keep the pack as evidence: the finding is final.",
        Units::UnitQuarantined => "Keep the pack apart: see `theriac status goods` for who ends its quarantine.",
        Units::UnitCondemned => {
            "Destroy the pack, or return it to the manufacturer. What came back to the manufacturer is destroyed by --quantity."
        }
        Units::UnitsQuarantined => {
            "Name the packs in question with `theriac packs quarantine --already-quarantined`, and have the others released."
        }
        Units::UnitNotThere => {
            "Verify the packs one by one: one is out of the supply chain, condemned, or at another site already. Quarantined ones \
             are condemned with --already-quarantined."
        }
        Units::TimeInFuture => "Give the time at which it was done, with --done-at; compare this computer's clock.",
        Units::TimeTooOld => {
            "What was done offline is sent within ten days: report it to the authority, and record it without --done-at."
        }
        Units::StoppedByAnother => STOPPED,
        Units::TooManySerials => "Name fewer packs in one call; where a record is wrong, one.",
    }
}

/// What to do about a refusal of `evidence`.
pub const fn of_evidence(error: Evidence) -> &'static str {
    match error {
        Evidence::InSetUp => SET_UP,
        Evidence::Paused => PAUSED,
        Evidence::AccessUnavailable => ACCESS,
        Evidence::BatchesUnavailable => BATCHES,
        Evidence::CallerNotAuthorised => ROLE,
        Evidence::CallerNotAtSite => SITE,
        Evidence::NoPolicy => "Ask the regulator to set one with `theriac evidence policy set`.",
        Evidence::EvidenceInsufficient => {
            "Wait for a newer report, or one over the threshold: see `theriac evidence policy show`."
        }
        Evidence::AlreadyPresented => {
            "Wait for a newer report about these goods: each counts once. `theriac status goods` shows what it did."
        }
        Evidence::UnknownGoods => "Check the batch, the shipment's number or the SSCC.",
        Evidence::QuarantineRefused => {
            "Check with `theriac admin show` whether `batches` is paused, and whether `evidence` has the role sentinel."
        }
    }
}

/// What to do about a refusal of `feeds`.
pub const fn of_feeds(error: Feeds) -> &'static str {
    match error {
        Feeds::InSetUp => SET_UP,
        Feeds::Paused => PAUSED,
        Feeds::AccessUnavailable => ACCESS,
        Feeds::CallerNotAuthorised => ROLE,
        Feeds::CallerNotAtSite => SITE,
        Feeds::OperatorCountInvalid => "Give 1 to 31 keys, and at least three times --f and one more.",
        Feeds::DuplicateOperator => "Give each operator's key once.",
        Feeds::InvalidOperatorKey => "Give the key that `theriac oracle key` printed: 66 hexadecimal digits.",
        Feeds::InvalidFeedName => "Use 1 to 32 lower-case letters, digits and hyphens.",
        Feeds::FeedExists => "Change it with `theriac feed update`.",
        Feeds::UnknownFeed => "See `theriac feed list` for the feeds.",
        Feeds::InvalidFeedRange => "Check the range and the decimals in the model's manifest.",
        Feeds::ModelExists => "See `theriac model list`; another version of a model has another file.",
        Feeds::UnknownModel => "Approve the model first with `theriac model register`.",
        Feeds::ModelRevoked => "Use another model: a revocation is final.",
        Feeds::ModelExpired => "Use a model that is valid: see `theriac model list`.",
        Feeds::InvalidVersion => "Give the model a version of 1 to 32 bytes in its manifest.",
        Feeds::DeadlineInPast => "Give a later end.",
        Feeds::UnknownRequest => "Check the request's number; it may be answered already.",
        Feeds::CallerNotRequester => "Sign with a key of the organisation that made the request.",
        Feeds::RequestExpired => "Make a new request.",
        Feeds::RequestMismatch => "Check the operator's job: it answers another request.",
        Feeds::WrongConfiguration => {
            "Restart the operator: the operators changed, or it is set up for another chain."
        }
        Feeds::WrongModel => "Give the operator the feed's model: see `theriac feed list`.",
        Feeds::RoundNotNewer => "Nothing to do: a newer result is on chain.",
        Feeds::ReportTooOld => "Check the operator's clock and how fresh its source is.",
        Feeds::ReportFromFuture => "Check the operator's clock.",
        Feeds::ObservationCountInvalid
        | Feeds::ObservationsNotSorted
        | Feeds::UnknownObserver
        | Feeds::DuplicateObserver
        | Feeds::SignatureCountInvalid
        | Feeds::DuplicateSignature => "Check that the operator runs this version of the program.",
        Feeds::ValueOutOfRange => {
            "Do not use this model for this feed: see `theriac feed list` for the range."
        }
        Feeds::BadSignature => "Check that the operator's key is among those of `theriac feed operators`.",
        Feeds::NoReading => "Ask for a result with `theriac oracle request`.",
        Feeds::StaleReading => {
            "Ask for a new result with `theriac oracle request`, or accept an older one with --max-age."
        }
        Feeds::FeedMeaningFixed => {
            "Create a feed with another name: readers of this one rely on its meaning."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_of_every_contract_has_a_remedy_in_whole_sentences() {
        fn all<E: Copy>(errors: &[E], remedy: fn(E) -> &'static str) -> Vec<&'static str> {
            errors.iter().map(|error| remedy(*error)).collect()
        }
        let remedies = [
            all(Access::ALL, of_access),
            all(Governance::ALL, of_governance),
            all(Batches::ALL, of_batches),
            all(Products::ALL, of_products),
            all(Units::ALL, of_units),
            all(Evidence::ALL, of_evidence),
            all(Feeds::ALL, of_feeds),
        ];
        for remedy in remedies.concat() {
            assert!(remedy.ends_with('.') && remedy.starts_with(char::is_uppercase), "{remedy}");
        }
    }

    #[test]
    fn what_is_granted_by_a_proposal_after_set_up_says_so() {
        assert!(of_governance(Governance::ProposalRequired).contains("`theriac admin propose grant`"));
    }
}
