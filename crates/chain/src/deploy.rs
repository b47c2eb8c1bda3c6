//! Contracts from their bundles, on chain.

use ::access::Identifier;
use primitives::{AccountId, Role};
use scale::Encode;
use subxt::ext::scale_value::{Composite, Value};

use crate::account_id::account_text;
use crate::bundle::{Bundle, Bundles};
use crate::call::{api_instantiate, decode_result, selector, DryRun, Instantiated, Party};
use crate::chain::Chain;
use crate::deployment::{Contracts, Deployed, Deployment};
use crate::errors::Error;
use crate::events::Receipt;
use crate::pending::Pending;
use crate::runtime::{API, CONTRACTS, PALLET};
use crate::submit::{Account, Extrinsic, Limits};
use crate::{access, batches, evidence, feeds, units, Hash};

/// The longest salt in bytes.
const MAX_SALT: usize = 64;

/// How a contract is born: its constructor with arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constructor {
    name: &'static str,
    input: Vec<u8>,
}

impl Constructor {
    pub(crate) fn new(name: &'static str, args: impl Encode) -> Self {
        let mut input = selector(name).to_vec();
        args.encode_to(&mut input);
        Self { name, input }
    }

    /// The constructor's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the contract gets: the selector and the SCALE arguments.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        &self.input
    }
}

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
        let answer = self.chain().state_call(&method, &arguments, None).await?;
        let party = Party { origin: self.id(), contract: None };
        let run: DryRun<Instantiated> = decode_result(&answer, &method, &self.chain().last_runtime(), party)?;
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

impl Chain {
    /// The hash of the code that the contract at `address` runs.
    ///
    /// # Errors
    /// [`Error::ContractNotFound`] where there is none.
    pub async fn code_hash(&self, address: AccountId) -> Result<Hash, Error> {
        let not_understood =
            |error: &dyn std::fmt::Display| Error::answer("Contracts.ContractInfoOf", error.to_string());
        let runtime = self.runtime_at(None).await?;
        let entry =
            runtime.client().storage().entry((PALLET, CONTRACTS)).map_err(|error| not_understood(&error))?;
        let key =
            entry.fetch_key(vec![Value::from_bytes(address.0)]).map_err(|error| not_understood(&error))?;
        let bytes = self.storage(&key, None).await?.ok_or(Error::ContractNotFound { address })?;
        runtime.contract_code_hash(&bytes).ok_or_else(|| not_understood(&"its layout is another one"))
    }
}
