//! Random sequences of calls after set-up, by anybody and over weeks. What is held of them is said of facts that everybody
//! sees: which calls were done, when, and what the reads say before and after each.
//!
//! `THERIAC_SEQUENCES=10000 cargo test -p governance sequences` plays as many sequences as it says, others each time.

mod step;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use primitives::access::PrefixOwner;
use primitives::governance::{
    AdministrationOffer, GlnUse, Market, OrganisationEntry, Proposal, SiteEntry, MAX_PAGE,
};
use primitives::Prefix;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestRunner};

use super::*;
use crate::Applied;
use step::{any_step, name, send, Call, Done};

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/sequences.proptest-regressions");
/// The most calls of a sequence. A shorter one that fails is easier to read.
const LENGTH: usize = 200;

const DAY: Timestamp = 86_400_000;
/// How long a change waits, and how long it can be made then: as it is promised, not as the code has it.
const WAITS: Timestamp = 2 * DAY;
const OPEN: Timestamp = 14 * DAY;

/// Who calls: the steward of a deputy, of two regulators, of a pharmacy and of a suspended regulator; a clerk of the deputy;
/// strangers, one of whom may become a contract of the deployment; the first administrator.
const EVERYBODY: [AccountId; 11] = [
    AccountId([1; 32]),
    AccountId([2; 32]),
    AccountId([3; 32]),
    AccountId([4; 32]),
    AccountId([5; 32]),
    AccountId([6; 32]),
    AccountId([7; 32]),
    AccountId([8; 32]),
    PERSON,
    REGISTER,
    ADMINISTRATOR,
];
const REGISTER: AccountId = AccountId([0x0E; 32]);
const CONTRACTS: [AccountId; 4] = [GOVERNANCE, REGISTER, AccountId([8; 32]), PERSON];
const CODES: [CodeHash; 4] = [[0xC0; 32], [0xC1; 32], OWN_CODE, NOWHERE];
const ROLES: [Role; 5] = [Role::Admin, Role::Regulator, Role::Pharmacy, Role::Auditor, Role::Sentinel];
/// Those that wait: as strong as new code.
const STRONG: RoleSet = RoleSet::of(&[Role::Admin, Role::Regulator]);
const MARKETS: [Market; 3] = [Market(*b"DE"), Market(*b"EU"), Market(*b"FR")];
/// Most of them contain another one.
const PREFIXES: [Prefix; 6] = [
    Prefix { length: 4, digits: 9506 },
    Prefix { length: 6, digits: 950_600 },
    Prefix { length: 9, digits: 950_600_000 },
    Prefix { length: 9, digits: 950_600_001 },
    Prefix { length: 4, digits: 1234 },
    Prefix { length: 5, digits: 12_345 },
];

/// All that can be read.
#[derive(Clone, Debug, PartialEq)]
struct Reads {
    deployment: Deployment,
    organisations: BTreeMap<OrganisationId, OrganisationEntry>,
    accounts: BTreeMap<AccountId, Account>,
    lists: Vec<Vec<(AccountId, Limits)>>,
    sites: Vec<SiteEntry>,
    glns: Vec<Option<GlnUse>>,
    prefixes: Vec<(u32, PrefixOwner)>,
    proposals: BTreeMap<u32, Proposal>,
    offer: Option<AdministrationOffer>,
    markets: Vec<(Market, OrganisationId)>,
    authorities: BTreeMap<Market, OrganisationId>,
    administering: BTreeMap<Role, Role>,
    locked: [bool; 4],
}

impl Reads {
    fn of(data: &Data) -> Self {
        let access = &Store::default();
        let organisations = data.list_organisations(access, 0, MAX_PAGE);
        let numbers = || organisations.iter().map(|entry| entry.id);
        let markets = |id| data.markets(id).markets.into_iter().map(move |market| (market, id));
        Self {
            deployment: access.deployment().unwrap(),
            accounts: EVERYBODY
                .into_iter()
                .filter_map(|it| Some((it, access.account(it).unwrap()?)))
                .collect(),
            lists: numbers().map(|id| data.list_accounts(access, id, 0, MAX_PAGE)).collect(),
            sites: data.list_sites(0, MAX_PAGE),
            glns: (0..8).map(|number| data.gln(gln(number))).collect(),
            prefixes: data.list_prefixes(0, MAX_PAGE),
            proposals: [0, MAX_PAGE]
                .into_iter()
                .flat_map(|start| data.list_proposals(start, MAX_PAGE))
                .collect(),
            offer: data.offer(),
            markets: numbers().flat_map(markets).collect(),
            authorities: MARKETS.into_iter().filter_map(|it| Some((it, data.authority(it)?))).collect(),
            administering: Role::ALL.into_iter().map(|role| (role, data.administering_role(role))).collect(),
            locked: CODES.map(is_locked),
            organisations: organisations.into_iter().map(|entry| (entry.id, entry)).collect(),
        }
    }

    fn rights(&self, id: OrganisationId) -> Rights {
        self.organisations.get(&id).map(|entry| entry.rights.clone()).unwrap_or_default()
    }

    /// Whether one caller may decide this, as the reads name those who may.
    fn lets(&self, by: &By, action: &Action) -> bool {
        let superior = |id| {
            let rights = Rights { suspended: false, ..self.rights(id) };
            by.is_administrator || !rights.roles_at(by.now).contains(Role::Admin)
        };
        match *action {
            Action::Grant { grant, .. } => self.lets_administer(by, grant.role),
            Action::RoleAdministration { .. } => by.is_administrator,
            Action::Reinstate { organisation } => by.roles.intersects(STRONG) && superior(organisation),
            Action::Steward { organisation, .. } => by.roles.contains(Role::Admin) && superior(organisation),
            Action::Upgrade { .. } | Action::ContractRoles { .. } | Action::Market { .. } => {
                by.roles.contains(Role::Admin)
            }
        }
    }

    fn lets_administer(&self, by: &By, role: Role) -> bool {
        if role == Role::Admin {
            by.is_administrator
        } else {
            by.roles.contains(self.administering[&role])
        }
    }

    /// Whether the call takes away power that is there, by somebody who may: then nothing stops it, a pause neither.
    fn promise(&self, by: &By, call: Call) -> bool {
        match call {
            Call::RevokeRole(id, role) => {
                let held = self.rights(id).grants.iter().any(|grant| grant.role == role);
                held && (self.lets_administer(by, role) || by.steward_of == Some(id))
            }
            Call::SuspendOrganisation(organisation) => {
                let counts =
                    self.organisations.contains_key(&organisation) && !self.rights(organisation).suspended;
                counts && self.lets(by, &Action::Reinstate { organisation })
            }
            Call::RemoveAccount(account) => self.accounts.get(&account).is_some_and(|entry| {
                let lasts = |limits: &Limits| limits.steward && limits.until.is_none();
                let list = &self.lists[usize::try_from(entry.organisation).unwrap()];
                let somebody_stays = list.iter().any(|(other, limits)| *other != account && lasts(limits));
                (account == by.who || by.steward_of == Some(entry.organisation)) && somebody_stays
            }),
            Call::Pause(contract) => by.roles.contains(Role::Admin) && !self.deployment.is_paused(contract),
            Call::CancelProposal(number) => {
                self.proposals.contains_key(&number) && by.roles.intersects(STRONG)
            }
            Call::WithdrawAdministrationOffer => {
                self.offer.is_some() && (by.is_administrator || by.roles.contains(Role::Regulator))
            }
            _ => false,
        }
    }

    /// Whether nothing is left of what the call took away.
    fn show(&self, call: Call, now: Timestamp) -> bool {
        // A contract acts for no organisation, and the administrator is Admin by itself.
        let acts = |id, role| {
            let of_it =
                self.accounts.iter().filter(|(_, entry)| entry.organisation == id).map(|(who, _)| *who);
            let mut others = of_it.filter(|who| {
                *who != self.deployment.administrator && self.deployment.roles_of(*who).is_empty()
            });
            others.any(|who| roles(who, now).contains(role))
        };
        match call {
            Call::RevokeRole(id, role) => {
                !acts(id, role) && self.rights(id).grants.iter().all(|grant| grant.role != role)
            }
            Call::SuspendOrganisation(id) => {
                self.rights(id).suspended && !Role::ALL.into_iter().any(|role| acts(id, role))
            }
            Call::RemoveAccount(account) => !self.accounts.contains_key(&account),
            Call::Pause(contract) => self.deployment.is_paused(contract),
            Call::CancelProposal(number) | Call::ApplyProposal(number) => {
                !self.proposals.contains_key(&number)
            }
            Call::WithdrawAdministrationOffer => self.offer.is_none(),
            _ => true,
        }
    }

    /// What is gained after `before`, other than what an organisation's own steward gives: each as the one proposal for it.
    fn gains(&self, before: &Reads, by: &By) -> Vec<Action> {
        let mut gains = Vec::new();
        for (organisation, OrganisationEntry { rights, .. }) in &self.organisations {
            let (organisation, former) = (*organisation, before.rights(*organisation));
            let new =
                rights.grants.iter().filter(|it| STRONG.contains(it.role) && !former.grants.contains(it));
            gains.extend(new.map(|grant| Action::Grant { organisation, grant: *grant }));
            if former.suspended && rights.roles_at(by.now).intersects(STRONG) {
                gains.push(Action::Reinstate { organisation });
            }
        }
        for (account, entry) in &self.accounts {
            let organisation = entry.organisation;
            let founded = !before.organisations.contains_key(&organisation);
            let appointed = founded || by.steward_of == Some(organisation);
            if before.accounts.get(account) != Some(entry) && !appointed {
                gains.push(Action::Steward { organisation, account: *account });
            }
        }
        for contract in &self.deployment.contracts {
            if !contract.roles.is_subset(before.deployment.roles_of(contract.contract)) {
                gains.push(Action::ContractRoles { contract: contract.contract, roles: contract.roles });
            }
        }
        for market in MARKETS {
            let authority = self.authorities.get(&market).copied();
            if before.authorities.get(&market).copied() != authority {
                gains.push(Action::Market { market, authority });
            }
        }
        for (role, administered_by) in &self.administering {
            if before.administering[role] != *administered_by {
                gains.push(Action::RoleAdministration { role: *role, administered_by: *administered_by });
            }
        }
        gains
    }

    fn ensure_unambiguous(&self) {
        let digits = |(_, owner): &(u32, PrefixOwner)| {
            format!("{:01$}", owner.prefix.digits, usize::from(owner.prefix.length))
        };
        let prefixes: Vec<String> = self.prefixes.iter().map(digits).collect();
        for (number, prefix) in prefixes.iter().enumerate() {
            let others = prefixes.iter().enumerate().filter(|(other, _)| *other != number);
            assert!(others.into_iter().all(|(_, other)| !other.starts_with(prefix)), "{prefixes:?}");
        }
        let markets: BTreeMap<_, _> = self.markets.iter().copied().collect();
        assert_eq!(
            (markets.len(), &markets),
            (self.markets.len(), &self.authorities),
            "one authority at most"
        );
    }
}

/// Who calls, as it is read before the call.
struct By {
    who: AccountId,
    now: Timestamp,
    roles: RoleSet,
    is_administrator: bool,
    steward_of: Option<OrganisationId>,
}

/// A proposal or an offer that was seen.
#[derive(Debug)]
struct Seen<T> {
    what: T,
    at: Timestamp,
    /// Whether it was applied or cancelled.
    over: bool,
}

impl<T> Seen<T> {
    fn is_due(&self, now: Timestamp) -> bool {
        !self.over && (self.at + WAITS..=self.at + WAITS + OPEN).contains(&now)
    }
}

/// A sequence as it is played.
struct Play<'a> {
    data: Data,
    now: Timestamp,
    reads: Reads,
    proposed: BTreeMap<u32, Seen<Action>>,
    offered: Option<Seen<AccountId>>,
    reached: &'a RefCell<BTreeSet<String>>,
}

impl<'a> Play<'a> {
    fn new(reached: &'a RefCell<BTreeSet<String>>) -> Self {
        let mut data = set_up();
        let parts = [Role::Admin, Role::Regulator, Role::Regulator, Role::Pharmacy, Role::Regulator];
        for (number, role) in (1..).zip(parts) {
            with_role(&mut data, number, role);
        }
        data.add_account(&mut by(account(1)), 0, account(6), Limits::default()).unwrap();
        site(&mut data, 3, 0);
        data.set_market(&by(ADMINISTRATOR), MARKETS[0], Some(1)).unwrap();
        data.set_contract_roles(&mut by(ADMINISTRATOR), REGISTER, RoleSet::of(&[Role::UnitRegister]))
            .unwrap();
        data.suspend(&mut by(ADMINISTRATOR), 4).unwrap();
        data.end_set_up(&mut by(ADMINISTRATOR)).unwrap();
        let reads = Reads::of(&data);
        Self { data, now: NOW, reads, proposed: BTreeMap::new(), offered: None, reached }
    }

    fn by(&self, who: AccountId) -> By {
        let Standing { organisation, roles, .. } = standing(who, None, self.now);
        let is_steward = self.reads.accounts.get(&who).is_some_and(|entry| entry.limits.steward);
        let steward_of = organisation.filter(|_| is_steward);
        let is_administrator = self.reads.deployment.administrator == who;
        By { who, now: self.now, roles, is_administrator, steward_of }
    }

    /// Sends a call, and holds of it what is promised.
    fn send(&mut self, who: AccountId, call: Call) -> Result<Done, Error> {
        let (now, by) = (self.now, self.by(who));
        let result = send(&mut self.data, who, now, call);
        let before = std::mem::replace(&mut self.reads, Reads::of(&self.data));
        let after = &self.reads;
        assert!(result.is_ok() || *after == before, "refused, and changed something");
        assert!(result.is_ok() || !before.promise(&by, call), "power was not taken away");
        assert!(result.is_err() || after.show(call, now), "it is still there");

        let applied = match call {
            Call::ApplyProposal(number) if result.is_ok() => {
                let proposal = self.proposed.get_mut(&number).expect("it was proposed");
                assert!(proposal.is_due(now), "applied early, late or again");
                assert!(before.lets(&by, &proposal.what), "applied by somebody who may not");
                proposal.over = true;
                Some(proposal.what)
            }
            _ => None,
        };
        let mut gains = after.gains(&before, &by);
        if let Ok(Done::NewCode(contract, code)) = result {
            gains.push(Action::Upgrade { contract, code });
        }
        assert!(gains.iter().all(|gain| applied == Some(*gain)), "gained without a proposal: {gains:?}");
        if after.deployment.administrator != before.deployment.administrator {
            let offer = self.offered.as_ref().expect("it was offered");
            assert!(offer.is_due(now) && offer.what == who, "accepted early, late or by another");
            assert_eq!((after.deployment.administrator, name(&call)), (who, "AcceptAdministration".into()));
        }
        match (call, result) {
            (Call::Propose(action), Ok(done)) => {
                let Done::Proposed(number) = done else { panic!("no number") };
                assert!(before.lets(&by, &action), "proposed by somebody who may not");
                let seen = Seen { what: action, at: now, over: false };
                assert!(self.proposed.insert(number, seen).is_none(), "a number is used twice");
            }
            (Call::CancelProposal(number), Ok(_)) => {
                self.proposed.get_mut(&number).expect("it was proposed").over = true;
            }
            (Call::OfferAdministration(to), Ok(_)) => {
                assert!(by.is_administrator, "offered by somebody who may not");
                self.offered = Some(Seen { what: to, at: now, over: false });
            }
            (Call::WithdrawAdministrationOffer | Call::AcceptAdministration, Ok(_)) => self.offered = None,
            _ => {}
        }
        let waiting = self.proposed.iter().filter(|(_, seen)| !seen.over);
        let read = after.proposals.iter().map(|(number, proposal)| (number, &proposal.action));
        assert!(
            waiting.map(|(number, seen)| (number, &seen.what)).eq(read),
            "proposals are not as they were made"
        );
        after.ensure_unambiguous();
        self.note(&before, call, result);
        result
    }

    /// Notes what was reached.
    fn note(&self, before: &Reads, call: Call, result: Result<Done, Error>) {
        let outcome = result.map_or_else(|error| name(&error), |_| "done".into());
        let mut reached = self.reached.borrow_mut();
        reached.insert(format!("{} {outcome}", name(&call)));
        if before.deployment.is_paused(GOVERNANCE) {
            reached.insert(format!("{} {outcome} in a pause", name(&call)));
        }
        if let Call::ApplyProposal(number) | Call::CancelProposal(number) = call {
            let action = self.proposed.get(&number).map(|seen| name(&seen.what)).unwrap_or_default();
            reached.insert(format!("{} {outcome} {action}", name(&call)));
        }
    }

    /// Whatever came before, the administrator gets rid of all deputies, in a pause too.
    fn end(mut self) {
        let administrator = self.reads.deployment.administrator;
        if !self.reads.deployment.is_paused(GOVERNANCE) {
            self.send(administrator, Call::Pause(GOVERNANCE)).unwrap();
        }
        for (id, OrganisationEntry { rights, .. }) in self.reads.organisations.clone() {
            if rights.grants.iter().any(|grant| grant.role == Role::Admin) {
                self.send(administrator, Call::RevokeRole(id, Role::Admin)).unwrap();
            }
        }
        let is_admin = |who: &AccountId| roles(*who, self.now).contains(Role::Admin);
        assert!(EVERYBODY.into_iter().filter(is_admin).all(|who| who == administrator), "a deputy is left");
    }
}

/// What the sequences come to, besides all that an action and a message can come to.
const REACHED: [&str; 11] = [
    "AcceptAdministration done",
    "AcceptAdministration OfferTooEarly",
    "AcceptAdministration OfferLapsed",
    "AcceptAdministration CallerNotOffered",
    "RevokeRole done in a pause",
    "SuspendOrganisation done in a pause",
    "RemoveAccount done in a pause",
    "CancelProposal done in a pause",
    "WithdrawAdministrationOffer done in a pause",
    "RegisterPrefix PrefixContained",
    "ReinstateOrganisation ProposalRequired",
];
const ACTIONS: [&str; 7] =
    ["Upgrade", "Grant", "ContractRoles", "Steward", "Market", "Reinstate", "RoleAdministration"];
const OUTCOMES: [&str; 4] = [
    "ApplyProposal done",
    "ApplyProposal ProposalTooEarly",
    "ApplyProposal ProposalLapsed",
    "CancelProposal done",
];

#[test]
fn nobody_gains_power_that_was_not_proposed_or_keeps_what_is_taken_away() {
    let set = std::env::var("THERIAC_SEQUENCES").ok();
    let config = Config {
        cases: set.as_ref().map_or(100, |count| count.parse().expect("THERIAC_SEQUENCES is a number")),
        rng_seed: if set.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(SEEDS))),
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let reached = RefCell::default();
    let held = TestRunner::new(config).run(&prop::collection::vec(any_step(), 0..=LENGTH), |steps| {
        // When, by whom, and what: a failure shows it.
        let mut trail = Vec::new();
        let play = std::panic::AssertUnwindSafe(|| {
            // In an off-chain environment of its own, which forgets afterwards.
            let fresh = ink::env::test::run_test::<DefaultEnvironment, _>(|_| {
                let mut play = Play::new(&reached);
                for step in &steps {
                    play.now = step.time(&play.reads, play.now);
                    let (who, call) = step.call(&play.reads, play.now);
                    trail.push(format!("after {} ms {} sends {call:?}", play.now - NOW, who.0[0]));
                    play.send(who, call).ok();
                }
                play.end();
                Ok(())
            });
            fresh.unwrap();
        });
        if let Err(why) = std::panic::catch_unwind(play) {
            let text = why.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let why = text.or_else(|| why.downcast_ref::<String>().cloned()).unwrap_or_default();
            return Err(TestCaseError::fail(format!("{why}\n{}\n", trail.join("\n"))));
        }
        Ok(())
    });
    assert!(held.is_ok(), "{}", held.unwrap_err());
    if set.is_some() {
        return;
    }
    // So that none of it is held of nothing.
    let of_actions = OUTCOMES.iter().flat_map(|outcome| ACTIONS.map(|action| format!("{outcome} {action}")));
    let expected: Vec<String> = of_actions.chain(REACHED.map(String::from)).collect();
    let reached = reached.into_inner();
    let missing: Vec<&String> = expected.iter().filter(|it| !reached.contains(*it)).collect();
    assert!(missing.is_empty(), "not reached: {missing:?} among {reached:#?}");
}
