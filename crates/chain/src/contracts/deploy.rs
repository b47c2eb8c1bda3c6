//! Contracts from their bundles, on chain.

use ::access::Identifier;
use primitives::{AccountId, Role};
use subxt::ext::scale_value::{Composite, Value};

use crate::account_id::account_text;
use crate::contracts::bundle::{Bundle, Bundles};
use crate::contracts::deployment::{Contracts, Deployed, Deployment};
use crate::contracts::{access, batches, evidence, feeds, units};
use crate::errors::Error;
use crate::node::call::{api_instantiate, decode_result, DryRun, Instantiated, Party};
use crate::node::constructor::Constructor;
use crate::node::events::Receipt;
use crate::node::pending::Pending;
use crate::node::runtime::{API, PALLET};
use crate::node::submit::{Account, Extrinsic, Limits};

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
        let extrinsic = Extrinsic { name: "instantiate_with_code", arguments: Composite::named(arguments) };
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

    /// Deploys `access`, whose administrator this account is then, and the contracts that ask it for roles: `batches`,
    /// `units` and `evidence`, which book in `batches`, and `feeds`. For that, the two are organisations of their own
    /// names in `access` (`urn:theriac:contract:units` and `urn:theriac:contract:evidence`), and get the roles
    /// UnitRegister and Sentinel.
    ///
    /// # Errors
    /// As [`Account::deploy`].
    pub async fn deploy_all(&self, bundles: &Bundles, salt: &[u8]) -> Result<Deployment, Error> {
        let chain = self.chain();
        let (access, first) = self.deploy(&bundles.access, &access::new(), salt).await?;
        let (batches, _) = self.deploy(&bundles.batches, &batches::new(access), salt).await?;
        let (units, _) = self.deploy(&bundles.units, &units::new(access, batches), salt).await?;
        let (evidence, _) = self.deploy(&bundles.evidence, &evidence::new(access, batches), salt).await?;
        let (feeds, _) = self.deploy(&bundles.feeds, &feeds::new(access, chain.genesis().0), salt).await?;
        for (name, contract, role) in
            [("units", units, Role::UnitRegister), ("evidence", evidence, Role::Sentinel)]
        {
            let access = access::Access(access);
            let identifier = Identifier::Uri(format!("urn:theriac:contract:{name}"));
            self.submit(&access.register_organisation(contract, name, &identifier)).await?;
            self.submit(&access.grant_role(role, contract, None)).await?;
        }
        let deployed = |address, bundle: &Bundle| Deployed { address, code_hash: bundle.code_hash() };
        let contracts = Contracts {
            access: deployed(access, &bundles.access),
            batches: deployed(batches, &bundles.batches),
            units: deployed(units, &bundles.units),
            evidence: deployed(evidence, &bundles.evidence),
            feeds: deployed(feeds, &bundles.feeds),
        };
        Ok(Deployment::new(chain, first.block.number, contracts))
    }
}
