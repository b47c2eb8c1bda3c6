//! A till: its site, its account, and what the account must not be able to do.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chain::governance::Governance;
use chain::{account_text, parse_account, Account, AccountId, Chain, Contracts, SecretString, Signer};
use primitives::access::Limits;
use primitives::governance::GlnUse;
use primitives::{Role, RoleSet, SiteId, Timestamp};
use serve::secret::Secret;
use view::choices::role_names;
use view::Reads;

use super::signer::Program;
use crate::config::{Signing, TillConfig};

/// Whoever has a role of these keeps goods, and books them out.
const ALLOWED: RoleSet = RoleSet::of(&[Role::Pharmacy, Role::Provider, Role::Wholesaler, Role::Logistics]);
/// The longest key file that is read, in bytes.
const MAX_FILE: usize = 16 << 10;

/// Why a till cannot work.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    /// The key cannot be read.
    #[error("the till {token}: {error}")]
    Secret {
        /// The till's token.
        token: String,
        /// Why.
        error: serve::secret::SecretError,
    },
    /// The key file cannot be read.
    #[error("the till {token}: the key {error}")]
    File {
        /// The till's token.
        token: String,
        /// Why.
        error: files::Error,
    },
    /// The key or the chain.
    #[error("the till {token}: {error}")]
    Chain {
        /// The till's token.
        token: String,
        /// Why.
        error: Box<chain::Error>,
    },
    /// No such site.
    #[error("the till {token}: no site has the GLN {gln:013}; give that of a registered site")]
    NoSite {
        /// The till's token.
        token: String,
        /// The GLN.
        gln: u64,
    },
    /// Nobody can use it.
    #[error(
        "the till {token}: no token has this name and the role till; add a line for it to http.tokens_file"
    )]
    NoToken {
        /// The till's token.
        token: String,
    },
    /// The account acts for nobody.
    #[error("the till {token}: the account {account} acts for no organisation; add it with `theriac org account add`")]
    NoAccount {
        /// The till's token.
        token: String,
        /// The account.
        account: String,
    },
    /// The account can do more than a till should.
    #[error(
        "the till {token}: the account {account} {excess}; a gateway signs only with accounts that are limited to one site \
         and to the roles {}: make one with `theriac org account add --site … --role …`", role_names(ALLOWED).join(", ")
    )]
    TooMuch {
        /// The till's token.
        token: String,
        /// The account.
        account: String,
        /// What.
        excess: String,
    },
}

/// A till.
#[derive(Debug)]
pub(crate) struct Till {
    pub(crate) token: String,
    pub(crate) site: SiteId,
    pub(crate) id: AccountId,
    /// Who signs here; `None` where the till's calls are signed elsewhere.
    pub(crate) account: Option<Account>,
}

impl Till {
    /// The tills by their tokens, with accounts that are limited as they have to be.
    pub(super) async fn all(
        tills: &[TillConfig],
        chain: &Chain,
        contracts: &Contracts,
    ) -> Result<BTreeMap<String, Arc<Self>>, TillError> {
        let mut all = BTreeMap::new();
        for config in tills {
            let till = Self::new(config, chain, contracts).await?;
            // A till without signer can do nothing by itself; what its account may do is the signer's affair.
            if till.account.is_some() {
                till.ensure_limited(chain, contracts, crate::metrics::now_ms()).await.map_err(|error| {
                    match error {
                        Limited::Till(error) => error,
                        Limited::Unanswered(error) => {
                            TillError::Chain { token: config.token.clone(), error: Box::new(error) }
                        }
                    }
                })?;
            }
            all.insert(config.token.clone(), Arc::new(till));
        }
        Ok(all)
    }

    async fn new(config: &TillConfig, chain: &Chain, contracts: &Contracts) -> Result<Self, TillError> {
        let token = config.token.clone();
        let of_chain = |error| TillError::Chain { token: config.token.clone(), error: Box::new(error) };
        let no_account =
            |account: &str| TillError::NoAccount { token: config.token.clone(), account: account.to_owned() };
        let governance = Governance(contracts.governance.address);
        let found = chain.read_finalised(&governance.gln(config.gln)).await.map_err(of_chain)?;
        let site = found.and_then(|GlnUse { site, .. }| site);
        let site = site.ok_or(TillError::NoSite { token: token.clone(), gln: config.gln })?;
        let (id, account) = match &config.signing {
            Signing::KeyFile { file, password } => {
                let account = chain.account(signer(&token, file, password.as_deref())?).map_err(of_chain)?;
                (account.id(), Some(account))
            }
            Signing::Program { account, command } => {
                let id = parse_account(account).map_err(|_| no_account(account))?;
                let signer = Signer::external(id, Arc::new(Program::new(command.clone())));
                (id, Some(chain.account(signer).map_err(of_chain)?))
            }
            Signing::Unsigned { account } => (parse_account(account).map_err(|_| no_account(account))?, None),
        };
        Ok(Self { token, site, id, account })
    }

    /// Refuses an account that can do anything else than a till has to, or acts for another site.
    pub(super) async fn ensure_limited<R: Reads>(
        &self,
        reads: &R,
        contracts: &Contracts,
        now: Timestamp,
    ) -> Result<(), Limited<R::Error>> {
        let governance = Governance(contracts.governance.address);
        let (token, text) = (self.token.clone(), account_text(&self.id));
        let found = reads.read(&governance.account(self.id)).await.map_err(Limited::Unanswered)?;
        let administrator = reads.read(&governance.administrator()).await.map_err(Limited::Unanswered)?;
        let Some(found) = found else {
            return Err(Limited::Till(TillError::NoAccount { token, account: text }));
        };
        match excess(&found.limits, self.site, administrator == Some(self.id), now) {
            None => Ok(()),
            Some(excess) => Err(Limited::Till(TillError::TooMuch { token, account: text, excess })),
        }
    }
}

/// Why an account is not used.
pub(super) enum Limited<E> {
    Till(TillError),
    Unanswered(E),
}

/// What an account can do that a till's must not.
fn excess(limits: &Limits, site: SiteId, is_administrator: bool, now: Timestamp) -> Option<String> {
    if is_administrator {
        return Some("administers the deployment".to_owned());
    }
    if limits.steward {
        return Some("manages its organisation's accounts".to_owned());
    }
    if limits.site != Some(site) {
        return Some("is not limited to the till's site".to_owned());
    }
    if !limits.hold_at(now) {
        return Some("has expired".to_owned());
    }
    match limits.roles {
        None => Some("has all roles of its organisation".to_owned()),
        Some(roles) if roles.is_subset(ALLOWED) => None,
        Some(roles) => Some(format!("has the roles {}", role_names(roles).join(", "))),
    }
}

fn signer(token: &str, file: &Path, password: Option<&Path>) -> Result<Signer, TillError> {
    let of_chain = |error| TillError::Chain { token: token.to_owned(), error: Box::new(error) };
    let of_file = |error| TillError::File { token: token.to_owned(), error };
    let of_secret = |error| TillError::Secret { token: token.to_owned(), error };
    match password {
        Some(password) => {
            let bytes = files::read_secret(file, MAX_FILE).map_err(of_file)?;
            let password = Secret::from_file(password).map_err(of_secret)?;
            let text = String::from_utf8_lossy(&bytes);
            Signer::from_key_file(&text, &SecretString::from(password.expose())).map_err(of_chain)
        }
        None => {
            let secret = Secret::from_file(file).map_err(of_secret)?;
            Signer::from_secret(&SecretString::from(secret.expose())).map_err(of_chain)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TILL: Limits = Limits {
        site: Some(3),
        roles: Some(RoleSet::of(&[Role::Pharmacy])),
        until: Some(100),
        steward: false,
    };

    #[test]
    fn an_account_that_can_do_no_more_than_a_till_is_used() {
        assert_eq!(excess(&TILL, 3, false, 100), None);
        let both = RoleSet::of(&[Role::Pharmacy, Role::Provider]);
        assert_eq!(excess(&Limits { roles: Some(both), until: None, ..TILL }, 3, false, 100), None);
    }

    #[test]
    fn an_account_that_can_do_more_is_refused_and_why_is_said() {
        for (limits, administrator, now, says) in [
            (TILL, true, 0, "administers"),
            (Limits { steward: true, ..TILL }, false, 0, "manages"),
            (Limits { site: None, ..TILL }, false, 0, "not limited to the till's site"),
            (Limits { site: Some(4), ..TILL }, false, 0, "not limited to the till's site"),
            (TILL, false, 101, "expired"),
            (Limits { roles: None, ..TILL }, false, 0, "all roles"),
            (Limits::STEWARD, false, 0, "manages"),
        ] {
            let excess = excess(&limits, 3, administrator, now).unwrap();
            assert!(excess.contains(says), "{excess}");
        }
        for role in Role::ALL {
            let limits = Limits { roles: Some(RoleSet::of(&[Role::Pharmacy, role])), ..TILL };
            let refused = excess(&limits, 3, false, 0).is_some();
            assert_eq!(refused, !ALLOWED.contains(role), "{role:?}");
        }
    }
}
