//! What the contract `governance` takes, answers, stores, emits and refuses with.

mod error;
mod events;
mod market;
mod organisation;
mod proposal;

pub use error::Error;
pub use events::*;
pub use market::{Market, Markets, MAX_MARKETS};
pub use organisation::{
    GlnUse, Identifier, Organisation, OrganisationEntry, Site, SiteEntry, MAX_NAME, MAX_PAGE, MAX_URI,
};
pub use proposal::{Action, AdministrationOffer, Proposal, APPLY_WINDOW, CHANGE_DELAY, MAX_CODES};
