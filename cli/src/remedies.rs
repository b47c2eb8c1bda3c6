//! What to do when a contract refuses. The cause is in the error itself.

use access::Error as Access;
use batches::Error as Batches;
use evidence::Error as Evidence;
use feeds::Error as Feeds;
use units::Error as Units;

const ROLE: &str = "See `theriac org show` for the roles of your key; who administers the role can grant it.";
const PAUSED: &str = "Wait until the administrator lets it go on with `theriac admin unpause`.";
const ACCESS: &str =
    "Check that the deployment file belongs to this chain, and that its access contract is there.";
const BATCHES: &str =
    "Check that the deployment file belongs to this chain, and that its batches contract is there.";
const UNKNOWN_BATCH: &str = "Compare GTIN and lot with the print; the manufacturer registers the batch.";
const EXPIRED: &str = "Expired goods do not move. Check the expiry date.";
const NOT_RELEASED: &str = "Wait for `theriac batch release` by the manufacturer.";
const BLOCKED: &str = "Ask the regulator; who blocked the batch lets it go on.";
const RECALLED: &str = "A recall is final: send the goods back as the recall asks.";
const NOT_HELD: &str = "See `theriac batch show` for what is held; give a smaller quantity.";
const NO_SERIALS: &str = "Dispense with --quantity instead of a serial.";

/// What to do about a refusal of `access`.
pub const fn of_access(error: Access) -> &'static str {
    match error {
        Access::Paused => PAUSED,
        Access::CallerNotAuthorised => ROLE,
        Access::UnknownOrganisation => "Register the organisation first with `theriac org register`.",
        Access::OrganisationExists => {
            "Look at it with `theriac org show`; use another account for another one."
        }
        Access::InvalidName => "Give a name of 1 to 80 bytes on one line.",
        Access::InvalidIdentifier => {
            "Check the GLN's last digit, or give a URI such as urn:oid:2.16.840.1.113883.4.6."
        }
        Access::OrganisationSuspended => {
            "Reinstate it first with `theriac org reinstate`, if it may act again."
        }
        Access::OrganisationNotSuspended => "Nothing is to be done: its roles count.",
        Access::ExpiryInPast => "Give a later end with --until.",
        Access::RoleNotHeld => "See `theriac org show` for the roles that it has.",
        Access::AdminRoleFixed => "Only the administrator grants and revokes Admin.",
        Access::NoAdministrationOffer => "Ask the administrator for an offer with `theriac admin offer`.",
        Access::CallerNotOffered => "Sign with the key of the account that the administration is offered to.",
        Access::AlreadyPaused => "Nothing is to be done: its state changes are stopped.",
        Access::NotPaused => "Nothing is to be done: it runs.",
        Access::UpgradeNotProposed => "Propose the code first with `theriac admin upgrade propose`.",
        Access::UpgradeTooEarly => {
            "Wait until the delay of two days is over: see `theriac admin upgrade show`."
        }
        Access::LayoutNotUnderstood => {
            "Upload the right code first; it must have been built to follow the running version."
        }
    }
}

/// What to do about a refusal of `batches`.
pub const fn of_batches(error: Batches) -> &'static str {
    match error {
        Batches::Paused => PAUSED,
        Batches::AccessUnavailable => ACCESS,
        Batches::CallerNotAuthorised => ROLE,
        Batches::InvalidGtin => "Compare the GTIN with the print on the pack.",
        Batches::InvalidLot => "Compare the lot with the print on the pack.",
        Batches::InvalidExpiry => "Compare the expiry with the print on the pack.",
        Batches::BatchExpired => EXPIRED,
        Batches::QuantityZero => "Give a quantity of 1 or more.",
        Batches::QuantityTooLarge => "Register the goods as several lots.",
        Batches::BatchExists => {
            "Look at it with `theriac batch show`; another production run needs another lot."
        }
        Batches::UnknownBatch => UNKNOWN_BATCH,
        Batches::AlreadyAttested => {
            "Look at the attestation with `theriac batch show`; it cannot be replaced."
        }
        Batches::AttestationMissing => "See `theriac batch show` for what is missing, and have it attested.",
        Batches::AlreadyReleased => "Nothing is to be done: the batch may move.",
        Batches::NotReleased => NOT_RELEASED,
        Batches::BatchBlocked => BLOCKED,
        Batches::BatchNotBlocked => "Nothing is to be done: no regulator blocks the batch.",
        Batches::BatchRecalled => RECALLED,
        Batches::ConsigneeNotAuthorised => "See `theriac org show ACCOUNT` for the consignee's roles.",
        Batches::ConsigneeIsConsignor => "Name another organisation with --to.",
        Batches::QuantityNotHeld => NOT_HELD,
        Batches::QuantityNotInShipment => "Receive what is still in transit, or less.",
        Batches::QuantityNotQuarantined => {
            "See `theriac batch show` for what is quarantined; give a smaller quantity."
        }
        Batches::UnknownShipment => {
            "Check the shipment's number; `theriac batch show` lists the batch's shipments."
        }
        Batches::CallerNotConsignee => "Sign with the key of the organisation that the shipment is for.",
        Batches::SerialsNotRegistered => NO_SERIALS,
        Batches::SerialRequired => "Dispense each pack by its code.",
        Batches::ReturnNotToManufacturer => "Name the batch's manufacturer with --to.",
        Batches::NotInShipment => {
            "Look at the delivery note: loose packs are received by --quantity, logistic units by --sscc."
        }
        Batches::InvalidSscc => "Compare the SSCC with the label: it has 18 digits.",
        Batches::LogisticUnitExists => "Give the new logistic unit an SSCC of its own.",
        Batches::UnknownLogisticUnit => "Compare the SSCC with the label; it may be unpacked already.",
        Batches::LogisticUnitNotHeld => "See `theriac logistic show` for who has it.",
        Batches::LogisticUnitInside => "Unpack the logistic unit around it first.",
        Batches::LogisticUnitInTransit => "Wait until its shipment is received or rejected.",
        Batches::LogisticUnitRecalled => "Return it to the manufacturer as it is, with --return.",
        Batches::LogisticUnitQuarantined => "Wait until its quarantine is ended.",
        Batches::TooManyLogisticUnits => "Name 1 to 128 logistic units.",
        Batches::NestedTooDeep => "Nest at most four levels: bundle, case, layer, pallet.",
        Batches::MixedBatches => "Pack each batch into logistic units of its own.",
        Batches::UnknownCase => "Check the number of the case: the batch has no such one.",
        Batches::CaseAlreadyPacked => "Check the number of the case: another logistic unit has its units.",
        Batches::TooManyRecalls => "Recall the whole batch.",
        Batches::InvalidRange => {
            "Give the first and the last position in the list of serials, counted from 0."
        }
        Batches::DeadlineInPast => "Give holders at least until tomorrow.",
        Batches::NothingToAcknowledge => "Nothing is to be done: you acknowledged every recall.",
        Batches::AlreadyQuarantined => "Nothing is to be done: it is set apart.",
        Batches::NotQuarantined => "Nothing is to be done: it is not set apart.",
        Batches::RegistrationFinal => {
            "Block or recall the batch instead: it is released, or units have moved."
        }
        Batches::BalanceBroken => "Stop, and tell the makers of this program: this must not happen.",
    }
}

/// What to do about a refusal of `units`.
pub const fn of_units(error: Units) -> &'static str {
    match error {
        Units::Paused => PAUSED,
        Units::AccessUnavailable => ACCESS,
        Units::BatchesUnavailable => BATCHES,
        Units::CallerNotAuthorised => ROLE,
        Units::UnknownBatch => UNKNOWN_BATCH,
        Units::InvalidSerial => "Compare the serial with the print on the pack.",
        Units::SerialsNotRegistered => NO_SERIALS,
        Units::UnitPacked => "Unpack the logistic unit first, so that the books know that it is open.",
        Units::BatchRecalled => RECALLED,
        Units::UnitRecalled => "Set the pack apart and send it back as the recall asks.",
        Units::BatchBlocked => BLOCKED,
        Units::NotReleased => NOT_RELEASED,
        Units::BatchExpired => EXPIRED,
        Units::AlarmOpen => "Keep the pack, and ask the regulator to resolve the alarm.",
        Units::QuantityNotHeld => "See `theriac batch reach` for what you have: the packs may be set apart.",
        Units::BookingRefused => {
            "See `theriac admin show` whether `batches` is paused, and `theriac org list` whether `units` holds \
             unit-register."
        }
        Units::UnitNotDecommissioned => "Nothing is to be done: the pack was not decommissioned.",
        Units::NotRevertible => "Keep the pack out of trade: what became of it is final.",
        Units::UnknownAlarm => "Compare the serial with the print: there is no alarm about it.",
        Units::CounterfeitConfirmed => "Keep the pack as evidence: the finding is final.",
    }
}

/// What to do about a refusal of `evidence`.
pub const fn of_evidence(error: Evidence) -> &'static str {
    match error {
        Evidence::Paused => PAUSED,
        Evidence::AccessUnavailable => ACCESS,
        Evidence::BatchesUnavailable => BATCHES,
        Evidence::CallerNotAuthorised => ROLE,
        Evidence::NoPolicy => "Ask the regulator to set one with `theriac evidence policy set`.",
        Evidence::EvidenceInsufficient => {
            "Wait for a newer report, or one over the threshold: see `theriac evidence policy show`."
        }
        Evidence::UnknownGoods => "Check the batch, the shipment's number or the SSCC.",
        Evidence::NothingFree => "Nothing is to be done: nothing of it is free, it may be set apart already.",
        Evidence::QuarantineRefused => {
            "See `theriac admin show` whether `batches` is paused, and `theriac org list` whether `evidence` \
             holds sentinel."
        }
    }
}

/// What to do about a refusal of `feeds`.
pub const fn of_feeds(error: Feeds) -> &'static str {
    match error {
        Feeds::Paused => PAUSED,
        Feeds::AccessUnavailable => ACCESS,
        Feeds::CallerNotAuthorised => ROLE,
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
        Feeds::CallerNotRequester => "Sign with the key that made the request.",
        Feeds::RequestExpired => "Make a new request.",
        Feeds::RequestMismatch => "Check the operator's job: it answers another request.",
        Feeds::WrongConfiguration => {
            "Restart the operator: the operators changed, or it is set up for another chain."
        }
        Feeds::WrongModel => "Give the operator the feed's model: see `theriac feed list`.",
        Feeds::RoundNotNewer => "Nothing is to be done: a newer result is on chain.",
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
        Feeds::FeedMeaningFixed => "Create a feed with another name: this one's readers hold to its meaning.",
    }
}
