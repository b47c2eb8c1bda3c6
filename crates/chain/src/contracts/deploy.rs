//! Contracts from their bundles, on chain.

use primitives::access::{Change, Deployment as Stored};
use primitives::{AccountId, Role, RoleSet};
use scale::Encode;
use subxt::ext::scale_value::{Composite, Value};

use crate::account_id::account_text;
use crate::contracts::access::Access;
use crate::contracts::bundle::{Bundle, Bundles};
use crate::contracts::deployment::{Contracts, Deployed, Deployment};
use crate::contracts::governance::Governance;
use crate::contracts::{access, batches, evidence, feeds, governance, products, units};
use crate::errors::Error;
use crate::node::call::{api_instantiate, decode_result, DryRun, Instantiated, Party};
use crate::node::constructor::Constructor;
use crate::node::events::Receipt;
use crate::node::pending::Pending;
use crate::node::runtime::{API, PALLET};
use crate::node::submit::{Account, Extrinsic, Limits};

/// A step of a deployment that was done, or was found done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number, from 1.
    pub number: u32,
    /// How many steps there are.
    pub of: u32,
    /// What it was: the contract that was deployed, or what was written into one.
    pub what: &'static str,
    /// Whether an earlier, interrupted deployment had done it.
    pub was_done: bool,
}

/// How many steps a deployment has.
const STEPS: u32 = 11;

/// The longest salt in bytes.
const MAX_SALT: usize = 64;

impl Account {
    /// Uploads a bundle's code where the chain does not have it yet, makes a contract of it, and waits until that is
    /// final. Gives the contract's address, which depends on this account, the code, the constructor with its
    /// arguments, and the salt.
    ///
    /// # Errors
    /// As [`Account::submit`]; `Contracts::DuplicateContract` where all that makes the address was used before.
    pub async fn deploy(
        &self,
        bundle: &Bundle,
        constructor: &Constructor,
        salt: &[u8],
    ) -> Result<(AccountId, Receipt), Error> {
        if salt.len() > MAX_SALT {
            return Err(Error::encode("the salt", format!("it is longer than {MAX_SALT} bytes")));
        }
        let method = format!("{API}_instantiate");
        let arguments = api_instantiate(self.id(), bundle.code(), constructor.input(), salt);
        let answer = self.chain().node().state_call(&method, &arguments, None).await?;
        let party = Party { origin: self.id(), contract: None };
        let run: DryRun<Instantiated> =
            decode_result(&answer, &method, &self.chain().node().last_runtime(), party)?;
        run.output.returned.constructed(bundle.name(), constructor.name())?;

        let mut arguments = Limits::of(&run).arguments().to_vec();
        arguments.push(("code", Value::from_bytes(bundle.code())));
        arguments.push(("data", Value::from_bytes(constructor.input())));
        arguments.push(("salt", Value::from_bytes(salt)));
        let extrinsic = Extrinsic {
            pallet: PALLET,
            name: "instantiate_with_code",
            arguments: Composite::named(arguments),
        };
        let transaction = self.place(&extrinsic, bundle.name(), None).await?;
        let receipt = Pending::<()>::new(self.chain().clone(), transaction, None).finalised().await?;
        let address = receipt.instantiated.last().copied().ok_or_else(|| {
            Error::answer(
                format!("the transaction {:?}", receipt.hash),
                format!("no event {PALLET}.Instantiated"),
            )
        })?;
        tracing::info!(contract = bundle.name(), address = account_text(&address), "deployed");
        Ok((address, receipt))
    }

    /// Deploys all contracts, and lets them know of each other: `access`, whose decisions `governance` takes; `batches`;
    /// `products`, `units` and `evidence`, which act in `batches` by the roles ProductRegister, UnitRegister and Sentinel;
    /// and `feeds`. This account is the administrator then, and the deployment is in set-up.
    ///
    /// Every step is done once for this account, these bundles and this salt: called again after an interruption, it
    /// goes on where it stopped. `block` is one before the first step, at which events begin. `done` hears of each step.
    ///
    /// # Errors
    /// As [`Account::deploy`].
    pub async fn deploy_all(
        &self,
        bundles: &Bundles,
        salt: &[u8],
        block: u64,
        mut done: impl FnMut(Step),
    ) -> Result<Deployment, Error> {
        let genesis = self.chain().genesis().0;
        let mut number = 0_u32;
        let mut report = |what, was_done| {
            number = number.saturating_add(1);
            done(Step { number, of: STEPS, what, was_done });
        };
        let access = self.deploy_once(&bundles.access, &access::new(), salt).await?;
        report("access", access.1);
        let governance = self.deploy_once(&bundles.governance, &governance::new(access.0), salt).await?;
        report("governance", governance.1);
        let roles = Access(access.0);
        let known = self.deployment_of(roles).await?;
        let decides = known.governance == governance.0;
        if !decides {
            let known = Stored { governance: governance.0, ..known };
            self.submit(&roles.change(&Change::Deployment(known))).await?;
        }
        report("governance decides in access", decides);
        let batches = self.deploy_once(&bundles.batches, &batches::new(access.0), salt).await?;
        report("batches", batches.1);
        let products = self.deploy_once(&bundles.products, &products::new(access.0, batches.0), salt).await?;
        report("products", products.1);
        let units = self.deploy_once(&bundles.units, &units::new(access.0, batches.0), salt).await?;
        report("units", units.1);
        let evidence = self.deploy_once(&bundles.evidence, &evidence::new(access.0, batches.0), salt).await?;
        report("evidence", evidence.1);
        let feeds = self.deploy_once(&bundles.feeds, &feeds::new(access.0, genesis), salt).await?;
        report("feeds", feeds.1);
        for (contract, role, what) in [
            (products.0, Role::ProductRegister, "the role ProductRegister of products"),
            (units.0, Role::UnitRegister, "the role UnitRegister of units"),
            (evidence.0, Role::Sentinel, "the role Sentinel of evidence"),
        ] {
            let wanted = RoleSet::of(&[role]);
            let has = self.deployment_of(roles).await?.roles_of(contract) == wanted;
            if !has {
                self.submit(&Governance(governance.0).set_contract_roles(contract, wanted)).await?;
            }
            report(what, has);
        }
        let deployed = |address, bundle: &Bundle| Deployed { address, code_hash: bundle.code_hash() };
        let contracts = Contracts {
            access: deployed(access.0, &bundles.access),
            governance: deployed(governance.0, &bundles.governance),
            batches: deployed(batches.0, &bundles.batches),
            products: deployed(products.0, &bundles.products),
            units: deployed(units.0, &bundles.units),
            evidence: deployed(evidence.0, &bundles.evidence),
            feeds: deployed(feeds.0, &bundles.feeds),
        };
        Ok(Deployment::new(self.chain(), block, contracts))
    }

    async fn deployment_of(&self, access: Access) -> Result<Stored, Error> {
        let known = self.chain().read(&access.deployment()).await?;
        known.ok_or_else(|| Error::answer("the contract access", "it has no deployment in its storage"))
    }

    /// Deploys a contract where that was not done before. Gives its address, and whether it was there.
    async fn deploy_once(
        &self,
        bundle: &Bundle,
        constructor: &Constructor,
        salt: &[u8],
    ) -> Result<(AccountId, bool), Error> {
        let expected = address_of(self.id(), bundle, constructor, salt);
        match self.chain().code_hash(expected).await {
            Ok(found) if found == bundle.code_hash() => return Ok((expected, true)),
            // It was upgraded since: what was interrupted is over.
            Ok(found) => {
                return Err(Error::CodeMismatch { address: expected, expected: bundle.code_hash(), found })
            }
            Err(Error::ContractNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        let (address, _) = self.deploy(bundle, constructor, salt).await?;
        if address != expected {
            let reason = format!("the contract is at {}", account_text(&address));
            return Err(Error::answer("the chain's way to make addresses", reason));
        }
        Ok((address, false))
    }
}

/// The address of the contract that `deployer` makes of these: as `pallet-contracts` computes it by default.
#[must_use]
pub fn address_of(deployer: AccountId, bundle: &Bundle, constructor: &Constructor, salt: &[u8]) -> AccountId {
    let origin = (b"contract_addr_v1", deployer, bundle.code_hash().0, constructor.input(), salt);
    AccountId(primitives::blake2_256(&origin.encode()))
}
