//! Goods and parties as identifiers of an event: GS1 Digital Links out, links and URNs in.

use gs1::{Gln, Gtin, Sscc};

use super::Batch;
use crate::identifier::{canonical, DOMAIN};

/// A batch, as the class that quantities are of.
pub(super) fn class(batch: &Batch) -> String {
    // The canonical form encodes the lot's characters.
    format!("{DOMAIN}/01/{}/10/{}", batch.gtin, crate::identifier::encode(&batch.lot))
}

/// A unit.
pub(super) fn unit(gtin: Gtin, serial: &str) -> String {
    format!("{DOMAIN}/01/{gtin}/21/{}", crate::identifier::encode(serial))
}

/// A logistic unit.
pub(super) fn logistic_unit(sscc: Sscc) -> String {
    format!("{DOMAIN}/00/{sscc}")
}

/// A place of a party.
pub(super) fn place(gln: Gln) -> String {
    format!("{DOMAIN}/414/{gln}")
}

/// A party.
pub(super) fn party(gln: Gln) -> String {
    format!("{DOMAIN}/417/{gln}")
}

/// A shipment of its consignor.
pub(super) fn shipment(consignor: Gln, number: u64) -> String {
    format!("urn:epcglobal:cbv:bt:{consignor}:{number}")
}

/// The subject of an identifier, of the kinds that a batch knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A trade item with its lot.
    Class(Gtin, String),
    /// A trade item with its serial.
    Unit(Gtin, String),
    /// A logistic unit.
    LogisticUnit(Sscc),
    /// A place or a party.
    Party(Gln),
}

/// Reads an identifier in either form.
pub(super) fn named(identifier: &str) -> Option<Named> {
    let link = canonical(identifier)?;
    let path = link.strip_prefix(DOMAIN)?.split('?').next()?;
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let text = |value: &str| crate::identifier::decode(value);
    Some(match segments.as_slice() {
        ["01", gtin, "10", lot] => Named::Class(gtin.parse().ok()?, text(lot)?),
        ["01", gtin, "21", serial] => Named::Unit(gtin.parse().ok()?, text(serial)?),
        ["01", gtin, "10", _, "21", serial] => Named::Unit(gtin.parse().ok()?, text(serial)?),
        ["00", sscc] => Named::LogisticUnit(sscc.parse().ok()?),
        ["414" | "417", gln] | ["414", gln, "254", _] => Named::Party(gln.parse().ok()?),
        _ => return None,
    })
}

/// The number of a shipment, from a business transaction's identifier.
pub(super) fn shipment_number(identifier: &str) -> Option<u64> {
    let (_, number) = identifier.strip_prefix("urn:epcglobal:cbv:bt:")?.split_once(':')?;
    number.parse().ok()
}
