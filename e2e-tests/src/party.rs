//! The parties of the journeys, and how they enter a deployment.

use testkit::theriac::Theriac;
use testkit::Failure;

/// Whose account deploys, and administers what it deployed.
pub const ADMINISTRATOR: &str = "alice";

/// An organisation with one account and one site, whose GLN is the organisation's own.
#[derive(Clone, Copy, Debug)]
pub struct Party {
    /// Its account: a well-known one, so the journeys are for a development chain only.
    pub who: &'static str,
    /// The same account as text.
    pub account: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its GLN.
    pub gln: &'static str,
    /// Its GS1 company prefix, with which its SSCCs begin behind the extension digit.
    pub prefix: &'static str,
    /// What it may do.
    pub roles: &'static [&'static str],
}

/// The market for which products are authorised.
pub const MARKET: &str = "DE";
/// The product whose batches the journeys follow.
pub const GTIN: &str = "09506000134352";

/// Makes batches, and releases them.
pub const MANUFACTURER: Party = Party {
    who: "bob",
    account: "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
    name: "Galen Pharma",
    gln: "6291041500213",
    prefix: "0614141",
    roles: &["manufacturer", "quality-unit"],
};

/// Trades in them.
pub const WHOLESALER: Party = Party {
    who: "charlie",
    account: "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y",
    name: "Mithridates Wholesale",
    gln: "6291041500220",
    prefix: "0614142",
    roles: &["wholesaler"],
};

/// Hands packs to patients.
pub const PHARMACY: Party = Party {
    who: "dave",
    account: "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy",
    name: "Corner Pharmacy",
    gln: "6291041500237",
    prefix: "0614143",
    roles: &["pharmacy"],
};

/// Authorises products, attests, recalls, approves models; the authority in [`MARKET`].
pub const REGULATOR: Party = Party {
    who: "eve",
    account: "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw",
    name: "Medicines Authority",
    gln: "6291041500244",
    prefix: "0614144",
    roles: &["regulator"],
};

/// Treats patients.
pub const CLINIC: Party = Party {
    who: "ferdie",
    account: "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL",
    name: "City Clinic",
    gln: "6291041500251",
    prefix: "0614145",
    roles: &["provider"],
};

impl Party {
    /// The commands by which the administrator registers it, in set-up.
    #[must_use]
    pub fn registration(&self) -> Vec<Vec<&'static str>> {
        let Self { account, name, gln, prefix, roles, .. } = *self;
        let mut commands = vec![
            vec!["org", "register", "--name", name, "--gln", gln, "--steward", account],
            vec!["org", "site", "register", gln, "--name", name, "--gln", gln],
            vec!["org", "prefix", "add", gln, prefix],
        ];
        commands.extend(roles.iter().map(|role| vec!["org", "grant", role, gln]));
        if roles.contains(&"regulator") {
            commands.push(vec!["admin", "market", "set", MARKET, gln]);
        }
        commands
    }
}

/// The command by which the regulator lets the manufacturer make the product.
#[must_use]
pub fn authorisation() -> Vec<&'static str> {
    let document = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069";
    vec!["product", "authorise", GTIN, "--holder", MANUFACTURER.gln, "--market", MARKET, "--sha256", document]
}

/// Deploys the contracts, registers these parties, ends the set-up, and has the product authorised where maker and regulator
/// are among the parties.
///
/// # Errors
/// Where a command fails.
pub fn deploy_for(theriac: &Theriac, parties: &[Party]) -> Result<(), Failure> {
    let registrations = parties.iter().flat_map(Party::registration);
    for command in [vec!["deploy"]].into_iter().chain(registrations).chain([vec!["admin", "end-set-up"]]) {
        theriac.run(Some(ADMINISTRATOR), &command)?.ok()?;
    }
    let has = |party: Party| parties.iter().any(|other| other.gln == party.gln);
    if has(MANUFACTURER) && has(REGULATOR) {
        theriac.run(Some(REGULATOR.who), &authorisation())?.ok()?;
    }
    Ok(())
}
