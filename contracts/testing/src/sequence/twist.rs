use primitives::batches::{Arrival, Contents, Goods, Purpose, QuarantineTarget, RecallScope};
use primitives::governance::Market;
use primitives::products::NewProduct;
use primitives::{AccountId, BatchId, Quantity, Sscc, Timestamp};

use super::step::Step;
use crate::goods::GTIN;
use crate::message::Message;

impl Step {
    /// Somebody else sends it, or one argument is another one.
    pub(super) fn change_one_thing(self, who: &mut AccountId, message: &mut Message) {
        let unknown = BatchId([9; 32]);
        let wrong_quantity = [0, 1, 41, Quantity::MAX][usize::from(self.c % 4)];
        let wrong_sscc = [self.any_sscc(), self.any_sscc() + 1, u64::MAX][usize::from(self.c % 3)];
        if self.wild.is_multiple_of(3) {
            *who = self.any_account();
            return;
        }
        match message {
            Message::RegisterBatch { batch, site } => match self.c % 8 {
                0 => batch.gtin += 1,
                1 => batch.lot = b"LOT 1".to_vec(),
                2 => batch.expiry = 260_231,
                3 => batch.expiry = 251_231,
                4 => batch.quantity = [0, Quantity::MAX, 13, 15][usize::from(self.a % 4)],
                5 => batch.serial_root = batch.serial_root.map(|_| [1; 32]),
                6 => batch.units_per_case = Some(u32::from(self.a % 3)),
                _ => *site = self.any_site(),
            },
            Message::CancelRegistration { batch }
            | Message::Release { batch }
            | Message::Block { batch }
            | Message::Unblock { batch } => *batch = unknown,
            Message::Attest { batch, registration, .. } => match self.c % 2 {
                0 => *batch = unknown,
                _ => registration.0[0] ^= 1,
            },
            Message::Authorise { products } => match self.c % 3 {
                0 => products.clear(),
                1 => products.extend(products.clone()),
                _ => products.iter_mut().for_each(|product| self.change_product(product)),
            },
            Message::ChangeProduct { product } => self.change_product(product),
            Message::Withdraw { gtin, recall } => match self.c % 2 {
                0 => *gtin += 1,
                _ => recall.acknowledge_by = 0,
            },
            Message::Restore { gtin, .. } => *gtin += 1,
            Message::EndRecall { batch, number, .. } => match self.c % 2 {
                0 => *batch = unknown,
                _ => *number = self.a.to_le_bytes()[0],
            },
            Message::Ship { from, goods, to, purpose, .. } => match (self.c % 6, goods) {
                (0, _) => *from = self.any_site(),
                (1, _) => *to = [*from, 99][usize::from(self.a % 2)],
                (2, _) => *purpose = Purpose::Return,
                (3, Goods::Units { batch, .. }) => *batch = unknown,
                (_, Goods::Units { quantity, .. } | Goods::Condemned { quantity, .. }) => {
                    *quantity = wrong_quantity;
                }
                (_, Goods::LogisticUnit(sscc)) => *sscc = wrong_sscc,
            },
            Message::ShipFor { from, to, purpose, .. } => match self.c % 3 {
                0 => *from = self.any_site(),
                1 => *to = *from,
                _ => *purpose = Purpose::Return,
            },
            Message::Receive { site, shipment, arrival } => match (self.c % 5, arrival) {
                (0, _) => *site = self.any_site(),
                (1, _) => *shipment = u64::from(self.a % 20),
                (_, Arrival::Units(quantity)) => *quantity = wrong_quantity,
                (2, Arrival::LogisticUnits(units)) => units.extend(units.clone()),
                (3, Arrival::LogisticUnits(units)) => units.push(wrong_sscc),
                (_, arrival) => {
                    *arrival = [Arrival::Units(1), Arrival::LogisticUnits(Vec::new())]
                        [usize::from(self.a % 2)]
                    .clone();
                }
            },
            Message::Reject { site, shipment, .. } => match self.c % 2 {
                0 => *site = Some(self.any_site()),
                _ => *shipment = u64::from(self.a % 20),
            },
            Message::Pack { site, logistic_unit, contents } => match (self.c % 5, contents) {
                (0, _) => *site = self.any_site(),
                (1, _) => *logistic_unit = wrong_sscc,
                (2, Contents::Units { batch, .. } | Contents::Case { batch, .. }) => *batch = unknown,
                (_, Contents::Units { quantity, .. }) => *quantity = wrong_quantity,
                (_, Contents::Case { number, .. }) => *number = u32::from(self.a) * 1_000,
                (3, Contents::LogisticUnits(units)) => units.push(wrong_sscc),
                (4, Contents::LogisticUnits(units)) => units.extend(units.clone()),
                (_, Contents::LogisticUnits(units)) => units.clear(),
            },
            Message::Unpack { site, logistic_unit } | Message::Destroy { site, logistic_unit, .. } => {
                match self.c % 2 {
                    0 => *site = self.any_site(),
                    _ => *logistic_unit = wrong_sscc,
                }
            }
            Message::DecommissionQuantity { site, batch, quantity, .. }
            | Message::RevertQuantity { site, batch, quantity, .. } => match self.c % 3 {
                0 => *site = self.any_site(),
                1 => *batch = unknown,
                _ => *quantity = wrong_quantity,
            },
            Message::Quarantine { site, target, .. } | Message::Condemn { site, target } => {
                match self.c % 3 {
                    0 => *site = Some(self.any_site()),
                    1 => *site = None,
                    _ => self.change_target(target, wrong_quantity, wrong_sscc),
                }
            }
            Message::QuarantineOnEvidence { target, .. } | Message::ReleaseQuarantine { target, .. } => {
                self.change_target(target, wrong_quantity, wrong_sscc);
            }
            Message::Recall { batch, recall } => match (self.c % 3, &mut recall.scope) {
                (0, _) => *batch = unknown,
                (1, _) => recall.acknowledge_by = 0,
                (_, RecallScope::SerialRange { last, .. }) => *last = [0, u32::MAX][usize::from(self.a % 2)],
                (_, scope) if self.a.is_multiple_of(4) => *scope = RecallScope::Product,
                (_, scope) => *scope = RecallScope::LogisticUnit(wrong_sscc),
            },
            Message::AcknowledgeRecall { site, batch } => match self.c % 2 {
                0 => *site = self.any_site(),
                _ => *batch = unknown,
            },
            Message::QuarantineUnits { site, at, batch, serials, proof, from_quarantine, .. }
            | Message::CondemnUnits { site, at, batch, serials, proof, from_quarantine } => {
                match self.c % 9 {
                    0 => *site = Some(self.any_site()),
                    1 => *site = None,
                    2 => *at = self.any_site(),
                    3 => *batch = unknown,
                    4 => *batch = BatchId::of(GTIN, b"PLAIN"),
                    5 => *from_quarantine = !*from_quarantine,
                    6 => serials[0] = b"COPY".to_vec(),
                    7 => drop(proof.siblings.pop()),
                    _ => serials.push(b"COPY".to_vec()),
                }
            }
            Message::ReleaseUnits { batch, serials, .. } => match self.c % 4 {
                0 => *batch = unknown,
                1 => serials.push(b"COPY".to_vec()),
                2 => serials.clear(),
                _ => serials.extend(serials.clone()),
            },
            Message::DismissAlarms { of } => *of = self.any_site(),
            Message::Decommission { done_at, .. } if self.a.is_multiple_of(9) => {
                *done_at = Some([0, Timestamp::MAX][usize::from(self.c % 2)]);
            }
            Message::Decommission { site, batch, serial, proof, .. } => match self.c % 8 {
                0..=1 => *site = self.any_site(),
                2 => *batch = unknown,
                3 => *serial = [&b"COPY"[..], b"A B", b""][usize::from(self.a % 3)].to_vec(),
                4 => proof.index ^= 1 << (self.a % 32),
                5 => proof.salt[usize::from(self.a % 16)] ^= 1,
                6 => drop(proof.siblings.pop()),
                _ => *batch = BatchId::of(GTIN, b"PLAIN"),
            },
            Message::Revert { site, batch, .. } => match self.c % 2 {
                0 => *site = self.any_site(),
                _ => *batch = unknown,
            },
            Message::ResolveAlarms { batch, serials, .. } => match self.c % 4 {
                0 => *batch = unknown,
                1 => serials.clear(),
                2 => serials.push(b"COPY".to_vec()),
                _ => serials[0] = b"COPY".to_vec(),
            },
        }
    }

    fn change_product(self, product: &mut NewProduct) {
        match self.a % 8 {
            0 => product.gtin += 1,
            1 => product.holder = 10,
            2 => product.makers.push(99),
            3 => product.makers.push(product.holder),
            4 => product.markets.clear(),
            5 => product.markets.extend(product.markets.clone()),
            6 => product.markets[0] = Market(*b"FR"),
            _ => product.until = Some(0),
        }
    }

    fn change_target(self, target: &mut QuarantineTarget, wrong_quantity: Quantity, wrong_sscc: Sscc) {
        match target {
            QuarantineTarget::Holding { batch, site, quantity } => match self.a % 3 {
                0 => *batch = BatchId([9; 32]),
                1 => *site = self.any_site(),
                _ => *quantity = Some(wrong_quantity),
            },
            QuarantineTarget::Shipment(number) => *number = u64::from(self.a % 20),
            QuarantineTarget::LogisticUnit(sscc) => *sscc = wrong_sscc,
        }
    }
}
