//! The code that proposals name: on chain while one of them waits, so that everybody can read what is proposed.

use primitives::governance::{Error, MAX_CODES};
use primitives::{ensure, CodeHash};
use scale::{Decode, Encode};

use super::Data;
use crate::{Access, Caller};

/// Code that is proposed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub(crate) struct ProposedCode {
    /// How many proposals with it wait. Each costs a storage deposit: 2^32 of them exceed every chain's supply.
    proposals: u32,
    /// Whether the chain holds it for this contract.
    locked: bool,
}

impl Data {
    /// Keeps code on chain for one more proposal.
    ///
    /// Errors, in this order: `TooManyCodes`, `CodeNotFound`.
    pub(super) fn hold_code(&mut self, by: &mut Caller<impl Access>, code: CodeHash) -> Result<(), Error> {
        let mut proposed = self.codes.get(code).unwrap_or_default();
        // No contract can lock its own code, which is there as long as it runs.
        if !proposed.locked && !by.access.is_own_code(code) {
            let mut state = self.state();
            ensure(state.locked_codes < MAX_CODES, Error::TooManyCodes)?;
            ensure(by.access.lock_code(code), Error::CodeNotFound)?;
            state.locked_codes = state.locked_codes.saturating_add(1);
            self.state.set(&state);
            proposed.locked = true;
        }
        proposed.proposals = proposed.proposals.saturating_add(1);
        self.codes.insert(code, &proposed);
        Ok(())
    }

    /// Lets code go for one proposal, and altogether where it was the last one with it.
    pub(super) fn release_code(&mut self, by: &mut Caller<impl Access>, code: CodeHash) {
        let mut proposed = self.codes.get(code).unwrap_or_default();
        proposed.proposals = proposed.proposals.saturating_sub(1);
        let waits = proposed.proposals > 0;
        if !waits && proposed.locked {
            by.access.unlock_code(code);
            let mut state = self.state();
            state.locked_codes = state.locked_codes.saturating_sub(1);
            self.state.set(&state);
        }
        self.codes.put(code, Some(&proposed).filter(|_| waits));
    }
}
