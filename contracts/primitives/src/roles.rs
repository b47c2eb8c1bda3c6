/// What an organisation may be. A role says what its holder may do; the contracts say where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(Hash, ink::storage::traits::StorageLayout))]
#[repr(u8)]
pub enum Role {
    /// Runs the deployment: organisations, feeds, operators, pause.
    Admin,
    /// A medicines authority: attests, blocks, recalls, approves models.
    Regulator,
    /// Makes batches and answers for them.
    Manufacturer,
    /// Carries goods of others.
    Logistics,
    /// Trades in goods between manufacturer and pharmacy.
    Wholesaler,
    /// Hands units to patients.
    Pharmacy,
    /// Treats patients.
    Provider,
    /// Pays claims.
    Insurer,
    /// Is treated.
    Patient,
    /// Runs models and signs their results.
    Operator,
    /// Audits sites and books.
    Auditor,
    /// A contract that keeps single units, and books in `batches` what becomes of them.
    UnitRegister,
    /// A contract that sets goods apart on evidence, and never sets them free.
    Sentinel,
}

impl Role {
    /// Every role, in the order of their numbers.
    pub const ALL: [Role; 13] = [
        Role::Admin,
        Role::Regulator,
        Role::Manufacturer,
        Role::Logistics,
        Role::Wholesaler,
        Role::Pharmacy,
        Role::Provider,
        Role::Insurer,
        Role::Patient,
        Role::Operator,
        Role::Auditor,
        Role::UnitRegister,
        Role::Sentinel,
    ];

    const fn bit(self) -> u16 {
        // The enum has 13 variants, numbered from 0: the shift stays below 16.
        1_u16.wrapping_shl(self as u32)
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
            format!("no role {text:?}: one of {} is expected", known.join(", "))
        })
    }
}

/// Roles that an account holds at one moment: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct RoleSet(u16);

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

/// What `access` says about an account that calls a contract: one answer to both questions that every state
/// change asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Standing {
    /// The roles that the account holds now: none where it is unknown or suspended, no expired one.
    pub roles: RoleSet,
    /// Whether state changes of the contract are stopped.
    pub paused: bool,
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
    fn a_role_is_read_from_its_name_in_any_case() {
        assert_eq!("wholesaler".parse(), Ok(Role::Wholesaler));
        assert_eq!("Regulator".parse(), Ok(Role::Regulator));
        assert!("king".parse::<Role>().unwrap_err().contains("manufacturer"));
    }
}
