//! From a state change to its EPCIS event.

use jiff::Timestamp;

use super::goods::{class, logistic_unit, party, place, shipment, unit};
use super::{Attestation, Change, Fate, Goods, StateChange};
use crate::json::{Object, Value};
use crate::EventType;

/// Why a state change cannot be expressed as an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The time is outside the range of dates.
    #[error("{milliseconds} ms is not a time between the years -9999 and 9999")]
    Time {
        /// Milliseconds since 1970.
        milliseconds: i64,
    },
}

impl StateChange {
    /// The EPCIS event of the change: the members of an event in the JSON-LD binding, for
    /// [`crate::Document::new`]. It has no `eventID`; set its CBV hash if one is needed.
    ///
    /// # Errors
    /// The time is outside the range of dates.
    pub fn to_event(&self) -> Result<Object, MappingError> {
        let mut event = Object::default();
        event.set("type", self.event_type().name());
        let happened = match self.change {
            Change::Reverted { decommissioned_at, .. } => decommissioned_at,
            _ => self.at,
        };
        event.set("eventTime", time(happened)?);
        event.set("eventTimeZoneOffset", "+00:00");
        if let Change::Reverted { .. } = self.change {
            let mut declaration = Object::default();
            declaration.set("declarationTime", time(self.at)?);
            declaration.set("reason", "did_not_occur");
            event.set("errorDeclaration", Value::Object(declaration));
        }
        self.set_goods(&mut event);
        event.set("action", self.action());
        let (step, disposition) = self.change.step();
        event.set("bizStep", step);
        event.set("disposition", disposition);
        if let Some(list) = self.change.persistent() {
            let mut dispositions = Object::default();
            let of_recall = matches!(self.change, Change::Recalled | Change::RecallEnded);
            let word = if of_recall { "recalled" } else { "no_pedigree_match" };
            dispositions.set(list, Value::Array(vec![word.into()]));
            event.set("persistentDisposition", Value::Object(dispositions));
        }
        event.set("readPoint", identified(place(self.by)));
        event.set("bizLocation", identified(place(self.by)));
        self.set_partners(&mut event);
        if let Change::Registered { expiry } = self.change {
            let mut ilmd = Object::default();
            ilmd.set("cbvmda:lotNumber", self.batch.lot.as_str());
            ilmd.set("cbvmda:itemExpirationDate", date(expiry));
            event.set("ilmd", Value::Object(ilmd));
        } else if !matches!(self.goods, Goods::Batch | Goods::Quantity(_)) {
            // Serials do not state their lot, and logistic units not even their trade item.
            event.set("cbvmda:lotNumber", self.batch.lot.as_str());
            if matches!(self.goods, Goods::LogisticUnits(_)) {
                event.set("gs1:gtin", self.batch.gtin.to_string());
            }
        }
        Ok(event)
    }

    pub(super) fn event_type(&self) -> EventType {
        match self.change {
            Change::Packed { .. } | Change::Unpacked { .. } => EventType::Aggregation,
            Change::Attested { .. } | Change::RecallAcknowledged => EventType::Transaction,
            _ => EventType::Object,
        }
    }

    pub(super) fn action(&self) -> &'static str {
        match self.change {
            Change::Registered { .. } | Change::Packed { .. } | Change::Attested { .. } => "ADD",
            Change::RegistrationCancelled
            | Change::Unpacked { .. }
            | Change::Decommissioned(Fate::Destroyed)
            | Change::Reverted { fate: Fate::Destroyed, .. } => "DELETE",
            _ => "OBSERVE",
        }
    }

    fn set_goods(&self, event: &mut Object) {
        let (identifiers, quantities) = match self.change {
            Change::Packed { into: parent } | Change::Unpacked { from: parent } => {
                event.set("parentID", logistic_unit(parent));
                ("childEPCs", "childQuantityList")
            }
            _ => ("epcList", "quantityList"),
        };
        let quantity = match &self.goods {
            Goods::Serials(serials) => {
                let units = serials.iter().map(|serial| unit(self.batch.gtin, serial).into());
                return event.set(identifiers, Value::Array(units.collect()));
            }
            Goods::LogisticUnits(units) => {
                let units = units.iter().map(|sscc| logistic_unit(*sscc).into());
                return event.set(identifiers, Value::Array(units.collect()));
            }
            Goods::Batch => None,
            Goods::Quantity(quantity) => Some(*quantity),
        };
        let mut element = Object::default();
        element.set("epcClass", class(&self.batch));
        if let Some(quantity) = quantity {
            element.set("quantity", Value::Number(quantity.to_string()));
        }
        event.set(quantities, Value::Array(vec![Value::Object(element)]));
    }

    /// Transactions, source and destination.
    fn set_partners(&self, event: &mut Object) {
        let (delivery, left) = match &self.change {
            Change::Shipped(delivery) | Change::Returned(delivery) => (delivery, true),
            Change::Received(delivery) => (delivery, false),
            Change::Rejected(delivery) => {
                // The goods go from the consignee, which rejects, to the consignor, which numbered the shipment.
                let number = shipment(delivery.partner, delivery.shipment);
                set_transaction(event, "desadv", number);
                set_party(event, "sourceList", "source", party(self.by));
                return set_party(event, "destinationList", "destination", party(delivery.partner));
            }
            Change::Attested { attestation, document } => {
                let kind = match attestation {
                    Attestation::CertificateOfAnalysis => "testres",
                    Attestation::GoodManufacturingPractice => "cert",
                };
                return set_transaction(event, kind, format!("ni:///sha-256;{}", hex::encode(document)));
            }
            Change::RecallAcknowledged => return set_transaction(event, "upevt", class(&self.batch)),
            _ => return,
        };
        let (source, destination) =
            if left { (self.by, delivery.partner) } else { (delivery.partner, self.by) };
        set_transaction(event, "desadv", shipment(source, delivery.shipment));
        set_party(event, "sourceList", "source", party(source));
        set_party(event, "destinationList", "destination", party(destination));
    }
}

impl Change {
    /// The list of persistent dispositions that the change alters.
    pub(super) const fn persistent(&self) -> Option<&'static str> {
        match self {
            Change::Recalled | Change::AlarmRaised => Some("set"),
            Change::RecallEnded | Change::AlarmResolved { counterfeit: false } => Some("unset"),
            _ => None,
        }
    }
}

fn set_transaction(event: &mut Object, kind: &str, identifier: String) {
    let mut transaction = Object::default();
    transaction.set("type", kind);
    transaction.set("bizTransaction", identifier);
    event.set("bizTransactionList", Value::Array(vec![Value::Object(transaction)]));
}

fn set_party(event: &mut Object, list: &str, name: &str, identifier: String) {
    let mut entry = Object::default();
    entry.set("type", "possessing_party");
    entry.set(name, identifier);
    event.set(list, Value::Array(vec![Value::Object(entry)]));
}

fn identified(identifier: String) -> Value {
    let mut object = Object::default();
    object.set("id", identifier);
    Value::Object(object)
}

fn time(milliseconds: i64) -> Result<String, MappingError> {
    let time = Timestamp::from_millisecond(milliseconds).map_err(|_| MappingError::Time { milliseconds })?;
    Ok(format!("{time:.3}"))
}

/// A date of six digits, of this century as all expiry dates on chain.
fn date(yymmdd: u32) -> String {
    format!("20{:02}-{:02}-{:02}", yymmdd / 10_000 % 100, yymmdd / 100 % 100, yymmdd % 100)
}
