use crate::{AccountId, RoleSet, Timestamp};

/// Who calls a message, with which roles, and when: all that a rule may know of its caller.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The account that calls.
    pub caller: AccountId,
    /// Its roles at this moment.
    pub roles: RoleSet,
    /// The chain's time.
    pub now: Timestamp,
}
