/// Why `access` refuses. Variants are appended, never reordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// State changes of this contract are stopped.
    Paused,
    /// The caller does not hold the role that this needs.
    CallerNotAuthorised,
    /// No organisation is registered for the account.
    UnknownOrganisation,
    /// The account has an organisation already.
    OrganisationExists,
    /// The name is empty, longer than [`crate::MAX_NAME`] bytes, or has a control character.
    InvalidName,
    /// The identifier is no GLN with a right check digit, or no URI in at most [`crate::MAX_URI`] ASCII bytes.
    InvalidIdentifier,
    /// The organisation is suspended.
    OrganisationSuspended,
    /// The organisation is not suspended.
    OrganisationNotSuspended,
    /// The role would end before it begins.
    ExpiryInPast,
    /// The account does not hold the role.
    RoleNotHeld,
    /// The administrator's own role cannot be administered by another one.
    AdminRoleFixed,
    /// Nobody is offered the administration.
    NoAdministrationOffer,
    /// The administration is offered to another account.
    CallerNotOffered,
    /// The contract is paused already.
    AlreadyPaused,
    /// The contract is not paused.
    NotPaused,
    /// No code is proposed to replace the contract's.
    UpgradeNotProposed,
    /// The delay of the proposed code is not over.
    UpgradeTooEarly,
    /// The proposed code is not on chain, has no `migrate` message, or does not understand the stored layout; or the
    /// contract is none whose code `access` can replace.
    LayoutNotUnderstood,
}
