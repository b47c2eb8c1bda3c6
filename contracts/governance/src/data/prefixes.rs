//! GS1 company prefixes: with which digits the keys of an organisation begin.

use ink::prelude::vec::Vec;
use primitives::access::{Change, PrefixOwner};
use primitives::governance::{Error, PrefixRegistered, PrefixRemoved};
use primitives::prefix::{stem_of, MIN_LENGTH};
use primitives::{ensure, OrganisationId, Prefix, PrefixLengths, Role};
use scale::{Decode, Encode};

use super::organisations::SUPERVISORS;
use super::{page, Data};
use crate::{Access, Caller};

/// A registered prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct RegisteredPrefix {
    /// Its number in the list.
    number: u32,
    /// Whose it is.
    organisation: OrganisationId,
}

/// How many prefixes of each length, from 4 to 12 digits, begin with the same four digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct LengthCounts([u32; 9]);

impl LengthCounts {
    fn change(&mut self, length: u8, change: Counting) {
        let index = usize::from(length.saturating_sub(MIN_LENGTH));
        if let Some(count) = self.0.get_mut(index) {
            *count = change(*count, 1);
        }
    }

    fn lengths(&self) -> PrefixLengths {
        let used = (MIN_LENGTH..).zip(self.0).filter(|(_, count)| *count > 0);
        used.fold(PrefixLengths::EMPTY, |lengths, (length, _)| lengths.with(length))
    }
}

/// One more or one less. Each prefix costs a storage deposit: 2^32 of them exceed every chain's supply.
type Counting = fn(u32, u32) -> u32;

impl Data {
    /// Notes that the keys of an organisation begin with a prefix.
    pub fn register_prefix(
        &mut self,
        by: &mut Caller<impl Access>,
        organisation: OrganisationId,
        prefix: Prefix,
    ) -> Result<PrefixRegistered, Error> {
        by.call.ensure_any(SUPERVISORS)?;
        self.known(organisation)?;
        ensure(prefix.is_valid(), Error::InvalidPrefix)?;
        ensure(!self.prefixes.contains(prefix), Error::PrefixExists)?;
        let within = prefix.shorter().any(|shorter| self.prefixes.contains(shorter));
        ensure(!within && !self.longer_prefixes.contains(prefix), Error::PrefixContained)?;
        self.put_prefix(by, prefix, Some(organisation), u32::saturating_add)?;
        let mut state = self.state();
        let number = state.prefixes;
        self.prefixes.insert(prefix, &RegisteredPrefix { number, organisation });
        self.prefix_numbers.insert(number, &prefix);
        state.prefixes = state.prefixes.saturating_add(1);
        self.state.set(&state);
        Ok(PrefixRegistered { by: by.actor(), organisation, prefix })
    }

    /// Takes a prefix from its organisation. GLNs that begin with it stay.
    pub fn remove_prefix(
        &mut self,
        by: &mut Caller<impl Access>,
        prefix: Prefix,
    ) -> Result<PrefixRemoved, Error> {
        let RegisteredPrefix { number, organisation } =
            self.prefixes.get(prefix).ok_or(Error::UnknownPrefix)?;
        if !by.is_steward_of(organisation)? {
            by.ensure_role(Role::Regulator)?;
        }
        self.put_prefix(by, prefix, None, u32::saturating_sub)?;
        self.prefixes.remove(prefix);
        self.prefix_numbers.remove(number);
        Ok(PrefixRemoved { by: by.actor(), organisation, prefix })
    }

    /// Whose a prefix is.
    #[must_use]
    pub fn prefix(&self, prefix: Prefix) -> Option<OrganisationId> {
        Some(self.prefixes.get(prefix)?.organisation)
    }

    /// The prefixes that are registered among at most [`primitives::governance::MAX_PAGE`] numbers from `start`: removed
    /// ones leave a gap, and the next page starts behind the last number asked for.
    #[must_use]
    pub fn list_prefixes(&self, start: u32, limit: u32) -> Vec<(u32, PrefixOwner)> {
        let entry = |number| {
            let prefix = self.prefix_numbers.get(number)?;
            Some((number, PrefixOwner { prefix, organisation: self.prefix(prefix)? }))
        };
        page(start, limit, self.state().prefixes).filter_map(entry).collect()
    }

    /// Whose the prefix is with which a key begins. `body`: see [`primitives::prefix`].
    pub(super) fn owner_of_key(&self, body: u64) -> Option<OrganisationId> {
        let counts = self.prefix_counts.get(stem_of(body))?;
        counts.lengths().find(body, |prefix| self.prefix(prefix))
    }

    /// Has `access` note whose the prefix is, and counts it: under each shorter prefix that it begins with, so that none of
    /// those is registered beside it, and by its length.
    fn put_prefix(
        &mut self,
        by: &mut Caller<impl Access>,
        prefix: Prefix,
        organisation: Option<OrganisationId>,
        change: Counting,
    ) -> Result<(), Error> {
        let mut counts = self.prefix_counts.get(prefix.stem()).unwrap_or_default();
        counts.change(prefix.length, change);
        let lengths = counts.lengths();
        by.access.change(Change::Prefix { prefix, organisation, lengths })?;
        self.prefix_counts.put(prefix.stem(), Some(&counts).filter(|_| !lengths.is_empty()));
        for shorter in prefix.shorter() {
            let count = change(self.longer_prefixes.get(shorter).unwrap_or_default(), 1);
            self.longer_prefixes.put(shorter, Some(&count).filter(|count| **count > 0));
        }
        Ok(())
    }
}
