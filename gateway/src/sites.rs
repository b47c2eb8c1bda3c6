//! Sites by the names that callers give them.

use chain::governance::Governance;
use chain::Contracts;
use gs1::Gln;
use primitives::governance::GlnUse;
use primitives::SiteId;
use serde::Deserialize;
use view::Reads;

use crate::register::{Pinned, Unanswered};

/// A site as a caller names it: its GLN as text, or its number.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Named {
    Number(SiteId),
    Gln(String),
}

/// No such site.
pub(crate) struct NoSite;

/// The site of this name, at a block.
pub(crate) async fn find(
    at: &Pinned,
    contracts: &Contracts,
    named: &Named,
) -> Result<Result<SiteId, NoSite>, Unanswered> {
    let governance = Governance(contracts.governance.address);
    match named {
        Named::Number(number) => {
            let site = at.read(&governance.site(*number)).await?;
            Ok(site.map(|_| *number).ok_or(NoSite))
        }
        Named::Gln(text) => match text.parse::<Gln>() {
            Ok(gln) => of_gln(at, contracts, gln.value()).await,
            Err(_) => Ok(Err(NoSite)),
        },
    }
}

/// The site with a GLN: of its own, or of the organisation that has no other one.
pub(crate) async fn of_gln(
    at: &Pinned,
    contracts: &Contracts,
    gln: u64,
) -> Result<Result<SiteId, NoSite>, Unanswered> {
    let found = at.read(&Governance(contracts.governance.address).gln(gln)).await?;
    Ok(found.and_then(|GlnUse { site, .. }| site).ok_or(NoSite))
}
