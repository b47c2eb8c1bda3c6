//! Calls, and how random numbers become one that mostly fits what is there.

use super::*;

/// A call of a message, by the message's name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Call {
    RegisterOrganisation(AccountId),
    UpdateOrganisation(OrganisationId, u8),
    RegisterSite(OrganisationId, u64),
    UpdateSite(SiteId, u64),
    RegisterPrefix(OrganisationId, Prefix),
    RemovePrefix(Prefix),
    AddAccount(OrganisationId, AccountId, Limits),
    ChangeAccount(AccountId, Limits),
    RemoveAccount(AccountId),
    SetSealingKey,
    SuspendOrganisation(OrganisationId),
    ReinstateOrganisation(OrganisationId),
    GrantRole(OrganisationId, Grant),
    RevokeRole(OrganisationId, Role),
    SetContractRoles(AccountId, RoleSet),
    SetMarket(Market, Option<OrganisationId>),
    SetAdministeringRole(Role, Role),
    OfferAdministration(AccountId),
    WithdrawAdministrationOffer,
    AcceptAdministration,
    EndSetUp,
    Pause(AccountId),
    Unpause(AccountId),
    Propose(Action),
    CancelProposal(u32),
    ApplyProposal(u32),
}

/// What a call answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Nothing,
    Proposed(u32),
    /// The contract is to run this code now.
    NewCode(AccountId, CodeHash),
}

/// The first word of what `Debug` writes: what it is, without its fields.
pub(super) fn name(what: &impl std::fmt::Debug) -> String {
    format!("{what:?}").chars().take_while(char::is_ascii_alphabetic).collect()
}

/// Whether `governance` refuses the message while it is paused. The rules do not know: it is read where the real contract
/// was asked.
fn stops_in_pause(call: &Call) -> bool {
    let mut message = String::new();
    for letter in name(call).chars() {
        message.extend(letter.is_uppercase().then_some('_'));
        message.push(letter.to_ascii_lowercase());
    }
    let row = format!("governance,{},", &message[1..]);
    let mut rows =
        include_str!("../../../../access-matrix.csv").lines().filter(|line| line.starts_with(&row));
    // Where one case is stopped, all are.
    rows.any(|line| line.ends_with(",Paused"))
}

/// Calls as the contract does.
pub(super) fn send(data: &mut Data, who: AccountId, now: Timestamp, call: Call) -> Result<Done, Error> {
    if Store::default().deployment()?.is_paused(GOVERNANCE) && stops_in_pause(&call) {
        return Err(Error::Paused);
    }
    let by = &mut by_at(who, now);
    let identifier = |number| uri(&format!("urn:example:more:{number}"));
    match call {
        Call::RegisterOrganisation(steward) => {
            let identifier = identifier(steward.0[0]);
            data.register_organisation(by, "Name".into(), identifier, steward).map(drop)
        }
        Call::UpdateOrganisation(id, number) => {
            data.update_organisation(by, id, "Name".into(), identifier(number)).map(drop)
        }
        Call::RegisterSite(id, number) => data.register_site(by, id, "Site".into(), gln(number)).map(drop),
        Call::UpdateSite(site, number) => data.update_site(by, site, "Site".into(), gln(number)).map(drop),
        Call::RegisterPrefix(id, prefix) => data.register_prefix(by, id, prefix).map(drop),
        Call::RemovePrefix(prefix) => data.remove_prefix(by, prefix).map(drop),
        Call::AddAccount(id, account, limits) => data.add_account(by, id, account, limits).map(drop),
        Call::ChangeAccount(account, limits) => data.change_account(by, account, limits).map(drop),
        Call::RemoveAccount(account) => data.remove_account(by, account).map(drop),
        Call::SetSealingKey => data.set_sealing_key(by, who.0).map(drop),
        Call::SuspendOrganisation(id) => data.suspend(by, id).map(drop),
        Call::ReinstateOrganisation(id) => data.reinstate(by, id).map(drop),
        Call::GrantRole(id, grant) => data.grant_role(by, id, grant).map(drop),
        Call::RevokeRole(id, role) => data.revoke_role(by, id, role).map(drop),
        Call::SetContractRoles(contract, roles) => data.set_contract_roles(by, contract, roles).map(drop),
        Call::SetMarket(market, authority) => data.set_market(by, market, authority).map(drop),
        Call::SetAdministeringRole(role, other) => data.set_administering_role(by, role, other).map(drop),
        Call::OfferAdministration(to) => data.offer_administration(by, to).map(drop),
        Call::WithdrawAdministrationOffer => data.withdraw_administration_offer(by).map(drop),
        Call::AcceptAdministration => data.accept_administration(by).map(drop),
        Call::EndSetUp => data.end_set_up(by).map(drop),
        Call::Pause(contract) => data.pause(by, contract).map(drop),
        Call::Unpause(contract) => data.unpause(by, contract).map(drop),
        Call::CancelProposal(number) => data.cancel_proposal(by, number).map(drop),
        Call::Propose(action) => return data.propose(by, action).map(|event| Done::Proposed(event.proposal)),
        Call::ApplyProposal(number) => {
            return data.apply_proposal(by, number).map(|(_, applied)| match applied {
                Applied::Upgrade { contract, code } => Done::NewCode(contract, code),
                _ => Done::Nothing,
            });
        }
    }?;
    Ok(Done::Nothing)
}

/// How many kinds of steps there are, the frequent ones several times.
const KINDS: u8 = 62;

/// Numbers that become a call, and how long it is until then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// `None` until a moment at which something begins or ends.
    wait: Option<Timestamp>,
    kind: u8,
    who: u8,
    a: u8,
    b: u8,
    c: u8,
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let wait = prop_oneof![
        20 => Just(Some(0)),
        4 => (1_u64..60).prop_map(|minutes| Some(minutes * 60_000)),
        4 => Just(Some(DAY)),
        5 => Just(Some(WAITS)),
        1 => Just(Some(OPEN)),
        4 => Just(None),
    ];
    let numbers = (wait, 0..KINDS, any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>());
    numbers.prop_map(|(wait, kind, who, a, b, c)| Step { wait, kind, who, a, b, c })
}

fn pick<T: Copy>(list: &[T], number: u8) -> T {
    list[usize::from(number) % list.len()]
}

impl Step {
    /// When it happens.
    pub(super) fn time(self, reads: &Reads, now: Timestamp) -> Timestamp {
        let Some(wait) = self.wait else {
            let (from, until) = match (self.message(reads, now), reads.offer) {
                (Call::AcceptAdministration, Some(it)) => (it.applies_from, it.applies_until),
                (Call::ApplyProposal(number), _) => {
                    let waiting = reads.proposals.get(&number);
                    waiting.map_or((now, now), |it| (it.applies_from, it.applies_until))
                }
                _ => (now, now),
            };
            return pick(&[from - 1, from, until, until + 1], self.c).max(now);
        };
        now + wait
    }

    /// Half of the other calls are the administrator's. Accounts are mostly managed by a steward of their organisation, and
    /// what is offered is mostly accepted by whom it is offered.
    pub(super) fn call(self, reads: &Reads, now: Timestamp) -> (AccountId, Call) {
        let call = self.message(reads, now);
        let steward_of = |id: OrganisationId| {
            let mut entries = reads.accounts.iter().filter(|(_, entry)| entry.organisation == id);
            entries.find(|(_, entry)| entry.limits.steward).map(|(who, _)| *who)
        };
        let party = match call {
            Call::AcceptAdministration => reads.offer.map(|offer| offer.to),
            Call::AddAccount(id, ..) => steward_of(id),
            Call::ChangeAccount(account, _) | Call::RemoveAccount(account) => {
                reads.accounts.get(&account).and_then(|entry| steward_of(entry.organisation))
            }
            _ => None,
        };
        let anybody =
            if self.who < 128 { reads.deployment.administrator } else { pick(&EVERYBODY, self.who) };
        (party.filter(|_| self.who % 8 < 6).unwrap_or(anybody), call)
    }

    fn message(self, reads: &Reads, now: Timestamp) -> Call {
        let (organisation, role) = (self.organisation(reads), pick(&ROLES, self.b));
        let (account, contract) = (pick(&EVERYBODY, self.b), pick(&CONTRACTS, self.b));
        match self.kind {
            0..=11 => Call::Propose(self.action(reads, now)),
            12..=23 => Call::ApplyProposal(self.proposal(reads)),
            24..=27 => Call::CancelProposal(self.proposal(reads)),
            28 => Call::RegisterOrganisation(account),
            29 => Call::UpdateOrganisation(organisation, self.b % 8),
            30 => Call::RegisterSite(organisation, u64::from(self.b % 8)),
            31 => Call::UpdateSite(u32::from(self.a % 3), u64::from(self.b % 8)),
            32 | 33 => Call::RegisterPrefix(organisation, pick(&PREFIXES, self.b)),
            34 => Call::RemovePrefix(pick(&PREFIXES, self.b)),
            35..=37 => Call::AddAccount(organisation, account, self.limits(now)),
            38 => Call::ChangeAccount(account, self.limits(now)),
            39 | 40 => Call::RemoveAccount(account),
            41 => Call::SetSealingKey,
            42 | 43 => Call::SuspendOrganisation(organisation),
            44 => Call::ReinstateOrganisation(organisation),
            45 => Call::GrantRole(organisation, self.grant(now)),
            46 | 47 => Call::RevokeRole(organisation, role),
            48 => Call::SetContractRoles(contract, self.roles_of_contract()),
            49 => Call::SetMarket(pick(&MARKETS, self.b), Some(organisation)),
            50 => Call::SetAdministeringRole(role, pick(&ROLES, self.a)),
            51 | 52 => Call::OfferAdministration(account),
            53 | 54 => Call::WithdrawAdministrationOffer,
            55 | 56 => Call::AcceptAdministration,
            57 => Call::EndSetUp,
            58 | 59 => Call::Pause(contract),
            _ => Call::Unpause(contract),
        }
    }

    fn action(self, reads: &Reads, now: Timestamp) -> Action {
        let organisation = self.organisation(reads);
        match self.a % 8 {
            0 => Action::Upgrade { contract: pick(&CONTRACTS, self.b), code: pick(&CODES, self.c) },
            1 => {
                Action::ContractRoles { contract: pick(&CONTRACTS, self.b), roles: self.roles_of_contract() }
            }
            2 => Action::Steward { organisation, account: pick(&EVERYBODY, self.b) },
            3 => {
                let authority = Some(organisation).filter(|_| self.b > 50);
                Action::Market { market: pick(&MARKETS, self.b), authority }
            }
            4 => {
                let suspended = reads.organisations.iter().find(|(_, entry)| entry.rights.suspended);
                Action::Reinstate { organisation: suspended.map_or(organisation, |(id, _)| *id) }
            }
            5 => Action::RoleAdministration {
                role: pick(&ROLES, self.b),
                administered_by: pick(&ROLES, self.c),
            },
            _ => Action::Grant { organisation, grant: self.grant(now) },
        }
    }

    /// One of those that there are, or the next.
    fn organisation(self, reads: &Reads) -> OrganisationId {
        let next = u32::try_from(reads.organisations.len()).unwrap();
        u32::from(self.c) % (next + 1)
    }

    /// Mostly one that waits.
    fn proposal(self, reads: &Reads) -> u32 {
        let waiting: Vec<u32> = reads.proposals.keys().copied().collect();
        if waiting.is_empty() || self.b < 50 {
            u32::from(self.a % 20)
        } else {
            pick(&waiting, self.a)
        }
    }

    fn grant(self, now: Timestamp) -> Grant {
        let expires_at = [None, None, Some(now + DAY), Some(now + WAITS + DAY)];
        Grant { role: pick(&ROLES, self.b), expires_at: pick(&expires_at, self.b / 8) }
    }

    fn limits(self, now: Timestamp) -> Limits {
        let until = Some(now + DAY).filter(|_| self.a.is_multiple_of(4));
        Limits { until, steward: self.a.is_multiple_of(2), ..Limits::default() }
    }

    fn roles_of_contract(self) -> RoleSet {
        let sets: [&[Role]; 4] =
            [&[], &[Role::Sentinel], &[Role::UnitRegister, Role::Sentinel], &[Role::Pharmacy]];
        RoleSet::of(pick(&sets, self.c))
    }
}
