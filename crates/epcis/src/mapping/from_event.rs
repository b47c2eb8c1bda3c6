//! From a captured EPCIS event to the state change that it stands for.

use gs1::{Gln, Gtin, Sscc};
use jiff::Timestamp;

use super::goods::{named, shipment_number, Named};
use super::{Attestation, Batch, Change, Delivery, Fate, Goods, StateChange};
use crate::json::Value;
use crate::{Action, Event, EventType};

/// Why a captured event is not turned into a call of the contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Event type, action, business step, disposition and goods do not match a state change.
    #[error("no state change has this event type, action, bizStep, disposition and goods; see the table in docs/epcis.md")]
    UnknownChange,
    /// The contract raises alarms itself; they cannot be captured.
    #[error(
        "alarms cannot be captured, because the contract raises them itself; capture the dispensing instead"
    )]
    OnChainOnly,
    /// An error declaration corrects an event in a way for which the contract has no message.
    #[error("an error declaration can revert only a decommissioning, with the reason did_not_occur")]
    Correction,
    /// The event has no time with an offset.
    #[error("eventTime is missing or is not a date and time with an offset")]
    Time,
    /// The event does not name the party.
    #[error("readPoint or bizLocation must be the GLN of the party, as SGLN or Digital Link")]
    Party,
    /// An identifier does not name goods that the contract knows.
    #[error("{identifier:?} does not name a GTIN with lot or serial, or an SSCC")]
    Identifier {
        /// The identifier as it is in the event.
        identifier: String,
    },
    /// The event is about several trade items or lots, or mixes goods of different kinds.
    #[error("an event must be about one batch and one kind of goods; capture one event for each")]
    Mixed,
    /// The event does not say its lot.
    #[error("serials and logistic units need the lot: cbvmda:lotNumber, and gs1:gtin for logistic units")]
    BatchUnknown,
    /// A quantity is not a whole number of units above zero.
    #[error("quantities must be whole numbers of units above zero, without uom")]
    Quantity,
    /// A shipment's number or its other party is missing.
    #[error(
        "a shipment needs a desadv transaction urn:epcglobal:cbv:bt:GLN:number, and source and destination"
    )]
    Delivery,
    /// A registration has no expiry date.
    #[error("a registration needs ilmd with cbvmda:itemExpirationDate as YYYY-MM-DD")]
    Expiry,
    /// An attestation does not name a document by its SHA-256.
    #[error("an attestation needs one transaction of the form ni:///sha-256;<64 hexadecimal digits>")]
    Document,
}

impl StateChange {
    /// The change that a captured event stands for. The contract decides whether it is allowed.
    ///
    /// # Errors
    /// No message of the contract corresponds to the event, or the event lacks an argument of the message.
    pub fn of_event(event: &Event<'_>) -> Result<StateChange, Refusal> {
        let happened = event.event_time_ms().ok_or(Refusal::Time)?;
        let by = ["readPoint", "bizLocation"].into_iter().find_map(|place| party(event.place(place)?));
        let by = by.ok_or(Refusal::Party)?;
        let (batch, goods) = goods(event)?;
        let step = (event.biz_step().unwrap_or_default(), event.disposition().unwrap_or_default());
        let declared = event.body().get("errorDeclaration").and_then(Value::as_object);
        let (at, change) = match declared {
            None => (happened, change(event, step, &goods, by)?),
            Some(declaration) => {
                let text = |name: &str| declaration.get(name).and_then(Value::as_str);
                let reason = text("reason")
                    .and_then(|word| crate::Vocabulary::ErrorReason.word(word, event.namespaces()));
                let fate = Fate::ALL.into_iter().find(|fate| fate.step() == step);
                let (Some("did_not_occur"), Some(fate)) = (reason, fate) else {
                    return Err(Refusal::Correction);
                };
                let at: Timestamp =
                    text("declarationTime").and_then(|time| time.parse().ok()).ok_or(Refusal::Time)?;
                (at.as_millisecond(), Change::Reverted { fate, decommissioned_at: happened })
            }
        };
        let found = StateChange { at, by, batch, goods, change };
        // The step alone does not identify a change: type and action must match too.
        let action = match event.action() {
            Some(Action::Add) => "ADD",
            Some(Action::Observe) => "OBSERVE",
            Some(Action::Delete) => "DELETE",
            None => "",
        };
        if found.event_type() != event.event_type() || found.action() != action {
            return Err(Refusal::UnknownChange);
        }
        Ok(found)
    }
}

fn change(event: &Event<'_>, step: (&str, &str), goods: &Goods, by: Gln) -> Result<Change, Refusal> {
    let whole = *goods == Goods::Batch;
    let change = match step {
        ("commissioning", "active") => Change::Registered { expiry: expiry(event)? },
        ("decommissioning", "inactive") => Change::RegistrationCancelled,
        ("inspecting", "conformant") => attested(event)?,
        ("inspecting", "available") if whole => Change::Released,
        ("holding", "unavailable") if whole => Change::Blocked,
        ("holding", "available") if whole => Change::Unblocked,
        ("holding", "available") => Change::QuarantineReleased,
        ("holding", "non_sellable_other") => Change::Quarantined,
        ("inspecting", "non_sellable_other") => Change::Condemned,
        ("holding", "recalled") if event.event_type() == EventType::Transaction => Change::RecallAcknowledged,
        ("holding", "recalled") => Change::Recalled,
        ("holding", "sellable_accessible") => Change::RecallEnded,
        ("shipping", "in_transit") => Change::Shipped(delivery(event, by, true)?),
        ("shipping", "returned") => Change::Returned(delivery(event, by, true)?),
        ("void_shipping", "returned") => Change::Rejected(delivery(event, by, true)?),
        ("receiving", "in_progress") => Change::Received(delivery(event, by, false)?),
        ("packing", _) => Change::Packed { into: parent(event)? },
        ("unpacking", _) => Change::Unpacked { from: parent(event)? },
        ("inspecting", "no_pedigree_match" | "non_conformant" | "sellable_accessible") => {
            return Err(Refusal::OnChainOnly);
        }
        other => {
            let fate = Fate::ALL.into_iter().find(|fate| fate.step() == other);
            Change::Decommissioned(fate.ok_or(Refusal::UnknownChange)?)
        }
    };
    Ok(change)
}

fn party(identifier: &str) -> Option<Gln> {
    match named(identifier) {
        Some(Named::Party(gln)) => Some(gln),
        _ => None,
    }
}

fn parent(event: &Event<'_>) -> Result<Sscc, Refusal> {
    let parent = event.text("parentID").ok_or(Refusal::UnknownChange)?;
    match named(parent) {
        Some(Named::LogisticUnit(sscc)) => Ok(sscc),
        _ => Err(Refusal::Identifier { identifier: parent.to_owned() }),
    }
}

/// Batch and goods: of one trade item, one lot and one kind.
fn goods(event: &Event<'_>) -> Result<(Batch, Goods), Refusal> {
    let aggregation = event.event_type() == EventType::Aggregation;
    let (identifiers, quantities) =
        if aggregation { ("childEPCs", "childQuantityList") } else { ("epcList", "quantityList") };
    let (mut serials, mut units, mut gtin) = (Vec::new(), Vec::new(), None);
    for identifier in event.identifiers(identifiers) {
        match named(identifier) {
            Some(Named::Unit(of, serial)) => {
                same(&mut gtin, of)?;
                serials.push(serial);
            }
            Some(Named::LogisticUnit(sscc)) => units.push(sscc),
            _ => return Err(Refusal::Identifier { identifier: identifier.to_owned() }),
        }
    }
    let mut amounts = event.quantities(quantities);
    let amount = amounts.next();
    let kinds = [!serials.is_empty(), !units.is_empty(), amount.is_some()];
    if amounts.next().is_some() || kinds.iter().filter(|there| **there).count() > 1 {
        return Err(Refusal::Mixed);
    }
    if let Some(amount) = amount {
        let Some(Named::Class(gtin, lot)) = named(amount.epc_class) else {
            return Err(Refusal::Identifier { identifier: amount.epc_class.to_owned() });
        };
        let goods = match (amount.quantity, amount.uom) {
            (None, None) => Goods::Batch,
            (Some(digits), None) => Goods::Quantity(whole(digits).ok_or(Refusal::Quantity)?),
            _ => return Err(Refusal::Quantity),
        };
        return Ok((Batch { gtin, lot }, goods));
    }
    // Serials and logistic units do not state their lot, and the latter not even their trade item.
    let stated = event.text("gs1:gtin").and_then(|gtin| gtin.parse().ok());
    let (Some(gtin), Some(lot)) = (gtin.or(stated), event.text("cbvmda:lotNumber")) else {
        return Err(Refusal::BatchUnknown);
    };
    let batch = Batch { gtin, lot: lot.to_owned() };
    if serials.is_empty() && units.is_empty() {
        return Err(Refusal::UnknownChange);
    }
    let goods = if serials.is_empty() { Goods::LogisticUnits(units) } else { Goods::Serials(serials) };
    Ok((batch, goods))
}

fn same(gtin: &mut Option<Gtin>, of: Gtin) -> Result<(), Refusal> {
    match gtin.replace(of) {
        Some(known) if known != of => Err(Refusal::Mixed),
        _ => Ok(()),
    }
}

/// A whole number above zero; 12.0 counts as one.
fn whole(digits: &str) -> Option<u64> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number = whole.parse().ok().filter(|number| *number > 0)?;
    fraction.bytes().all(|digit| digit == b'0').then_some(number)
}

fn delivery(event: &Event<'_>, by: Gln, left: bool) -> Result<Delivery, Refusal> {
    let source = event.sources().find_map(possessing);
    let destination = event.destinations().find_map(possessing);
    let (own, partner) = if left { (source, destination) } else { (destination, source) };
    let number = event.biz_transactions().find_map(|(kind, identifier)| {
        (kind == Some("desadv")).then(|| shipment_number(identifier)).flatten()
    });
    match (own.is_none_or(|own| own == by), partner, number) {
        (true, Some(partner), Some(shipment)) => Ok(Delivery { partner, shipment }),
        _ => Err(Refusal::Delivery),
    }
}

fn possessing((kind, identifier): (Option<&'static str>, &str)) -> Option<Gln> {
    party(identifier).filter(|_| kind == Some("possessing_party"))
}

fn attested(event: &Event<'_>) -> Result<Change, Refusal> {
    let mut transactions = event.biz_transactions();
    let (Some((kind, identifier)), None) = (transactions.next(), transactions.next()) else {
        return Err(Refusal::Document);
    };
    let attestation = match kind {
        Some("testres") => Attestation::CertificateOfAnalysis,
        Some("cert") => Attestation::GoodManufacturingPractice,
        _ => return Err(Refusal::Document),
    };
    let digits = identifier.strip_prefix("ni:///sha-256;").ok_or(Refusal::Document)?;
    let mut document = [0; 32];
    hex::decode_to_slice(digits, &mut document).map_err(|_| Refusal::Document)?;
    Ok(Change::Attested { attestation, document })
}

fn expiry(event: &Event<'_>) -> Result<u32, Refusal> {
    let ilmd = event.body().get("ilmd").and_then(Value::as_object);
    let date = ilmd.and_then(|ilmd| ilmd.get("cbvmda:itemExpirationDate")).and_then(Value::as_str);
    let date: jiff::civil::Date =
        date.and_then(|date| date.get(..10)?.parse().ok()).ok_or(Refusal::Expiry)?;
    let year =
        u32::try_from(date.year()).ok().filter(|year| (2000..2100).contains(year)).ok_or(Refusal::Expiry)?;
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    format!("{:02}{month:02}{day:02}", year % 100).parse().map_err(|_| Refusal::Expiry)
}
