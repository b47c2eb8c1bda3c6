//! Who may send what: every message of every contract, sent in every standing by who is a party to it, against the
//! committed table `contracts/access-matrix.csv`.
//!
//! `THERIAC_ACCESS_MATRIX=write cargo test --workspace --test contracts access_matrix` writes the table anew, which is then to be
//! read line by line: it is what the contracts promise.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod rows;
mod scene;

use std::collections::BTreeSet;
use std::path::PathBuf;

use contract_runtime_tests::{bundle, Agent, Bytes, Party, World, CONTRACTS};
use primitives::{AccountId, Role, SiteId};
use rows::{rows, Row};
use scene::{Scene, OWN_ROLES};

const HEAD: &str = "\
# Who may send what. `ok`: it is done. `alarm`: a pack cannot be with the caller. A name: the contract's error. The caller is a party
# to what it sends (the batch's manufacturer, the goods' site or consignee, the requester), so that only its standing decides. It is
# the steward of its organisation and acts for all of its sites, unless it says otherwise:
#   administrator  the account that administers the deployment and acts for no organisation
#   none           of an organisation without a role
#   Admin ...      of an organisation with this role only
#   UnitRegister ... the contract with this role
#   foreign        of an organisation with every role that may hold drugs, which is not a party to this, at its own site
#   wrong site     the same, and names the site of the organisation that is a party
#   all roles      of an organisation with all roles
#   at site        the same organisation, not a steward, limited to the site
#   elsewhere      the same organisation, not a steward, limited to another one of its sites
#   one role       the same organisation, not a steward, limited to Insurer
#   ended          the same organisation, a steward, with all roles, whose time is over
#   removed        an account that was removed from the same organisation
#   expired        of the same organisation, when all of its roles are over
#   suspended      of the same organisation, which is suspended
#   paused         of the same organisation, while the contract is paused
";

/// A way to call: its column in the table.
#[derive(Clone, Copy, Debug)]
enum Standing {
    Administrator,
    None,
    Only(Role),
    Contract(Role),
    Foreign,
    WrongSite,
    AllRoles,
    AtSite,
    Elsewhere,
    OneRole,
    Ended,
    Removed,
    Expired,
    Suspended,
    Paused,
}

impl Standing {
    fn all() -> Vec<Self> {
        let standing = |role| {
            if Role::OF_CONTRACTS.contains(role) {
                Self::Contract(role)
            } else {
                Self::Only(role)
            }
        };
        let roles = Role::ALL.into_iter().map(standing);
        let first = [Self::Administrator, Self::None];
        let last = [
            Self::Foreign,
            Self::WrongSite,
            Self::AllRoles,
            Self::AtSite,
            Self::Elsewhere,
            Self::OneRole,
            Self::Ended,
            Self::Removed,
            Self::Expired,
            Self::Suspended,
            Self::Paused,
        ];
        first.into_iter().chain(roles).chain(last).collect()
    }

    fn name(self) -> String {
        match self {
            Self::Only(role) | Self::Contract(role) => role.to_string(),
            Self::WrongSite => "wrong site".to_owned(),
            Self::AllRoles => "all roles".to_owned(),
            Self::AtSite => "at site".to_owned(),
            Self::OneRole => "one role".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    /// Brings the caller into this standing, and says who it is and which site it names.
    fn take(self, world: &mut World, scene: &Scene) -> Agent {
        let (actor, organisation) = (scene.actor, scene.organisation);
        let account = match self {
            Self::Administrator => Party::Administrator.id(),
            Self::Contract(Role::UnitRegister) => world.units,
            Self::Contract(Role::Sentinel) => world.evidence,
            Self::Contract(Role::ProductRegister) => world.products,
            Self::Contract(_) => world.governance,
            Self::Foreign => return scene.foreigner,
            Self::WrongSite => scene.foreigner.account,
            Self::AllRoles | Self::Paused => actor.account,
            Self::AtSite => scene.at_site,
            Self::Elsewhere => scene.elsewhere,
            Self::OneRole => scene.one_role,
            Self::Removed => scene.removed,
            Self::None | Self::Only(_) => {
                let lost =
                    OWN_ROLES.into_iter().filter(|role| !matches!(self, Self::Only(kept) if kept == *role));
                lost.for_each(|role| world.administer("revoke_role", (organisation, role)));
                actor.account
            }
            Self::Ended => {
                world.pass(scene::ENDS_AFTER + 1);
                scene.ending
            }
            Self::Expired => {
                world.pass(scene::EXPIRES_AFTER + 1);
                actor.account
            }
            Self::Suspended => {
                world.administer("suspend_organisation", organisation);
                actor.account
            }
        };
        Agent { account, site: actor.site }
    }
}

/// What becomes of a message. `before` is the storage's root.
fn outcome(world: &mut World, row: &Row, caller: AccountId, site: SiteId, before: &[u8]) -> String {
    let address = world.address(row.contract);
    let receipt = world.call_bytes::<Bytes>(caller, address, row.input(site));
    let receipt = receipt.unwrap_or_else(|failure| panic!("{} stops: {failure:?}", row.message));
    let error = (row.error)(&receipt.returned.0);
    // An alarm takes nothing back. No code is replaced where the answer is `false`: whoever asked takes it back.
    let keeps = matches!(error.as_deref(), None | Some("alarm" | "false"));
    assert_eq!(receipt.reverted, !keeps, "{}", row.message);
    if !matches!(error.as_deref(), None | Some("alarm")) {
        assert!(world.emitted().is_empty(), "{}", row.message);
        assert!(world.storage_root() == before, "{}: what is refused changes nothing", row.message);
    }
    error.unwrap_or_else(|| "ok".to_owned())
}

/// What becomes of each message in a standing.
fn column(world: &mut World, scene: &Scene, rows: &[Row], standing: Standing) -> Vec<String> {
    world.rolled_back(|world| {
        let Agent { account, site } = standing.take(world, scene);
        let before = world.storage_root();
        let send = |row: &Row| {
            world.rolled_back(|world| {
                if !matches!(standing, Standing::Paused) {
                    return outcome(world, row, account, site, &before);
                }
                let address = world.address(row.contract);
                world.administer("pause", address);
                let before = world.storage_root();
                outcome(world, row, account, site, &before)
            })
        };
        rows.iter().map(send).collect()
    })
}

fn table() -> String {
    let (mut world, scene) = Scene::new();
    let standings = Standing::all();
    let names: Vec<String> = standings.iter().map(|standing| standing.name()).collect();
    let mut lines = vec![format!("contract,message,case,{}", names.join(","))];
    let rows = rows(&mut world, &scene);
    let columns: Vec<Vec<String>> =
        standings.iter().map(|standing| column(&mut world, &scene, &rows, *standing)).collect();
    for (number, row) in rows.iter().enumerate() {
        let cells: Vec<&str> = columns.iter().map(|column| column[number].as_str()).collect();
        lines.push(format!("{},{},{},{}", row.contract, row.message, row.case, cells.join(",")));
    }
    HEAD.to_owned() + &lines.join("\n") + "\n"
}

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "access-matrix.csv"].iter().collect()
}

#[test]
fn every_message_is_allowed_and_refused_as_the_table_says() {
    let found = table();
    if std::env::var("THERIAC_ACCESS_MATRIX").is_ok_and(|what| what == "write") {
        std::fs::write(path(), &found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(path()).unwrap();
    let off: Vec<(&str, &str)> =
        expected.lines().zip(found.lines()).filter(|(expected, found)| expected != found).collect();
    assert!(off.is_empty(), "not as contracts/access-matrix.csv says (expected, found): {off:#?}");
    assert_eq!(expected.lines().count(), found.lines().count());
}

/// The rows of the committed table: contract, message, case, and the cells.
fn committed() -> Vec<Vec<String>> {
    let table = std::fs::read_to_string(path()).unwrap();
    let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn no_message_is_missing_from_the_table() {
    let rows = committed();
    let listed: BTreeSet<(&str, &str)> = rows.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    for contract in CONTRACTS {
        for (message, _) in bundle(contract).selectors.iter().filter(|(message, _)| message != "new") {
            assert!(listed.contains(&(contract, message)), "{contract}: {message} is not in the table");
        }
    }
}

/// A row in which nobody may send a message shows what is refused, and not what is allowed. These are the messages that are
/// over with the set-up: `tests/set_up.rs` sends them before.
#[test]
fn every_message_is_allowed_somewhere() {
    let over = ["end_set_up", "set_administering_role", "set_contract_roles", "set_market"];
    let rows = committed();
    let messages: BTreeSet<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    for message in messages.into_iter().filter(|message| !over.contains(message)) {
        let of_message = rows.iter().filter(|row| row[1] == message);
        let allowed = of_message.flat_map(|row| &row[3..]).any(|cell| cell == "ok");
        assert!(allowed, "{message} is never allowed");
    }
}

/// Nobody decides for an organisation who does not act for it any more.
#[test]
fn a_lost_account_has_the_standing_of_a_stranger() {
    let table = std::fs::read_to_string(path()).unwrap();
    let names: Vec<&str> = table.lines().find(|line| !line.starts_with('#')).unwrap().split(',').collect();
    let column = |name: &str| names.iter().position(|known| *known == name).unwrap();
    let (ended, removed) = (column("ended"), column("removed"));
    for row in committed() {
        assert_eq!(row[ended], row[removed], "{row:?}");
    }
}
