//! What a command works with: the chain, the deployment's contracts on it, and the key that signs.

use std::path::Path;
use std::sync::OnceLock;

use chain::access::Access;
use chain::batches::Batches;
use chain::evidence::Evidence;
use chain::feeds::Feeds;
use chain::governance::Governance;
use chain::products::Products;
use chain::units::Units;
use chain::{Account, Call, Chain, Deployment, Deposit, Estimate, Hash, Receipt, Signer};
use primitives::AccountId;
use serde_json::{json, Value};
use view::directory::{self, Mentioned, Names};

use crate::answer::Answer;
use crate::failure::{Exit, Failure};
use crate::global::{Global, DEFAULT_DEPLOYMENT};
use crate::keys::{self, KEY_VARIABLE};
use crate::money::Token;
use crate::{confirm, progress};

/// How many entries of a list are asked for at once: the contracts give no more.
const PAGE: u32 = 50;
/// How many pages without an entry end a list with gaps: the contract gives no count.
const EMPTY_PAGES: u32 = 20;

/// The deployment file that the options name.
fn deployment_file(global: &Global) -> &Path {
    global.deployment.as_deref().unwrap_or(DEFAULT_DEPLOYMENT.as_ref())
}

/// The key that the options name.
pub fn signer(global: &Global) -> Result<Signer, Failure> {
    keys::find(global)?.ok_or_else(|| {
        Failure::bad_input(format!(
            "this needs a key to sign with; give --key-file (`theriac account new` makes one), or set {KEY_VARIABLE}, or \
             give --dev-account on a development chain"
        ))
    })
}

/// The chain at an address.
pub async fn connect(global: &Global, url: &str) -> Result<Chain, Failure> {
    Ok(match global.insecure {
        true => Chain::connect_unencrypted(url).await?,
        false => Chain::connect(url).await?,
    })
}

/// A deployment on a chain.
pub struct Context<'g> {
    pub(crate) global: &'g Global,
    /// The chain.
    pub chain: Chain,
    /// Where the contracts are, and since which block.
    pub deployment: Deployment,
    account: OnceLock<Account>,
}

impl<'g> Context<'g> {
    /// Reads the deployment file, connects, and checks that both belong together.
    pub async fn open(global: &'g Global) -> Result<Self, Failure> {
        let file = deployment_file(global);
        let deployment = Deployment::load(file)?;
        let url = global.url.as_deref().or(deployment.chain.url.as_deref()).ok_or_else(|| {
            Failure::bad_input(format!(
                "{} names no node of the chain {}; give its address with --url, or set THERIAC_URL",
                file.display(),
                deployment.chain.name
            ))
        })?;
        let chain = connect(global, url).await?;
        deployment.check(&chain).await?;
        Ok(Self { global, chain, deployment, account: OnceLock::new() })
    }

    /// Organisations, sites, accounts, roles, and the changes that wait.
    pub fn governance(&self) -> Governance {
        Governance(self.deployment.contracts.governance.address)
    }

    /// What every state change asks: who may do what.
    pub fn access(&self) -> Access {
        Access(self.deployment.contracts.access.address)
    }

    /// Drug batches.
    pub fn batches(&self) -> Batches {
        Batches(self.deployment.contracts.batches.address)
    }

    /// Who may make which product, and the release of batches.
    pub fn products(&self) -> Products {
        Products(self.deployment.contracts.products.address)
    }

    /// Single packs, and verdicts on them.
    pub fn units(&self) -> Units {
        Units(self.deployment.contracts.units.address)
    }

    /// Quarantine by oracles' reports.
    pub fn evidence(&self) -> Evidence {
        Evidence(self.deployment.contracts.evidence.address)
    }

    /// Oracle results.
    pub fn feeds(&self) -> Feeds {
        Feeds(self.deployment.contracts.feeds.address)
    }

    /// Writes down that a contract runs other code now. Gives the deployment file's name.
    pub fn note_code(&self, contract: AccountId, code: Hash) -> Result<String, Failure> {
        let path = deployment_file(self.global);
        let mut deployment = self.deployment.clone();
        deployment.contracts.note_code(contract, code);
        deployment.save(path)?;
        Ok(path.display().to_string())
    }

    /// The account that signs. Its password is asked for once.
    pub fn account(&self) -> Result<Account, Failure> {
        if let Some(account) = self.account.get() {
            return Ok(account.clone());
        }
        let account = self.chain.account(signer(self.global)?)?;
        Ok(self.account.get_or_init(|| account).clone())
    }

    /// What a contract answers now.
    pub async fn read<R>(&self, call: &Call<R>) -> Result<R, Failure> {
        Ok(self.chain.read(call).await?)
    }

    /// Signs a call, sends it, and waits until it is final. In a dry run it ends the command with what it would cost.
    pub async fn submit<R>(&self, call: &Call<R>) -> Result<Receipt, Failure> {
        let account = self.account()?;
        if self.global.dry_run {
            let estimate = account.estimate(call).await?;
            return Err(dry_run(call.message(), &estimate, &self.token().await?));
        }
        let text = || format!("{} is sent; waiting until it is final", call.message());
        Ok(progress::show(self.global.json, text, account.submit(call)).await?)
    }

    /// Asks before something that others act upon, or that cannot be taken back. In a dry run nothing is done.
    pub fn ask_before(&self, what: &str) -> Result<(), Failure> {
        if self.global.dry_run {
            return Ok(());
        }
        confirm::ask(self.global, what)
    }

    /// The chain's token.
    pub async fn token(&self) -> Result<Token, Failure> {
        Ok(Token::new(self.chain.token().await?))
    }

    /// Submits a call that is done when it is final, and says so.
    pub async fn change<R>(&self, call: &Call<R>, done: &str, data: Value) -> Result<Answer, Failure> {
        let receipt = self.submit(call).await?;
        changed(&receipt, done, data)
    }

    /// All entries from a number on of a list that a contract gives in pages, and in which what was removed leaves a gap.
    pub async fn all_numbered<T>(
        &self,
        from: u32,
        page: impl Fn(u32, u32) -> Call<Vec<(u32, T)>>,
    ) -> Result<Vec<(u32, T)>, Failure> {
        let (mut entries, mut start, mut empty) = (Vec::new(), from, 0);
        while empty < EMPTY_PAGES {
            let next = self.read(&page(start, PAGE)).await?;
            empty = if next.is_empty() { empty.saturating_add(1) } else { 0 };
            entries.extend(next);
            match start.checked_add(PAGE) {
                Some(next) => start = next,
                None => break,
            }
        }
        Ok(entries)
    }

    /// All entries of a list that a contract gives in pages.
    pub async fn all<T>(&self, page: impl Fn(u32, u32) -> Call<Vec<T>>) -> Result<Vec<T>, Failure> {
        let mut entries = Vec::new();
        loop {
            let start = u32::try_from(entries.len()).map_err(Failure::failed)?;
            let next = self.read(&page(start, PAGE)).await?;
            let is_last = u32::try_from(next.len()).map_err(Failure::failed)? < PAGE;
            entries.extend(next);
            if is_last {
                return Ok(entries);
            }
        }
    }

    /// The names of the organisations and sites.
    pub async fn names(&self, mentioned: &Mentioned) -> Result<Names, Failure> {
        Ok(directory::names(&self.chain, &self.deployment.contracts, mentioned).await?)
    }
}

/// What ends a dry run: what the transaction would cost.
fn dry_run(message: &str, estimate: &Estimate, token: &Token) -> Failure {
    let Estimate { gas, deposit, fee } = estimate;
    let (kind, amount) = match deposit {
        Deposit::Charge(amount) => ("taken", amount),
        Deposit::Refund(amount) => ("given back", amount),
    };
    let text = format!(
        "Dry run: {message} would be accepted now. Nothing was sent.\n  Fee      at most {}\n  Deposit  {} {kind}\n  Gas      {} \
         ps of computation, {} bytes of proof",
        token.text(*fee),
        token.text(*amount),
        gas.ref_time,
        gas.proof_size,
    );
    let data = json!({
        "dry_run": true,
        "message": message,
        "fee": fee.to_string(),
        "deposit": match deposit {
            Deposit::Charge(amount) => amount.to_string(),
            Deposit::Refund(amount) => format!("-{amount}"),
        },
        "gas": { "ref_time": gas.ref_time, "proof_size": gas.proof_size },
        "token": token.data(),
    });
    Failure::new(Exit::Success, text).with_details(data)
}

/// The answer after a change: what was done, and in which block that is.
pub fn changed(receipt: &Receipt, done: &str, mut data: Value) -> Result<Answer, Failure> {
    let (block, hash) = (receipt.block.number, format!("{:?}", receipt.hash));
    let text = format!("{done}\nFinal in block {block}, transaction {hash}.");
    if let Some(fields) = data.as_object_mut() {
        fields.insert("block".to_owned(), json!(block));
        fields.insert("transaction".to_owned(), json!(hash));
    }
    Answer::new(text, &data)
}
