use scale::{Decode, Encode, EncodeLike, Input, Output};

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
    /// Quarantined, loose.
    pub quarantined: Quantity,
    /// Quarantined in a shipment (counted with the consignee) or in a closed logistic unit.
    pub quarantined_closed: Quantity,
    /// Permanently back with the manufacturer.
    pub returned: Quantity,
    /// Handed to patients: counted where that was.
    pub dispensed: Quantity,
    /// Destroyed.
    pub destroyed: Quantity,
    /// Stolen, taken as samples, exported, or locked.
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
        let [held, packed, in_transit, quarantined, quarantined_closed, returned, dispensed, destroyed, decommissioned] =
            <[Quantity; 9]>::decode(input)?;
        Ok(Self {
            held,
            packed,
            in_transit,
            quarantined,
            quarantined_closed,
            returned,
            dispensed,
            destroyed,
            decommissioned,
        })
    }
}

impl Places {
    /// The counts in the order of the fields.
    const fn counts(&self) -> [Quantity; 9] {
        [
            self.held,
            self.packed,
            self.in_transit,
            self.quarantined,
            self.quarantined_closed,
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

    /// The units that are here in body, or under way to here.
    #[must_use]
    pub fn present(&self) -> Quantity {
        [self.packed, self.in_transit, self.quarantined, self.quarantined_closed, self.returned]
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
    /// Whether a regulator quarantined them: then only a regulator clears them.
    pub by_regulator: bool,
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
            quarantined_closed: 5,
            returned: 6,
            dispensed: 7,
            destroyed: 8,
            decommissioned: Quantity::MAX,
        };
        let derived = (1_u64, 2_u64, 3_u64, 4_u64, 5_u64, 6_u64, 7_u64, 8_u64, u64::MAX);
        assert_eq!(places.encode(), derived.encode());
        assert_eq!(Places::decode(&mut &places.encode()[..]), Ok(places));
        assert!(Places::decode(&mut &places.encode()[1..]).is_err());
    }
}
