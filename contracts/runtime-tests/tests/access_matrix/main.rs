//! Who may send what: every message of every contract, sent by who is a party to it and holds one role, against the
//! committed table `contracts/access-matrix.csv`.
//!
//! `THERIAC_ACCESS_MATRIX=write cargo test --workspace --test access_matrix` writes the table anew, which is then to be
//! read line by line: it is what the contracts promise.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod rows;
mod scene;

use std::collections::BTreeSet;
use std::path::PathBuf;

use contract_runtime_tests::{bundle, Bytes, Party, World, CONTRACTS};
use primitives::Role;
use rows::{rows, Row};
use scene::{Scene, ACTOR, FOREIGNER};

const HEAD: &str = "\
# Who may send what. `ok`: it is done. `alarm`: a pack cannot be with the caller. A name: the contract's error. The caller is a party
# to what it sends (the batch's manufacturer, the goods' holder or consignee, the requester), so that only the roles decide:
#   administrator  the account that administers the deployment, which is no party to anything
#   none           an organisation without a role
#   Admin ...      an organisation with this role only
#   foreign        an organisation with every role that may hold drugs, which is no party to this
#   expired        an organisation all of whose roles are over
#   suspended      an organisation with all roles, which is suspended
#   paused         an organisation with all roles, while the contract is paused
";

/// A way to call: its column in the table.
#[derive(Clone, Copy, Debug)]
enum Standing {
    Administrator,
    None,
    Only(Role),
    Foreign,
    Expired,
    Suspended,
    Paused,
}

impl Standing {
    fn all() -> Vec<Self> {
        let roles = Role::ALL.into_iter().map(Self::Only);
        let first = [Self::Administrator, Self::None];
        let last = [Self::Foreign, Self::Expired, Self::Suspended, Self::Paused];
        first.into_iter().chain(roles).chain(last).collect()
    }

    fn name(self) -> String {
        match self {
            Self::Only(role) => role.to_string(),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    /// Brings the caller into this standing, and says who it is.
    fn take(self, world: &mut World, contract: &str) -> Party {
        match self {
            Self::Administrator => return Party::Administrator,
            Self::Foreign => return FOREIGNER,
            Self::None => {}
            Self::Only(role) => scene::grant(world, role, None),
            Self::Expired => {
                let now = world.now();
                Role::ALL.into_iter().for_each(|role| scene::grant(world, role, Some(now)));
                world.pass(1);
            }
            Self::Suspended => {
                Role::ALL.into_iter().for_each(|role| scene::grant(world, role, None));
                scene::administer(world, "suspend_organisation", ACTOR.id());
            }
            Self::Paused => {
                Role::ALL.into_iter().for_each(|role| scene::grant(world, role, None));
                let address = world.address(contract);
                scene::administer(world, "pause", address);
            }
        }
        ACTOR
    }
}

/// What becomes of a message in a standing.
fn outcome(world: &mut World, row: &Row, standing: Standing) -> String {
    world.rolled_back(|world| {
        let caller = standing.take(world, row.contract);
        let address = world.address(row.contract);
        let receipt = world.call_bytes::<Bytes>(caller, address, row.input.clone());
        let receipt = receipt.unwrap_or_else(|failure| panic!("{} stops: {failure:?}", row.message));
        let error = (row.error)(&receipt.returned.0);
        // Neither an alarm nor a `false` takes anything back.
        let keeps = matches!(error.as_deref(), None | Some("alarm" | "false"));
        assert_eq!(receipt.reverted, !keeps, "{}", row.message);
        error.unwrap_or_else(|| "ok".to_owned())
    })
}

fn table() -> String {
    let mut scene = Scene::new();
    let standings = Standing::all();
    let names: Vec<String> = standings.iter().map(|standing| standing.name()).collect();
    let mut lines = vec![format!("contract,message,case,{}", names.join(","))];
    for row in rows(&mut scene) {
        let cells: Vec<String> =
            standings.iter().map(|standing| outcome(&mut scene.world, &row, *standing)).collect();
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

#[test]
fn no_message_is_missing_from_the_table() {
    let table = std::fs::read_to_string(path()).unwrap();
    let listed: BTreeSet<(&str, &str)> = table
        .lines()
        .filter_map(|line| line.split_once(','))
        .map(|(contract, rest)| (contract, rest.split(',').next().unwrap()))
        .collect();
    for contract in CONTRACTS {
        for (message, _) in bundle(contract).selectors.iter().filter(|(message, _)| message != "new") {
            assert!(listed.contains(&(contract, message)), "{contract}: {message} is not in the table");
        }
    }
}
