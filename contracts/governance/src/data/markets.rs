//! Markets: in which of them a medicines authority decides.

use primitives::governance::{Error, Market, MarketSet, Markets, MAX_MARKETS};
use primitives::{ensure, OrganisationId, Role};

use super::Data;
use crate::{Access, Caller};

impl Data {
    /// Gives a market to an authority, or takes it from the one that has it.
    pub fn set_market(
        &mut self,
        by: &Caller<impl Access>,
        market: Market,
        authority: Option<OrganisationId>,
    ) -> Result<MarketSet, Error> {
        self.ensure_market(by, market, authority)?;
        ensure(by.in_set_up, Error::ProposalRequired)?;
        self.put_market(by, market, authority)
    }

    /// The authority that decides in a market.
    #[must_use]
    pub fn authority(&self, market: Market) -> Option<OrganisationId> {
        self.authorities.get(market)
    }

    /// The markets of an authority.
    #[must_use]
    pub fn markets(&self, authority: OrganisationId) -> Markets {
        let markets = self.markets.get(authority).unwrap_or_default();
        Markets { markets, organisations: self.state().organisations }
    }

    /// Refuses what the caller may not decide, or what cannot be.
    ///
    /// Errors, in this order: `CallerNotAuthorised`, `InvalidMarket`, `UnknownOrganisation`, `RoleNotHeld`.
    pub(super) fn ensure_market(
        &self,
        by: &Caller<impl Access>,
        market: Market,
        authority: Option<OrganisationId>,
    ) -> Result<(), Error> {
        by.ensure_role(Role::Admin)?;
        ensure(market.is_valid(), Error::InvalidMarket)?;
        let Some(authority) = authority else { return Ok(()) };
        self.known(authority)?;
        ensure(by.holds(authority, Role::Regulator)?, Error::RoleNotHeld)
    }

    /// Sets what was checked. A market has one authority at most.
    ///
    /// Errors: `TooManyMarkets`.
    pub(super) fn put_market(
        &mut self,
        by: &Caller<impl Access>,
        market: Market,
        authority: Option<OrganisationId>,
    ) -> Result<MarketSet, Error> {
        if let Some(former) = self.authorities.take(market) {
            let mut markets = self.markets.get(former).unwrap_or_default();
            markets.retain(|other| *other != market);
            self.markets.put(former, Some(&markets).filter(|markets| !markets.is_empty()));
        }
        if let Some(authority) = authority {
            let mut markets = self.markets.get(authority).unwrap_or_default();
            ensure(markets.len() < MAX_MARKETS, Error::TooManyMarkets)?;
            markets.push(market);
            self.markets.insert(authority, &markets);
            self.authorities.insert(market, &authority);
        }
        Ok(MarketSet { by: by.actor(), market, authority })
    }
}
