//! The cast of random sequences: organisations with sites, and accounts with and without limits.

use primitives::access::{Account, Limits, Rights};
use primitives::governance::Markets;
use primitives::{AccountId, Grant, OrganisationId, Role, RoleSet, SiteId, Sscc};

use crate::goods::{prefix_of, sscc_of, MARKET, NOW};
use crate::organisations::Administration;

/// The addresses of the contracts of a deployment.
#[derive(Clone, Copy, Debug)]
pub struct Contracts {
    pub products: AccountId,
    pub batches: AccountId,
    pub units: AccountId,
}

pub const REGULATOR: OrganisationId = 0;
pub const AUDITOR: OrganisationId = 1;
pub const MANUFACTURER: OrganisationId = 2;

const DAY: u64 = 86_400_000;

/// An organisation: its roles, and its sites.
pub struct Played {
    pub roles: &'static [Role],
    pub sites: &'static [SiteId],
}

/// The organisations, by number. The last one is a state institute that makes batches, inspects and regulates.
pub const ORGANISATIONS: [Played; 10] = [
    Played { roles: &[Role::Regulator], sites: &[] },
    Played { roles: &[Role::Auditor], sites: &[] },
    Played { roles: &[Role::Manufacturer, Role::QualityUnit], sites: &[0, 1] },
    Played { roles: &[Role::Manufacturer, Role::QualityUnit], sites: &[2] },
    Played { roles: &[Role::Wholesaler], sites: &[3, 4] },
    Played { roles: &[Role::Pharmacy], sites: &[5, 6] },
    Played { roles: &[Role::Pharmacy], sites: &[7] },
    Played { roles: &[Role::Provider], sites: &[8] },
    Played { roles: &[Role::Logistics], sites: &[9] },
    Played { roles: &[Role::Regulator, Role::Manufacturer, Role::QualityUnit, Role::Auditor], sites: &[10] },
];

/// The sites that dispense at first.
pub const DISPENSERS: [SiteId; 4] = [5, 6, 7, 8];

/// How many sites there are.
pub const SITES: SiteId = 11;

pub fn account(organisation: OrganisationId, number: u8) -> AccountId {
    let mut bytes = [0x5A; 32];
    (bytes[0], bytes[1]) = (u8::try_from(organisation).unwrap(), number);
    AccountId(bytes)
}

pub fn administrator() -> AccountId {
    AccountId([0xAD; 32])
}

/// The contract that quarantines on evidence; here an account plays it.
pub fn sentinel() -> AccountId {
    AccountId([0x5E; 32])
}

/// Has no organisation.
pub fn stranger() -> AccountId {
    AccountId([0xFF; 32])
}

fn limited(site: Option<SiteId>, roles: Option<&[Role]>) -> Limits {
    Limits { site, roles: roles.map(RoleSet::of), ..Limits::default() }
}

/// Every account that acts for an organisation at first.
pub fn accounts() -> Vec<(AccountId, Account)> {
    let stewards = (0..).zip(ORGANISATIONS).map(|(organisation, _)| (organisation, 0, Limits::STEWARD));
    let others = [
        (REGULATOR, 1, limited(None, None)),
        (MANUFACTURER, 1, limited(Some(0), Some(&[Role::Manufacturer]))),
        (MANUFACTURER, 2, limited(None, Some(&[Role::QualityUnit]))),
        (4, 1, limited(Some(3), None)),
        (5, 1, limited(Some(5), Some(&[Role::Pharmacy]))),
        (5, 2, Limits { until: Some(NOW + 40 * DAY), ..limited(Some(6), None) }),
    ];
    let entry =
        |(organisation, number, limits)| (account(organisation, number), Account { organisation, limits });
    stewards.chain(others).map(entry).collect()
}

/// Everybody who sends messages.
pub fn senders() -> Vec<AccountId> {
    let members = accounts().into_iter().map(|(account, _)| account);
    members.chain([administrator(), sentinel(), stranger()]).collect()
}

/// The roles that an organisation has at first.
pub fn rights(organisation: OrganisationId) -> Rights {
    let grant = |role: &Role| Grant { role: *role, expires_at: None };
    let played = usize::try_from(organisation).ok().and_then(|number| ORGANISATIONS.get(number));
    Rights { suspended: false, grants: played.map_or(Vec::new(), |it| it.roles.iter().map(grant).collect()) }
}

/// What `governance` answers about an authority: the first one has the market of the product.
pub fn markets(authority: OrganisationId) -> Markets {
    let markets = if authority == REGULATOR { vec![MARKET] } else { Vec::new() };
    Markets { markets, organisations: OrganisationId::try_from(ORGANISATIONS.len()).unwrap() }
}

/// Whose the logistic unit of this number is: those that pack most have most.
pub fn packer(number: u64) -> OrganisationId {
    match number {
        0..=13 => MANUFACTURER,
        14..=16 => 3,
        17..=20 => 4,
        21..=24 => 5,
        25..=26 => 6,
        27..=28 => 7,
        29..=30 => 8,
        _ => 9,
    }
}

/// The logistic unit of this number.
pub fn logistic_unit(number: u64) -> Sscc {
    sscc_of(packer(number), number)
}

/// What is written into `access` in set-up.
pub fn set_up(contracts: Contracts) -> Vec<Administration> {
    let mut changes = vec![Administration::Administrator(administrator())];
    for (organisation, played) in (0..).zip(ORGANISATIONS) {
        changes.push(Administration::Rights { organisation, rights: rights(organisation) });
        changes.push(Administration::Prefix { prefix: prefix_of(organisation), organisation });
        changes.extend(played.sites.iter().map(|site| Administration::Site { site: *site, organisation }));
    }
    changes.extend(
        accounts()
            .into_iter()
            .map(|(account, entry)| Administration::Account { account, entry: Some(entry) }),
    );
    changes.extend(contract_roles(contracts));
    changes
}

/// The roles of the contracts.
pub fn contract_roles(contracts: Contracts) -> [Administration; 3] {
    let role = |contract, role| Administration::ContractRoles { contract, roles: RoleSet::of(&[role]) };
    [
        role(contracts.units, Role::UnitRegister),
        role(sentinel(), Role::Sentinel),
        role(contracts.products, Role::ProductRegister),
    ]
}
