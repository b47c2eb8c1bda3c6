use crate::refused::errors;

errors! {
    "Why `governance` refuses. A new variant gets the next index.":
    /// No such organisation is registered.
    UnknownOrganisation = 10,
    /// No such site is registered.
    UnknownSite = 11,
    /// The account acts for no organisation.
    UnknownAccount = 12,
    /// The account acts for an organisation already, this one or another one.
    AccountExists = 13,
    /// The site is of another organisation.
    SiteOfAnotherOrganisation = 14,
    /// The organisation does not hold the role.
    RoleNotHeld = 15,
    /// The organisation must keep a steward whose time does not end.
    LastSteward = 16,
    /// The name is empty, longer than [`super::MAX_NAME`] bytes, or has a control or formatting character, such as a
    /// bidirectional mark.
    InvalidName = 17,
    /// The GLN has more than 13 digits or a wrong check digit, or the identifier is not a URI of at most
    /// [`super::MAX_URI`] ASCII bytes.
    InvalidIdentifier = 18,
    /// The identifier is registered for another organisation.
    IdentifierExists = 19,
    /// The GLN is registered for another site or organisation.
    GlnExists = 20,
    /// The organisation is suspended.
    OrganisationSuspended = 21,
    /// The organisation is not suspended.
    OrganisationNotSuspended = 22,
    /// The end lies in the past.
    ExpiryInPast = 23,
    /// Only contracts hold this role.
    RoleOfContracts = 24,
    /// Not all of these are roles that a contract can be given: UnitRegister, Sentinel and ProductRegister are.
    NotRoleOfContracts = 25,
    /// After set-up this is done by a proposal, which waits.
    ProposalRequired = 26,
    /// The administrator's own role cannot be administered by another one.
    AdminRoleFixed = 27,
    /// The administration is offered to nobody.
    NoAdministrationOffer = 28,
    /// The administration is offered to another account.
    CallerNotOffered = 29,
    /// The contract is paused already.
    AlreadyPaused = 30,
    /// The contract is not paused.
    NotPaused = 31,
    /// No such proposal waits.
    UnknownProposal = 32,
    /// The delay of the proposal is not over.
    ProposalTooEarly = 33,
    /// The proposed code has no `migrate` message, or does not understand the stored layout; or the
    /// contract does not let this one replace its code.
    LayoutNotUnderstood = 34,
    /// The set-up is over.
    SetUpOver = 35,
    /// The contract `access` does not take decisions of this contract.
    AccessRefused = 36,
    /// More contracts than `access` notes would have a role or be paused.
    TooManyContracts = 37,
    /// The GS1 company prefix does not have 4 to 12 digits, or begins with 00000, which stands in front of a GTIN-8.
    InvalidPrefix = 38,
    /// The prefix is registered.
    PrefixExists = 39,
    /// A registered prefix begins with this one, or this one with a registered one.
    PrefixContained = 40,
    /// No such prefix is registered.
    UnknownPrefix = 41,
    /// The GLN begins with a prefix that is registered for another organisation.
    PrefixOfAnother = 42,
    /// The market is not named by two capitals.
    InvalidMarket = 43,
    /// The authority would have more than [`super::MAX_MARKETS`] markets.
    TooManyMarkets = 44,
    /// The proposal was not applied in time. Anybody can cancel it.
    ProposalLapsed = 45,
    /// The delay of the offer is not over.
    OfferTooEarly = 46,
    /// The offer was not accepted in time.
    OfferLapsed = 47,
    /// The proposed code is not on chain.
    CodeNotFound = 48,
    /// More than [`super::MAX_CODES`] codes would be proposed at one time.
    TooManyCodes = 49,
    /// Only a contract can be given roles of contracts.
    NotAContract = 50,
}

impl From<crate::access::Error> for Error {
    fn from(error: crate::access::Error) -> Self {
        match error {
            crate::access::Error::TooManyContracts => Error::TooManyContracts,
            _ => Error::AccessRefused,
        }
    }
}
