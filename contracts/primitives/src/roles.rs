use scale::{Decode, Encode, Input};

use crate::Timestamp;

/// What an organisation may be. A role says what its holder may do; the contracts say where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
#[repr(u8)]
pub enum Role {
    /// Runs the deployment: organisations, feeds, operators, pause.
    Admin = 0,
    /// A medicines authority: attests, blocks, recalls, approves models.
    Regulator = 1,
    /// Makes batches and answers for them.
    Manufacturer = 2,
    /// Carries goods of others.
    Logistics = 3,
    /// Trades in goods between manufacturer and pharmacy.
    Wholesaler = 4,
    /// Hands units to patients.
    Pharmacy = 5,
    /// Treats patients.
    Provider = 6,
    /// Pays claims.
    Insurer = 7,
    /// Runs models and signs their results.
    Operator = 8,
    /// Audits sites and books.
    Auditor = 9,
    /// A contract that keeps single units, and books in `batches` what becomes of them.
    UnitRegister = 10,
    /// A contract that quarantines goods on evidence, and never clears them.
    Sentinel = 11,
    /// Releases a manufacturer's batches: the quality unit of 21 CFR 211.22, the Qualified Person of EU GMP Annex 16.
    QualityUnit = 12,
    /// The contract that decides on roles and new code.
    Governor = 13,
    /// The contract that knows who may make which product, and has `batches` register, release and recall.
    ProductRegister = 14,
}

impl Role {
    /// Every role, in the order of their indices.
    pub const ALL: [Role; 15] = [
        Role::Admin,
        Role::Regulator,
        Role::Manufacturer,
        Role::Logistics,
        Role::Wholesaler,
        Role::Pharmacy,
        Role::Provider,
        Role::Insurer,
        Role::Operator,
        Role::Auditor,
        Role::UnitRegister,
        Role::Sentinel,
        Role::QualityUnit,
        Role::Governor,
        Role::ProductRegister,
    ];

    /// The roles that contracts hold, and no organisation.
    pub const OF_CONTRACTS: RoleSet =
        RoleSet::of(&[Role::UnitRegister, Role::Sentinel, Role::Governor, Role::ProductRegister]);

    const fn bit(self) -> u32 {
        // Indices stay below 32, which a test checks.
        1_u32.wrapping_shl(self as u32)
    }
}

// By the list: what the derive writes compares with each index, in every contract.
impl Decode for Role {
    fn decode<I: Input>(input: &mut I) -> Result<Self, scale::Error> {
        let index = usize::from(input.read_byte()?);
        Role::ALL.get(index).copied().ok_or_else(|| "no such role".into())
    }
}

#[cfg(feature = "std")]
impl core::fmt::Display for Role {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self, f)
    }
}

#[cfg(feature = "std")]
impl core::str::FromStr for Role {
    type Err = String;

    /// Reads a role's name, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Role::ALL.into_iter().find(|role| role.to_string().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let known: Vec<String> = Role::ALL.iter().map(|role| role.to_string().to_lowercase()).collect();
            format!("{text:?} is not a role; give one of {}", known.join(", "))
        })
    }
}

/// Roles that are held at one moment: one bit each, 32 at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct RoleSet(u32);

impl RoleSet {
    /// No role at all.
    pub const EMPTY: RoleSet = RoleSet(0);

    /// Exactly these roles.
    #[must_use]
    pub const fn of(roles: &[Role]) -> Self {
        let mut set = RoleSet(0);
        let mut rest = roles;
        while let [role, others @ ..] = rest {
            set = set.with(*role);
            rest = others;
        }
        set
    }

    /// These roles and `role`.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        RoleSet(self.0 | role.bit())
    }

    /// Whether `role` is among them.
    #[must_use]
    pub const fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether both sets have a role in common.
    #[must_use]
    pub const fn intersects(self, other: RoleSet) -> bool {
        self.0 & other.0 != 0
    }

    /// The roles that are in both sets.
    #[must_use]
    pub const fn intersection(self, other: RoleSet) -> Self {
        RoleSet(self.0 & other.0)
    }

    /// Whether every role of this set is in the other.
    #[must_use]
    pub const fn is_subset(self, other: RoleSet) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether no role is held.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Who may hold drugs, and so be consignor and consignee.
pub const CUSTODIANS: RoleSet =
    RoleSet::of(&[Role::Manufacturer, Role::Wholesaler, Role::Logistics, Role::Pharmacy, Role::Provider]);

/// Who may hand units to patients.
pub const DISPENSERS: RoleSet = RoleSet::of(&[Role::Pharmacy, Role::Provider]);

/// A role that an organisation holds, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The last moment at which it is held. `None` where it does not end.
    pub expires_at: Option<Timestamp>,
}

impl Grant {
    /// Whether the role is held at `now`.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now <= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_bit_of_its_own() {
        for role in Role::ALL {
            let set = RoleSet::of(&[role]);
            for other in Role::ALL {
                assert_eq!(set.contains(other), role == other);
            }
        }
        assert!(RoleSet::EMPTY.is_empty());
        assert!(!RoleSet::of(&Role::ALL).is_empty());
    }

    #[test]
    fn a_role_is_decoded_from_its_index() {
        for role in Role::ALL {
            assert_eq!(Role::decode(&mut &role.encode()[..]), Ok(role));
        }
        let next = u8::try_from(Role::ALL.len()).unwrap();
        for unknown in [&[next][..], &[u8::MAX], &[]] {
            assert!(Role::decode(&mut &unknown[..]).is_err());
        }
    }

    #[test]
    fn a_role_is_read_from_its_name_in_any_case() {
        assert_eq!("wholesaler".parse(), Ok(Role::Wholesaler));
        assert_eq!("Regulator".parse(), Ok(Role::Regulator));
        assert!("king".parse::<Role>().unwrap_err().contains("manufacturer"));
    }
}
