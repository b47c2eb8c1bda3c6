use scale::{Decode, Encode, EncodeLike, Input, Output};

use super::Stop;
use crate::{Quantity, Timestamp};

/// Where units are: of a batch over all organisations, or what one site has or had of it.
///
/// Each unit is counted in exactly one place, of exactly one site: the sum over all places of all sites
/// of a batch is its registered quantity after every message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Places {
    /// Loose, and free to move.
    pub held: Quantity,
    /// In closed logistic units, free to move.
    pub packed: Quantity,
    /// Shipped, and not yet received or rejected: counted with the consignee.
    pub in_transit: Quantity,
    /// Quarantined, loose, and counted only: the books do not know which units these are.
    pub quarantined: Quantity,
    /// Quarantined, loose, and known by their serials in the register of units.
    pub quarantined_by_serial: Quantity,
    /// Quarantined in a shipment (counted with the consignee) or in a closed logistic unit.
    pub quarantined_closed: Quantity,
    /// Condemned, loose: only to be destroyed, or returned to the manufacturer.
    pub condemned: Quantity,
    /// Condemned in closed logistic units.
    pub condemned_closed: Quantity,
    /// Permanently back with the manufacturer.
    pub returned: Quantity,
    /// Handed to patients: counted where that was.
    pub dispensed: Quantity,
    /// Destroyed.
    pub destroyed: Quantity,
    /// Stolen, taken as samples, or exported.
    pub decommissioned: Quantity,
}

// As derived, in one piece: each call that moves goods reads and writes it twice.
impl Encode for Places {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        self.counts().encode_to(dest);
    }
}

impl EncodeLike for Places {}

impl Decode for Places {
    fn decode<I: Input>(input: &mut I) -> Result<Self, scale::Error> {
        let [held, packed, in_transit, quarantined, quarantined_by_serial, quarantined_closed, condemned, condemned_closed, returned, dispensed, destroyed, decommissioned] =
            <[Quantity; 12]>::decode(input)?;
        Ok(Self {
            held,
            packed,
            in_transit,
            quarantined,
            quarantined_by_serial,
            quarantined_closed,
            condemned,
            condemned_closed,
            returned,
            dispensed,
            destroyed,
            decommissioned,
        })
    }
}

impl Places {
    /// The counts in the order of the fields.
    const fn counts(&self) -> [Quantity; 12] {
        [
            self.held,
            self.packed,
            self.in_transit,
            self.quarantined,
            self.quarantined_by_serial,
            self.quarantined_closed,
            self.condemned,
            self.condemned_closed,
            self.returned,
            self.dispensed,
            self.destroyed,
            self.decommissioned,
        ]
    }

    /// The units in all places. `None` where the sum leaves the type, which no batch reaches.
    #[must_use]
    pub fn total(&self) -> Option<Quantity> {
        self.counts().into_iter().try_fold(0, Quantity::checked_add)
    }

    /// What has left the supply chain.
    #[must_use]
    pub fn gone(&self) -> Quantity {
        self.dispensed.saturating_add(self.destroyed).saturating_add(self.decommissioned)
    }

    /// What is quarantined.
    #[must_use]
    pub fn all_quarantined(&self) -> Quantity {
        self.quarantined.saturating_add(self.quarantined_by_serial).saturating_add(self.quarantined_closed)
    }

    /// What is condemned.
    #[must_use]
    pub fn all_condemned(&self) -> Quantity {
        self.condemned.saturating_add(self.condemned_closed)
    }

    /// The units that are here in body, or under way to here.
    #[must_use]
    pub fn present(&self) -> Quantity {
        [self.packed, self.in_transit, self.all_quarantined(), self.all_condemned(), self.returned]
            .into_iter()
            .fold(self.held, Quantity::saturating_add)
    }
}

/// What one site has or had of a batch. It stays when nothing is left: a recall must reach every site that once had some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Holding {
    /// Where its units are.
    pub places: Places,
    /// How many of the batch's recalls it acknowledged, in their order.
    pub acknowledged: u8,
    /// How many of its product's.
    pub acknowledged_of_product: u8,
    /// When it acknowledged last; 0 where it never did.
    pub acknowledged_at: Timestamp,
    /// The quarantine of its loose units.
    pub hold: Hold,
}

/// The quarantine of goods, which goes where they go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Hold {
    /// Whether all of the goods are quarantined. A holding, of which a part can be, counts that in its [`Places`].
    pub quarantined: bool,
    /// The regulator that quarantined them, the last one where there were several: then only a regulator clears them.
    pub stop: Option<Stop>,
    /// When a quarantine was last ended; 0 where none was. Older evidence does not count.
    pub cleared_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_encoded_in_the_order_of_the_fields() {
        let places = Places {
            held: 1,
            packed: 2,
            in_transit: 3,
            quarantined: 4,
            quarantined_by_serial: 5,
            quarantined_closed: 6,
            condemned: 7,
            condemned_closed: 8,
            returned: 9,
            dispensed: 10,
            destroyed: 11,
            decommissioned: Quantity::MAX,
        };
        let counts: [Quantity; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, Quantity::MAX];
        assert_eq!(places.encode(), counts.encode());
        assert_eq!(Places::decode(&mut &places.encode()[..]), Ok(places));
        assert!(Places::decode(&mut &places.encode()[1..]).is_err());
    }
}
