//! Transactions: signed with the account's next nonce, put into the pool, and followed until their fate is certain.
//!
//! No call is executed twice. A transaction lives for [`LIFETIME`] blocks. While it may still be executed, only the
//! same signed bytes are sent again, which a chain executes once at most; a new transaction for the same call is
//! signed only when the old one was refused by the pool, or is certain never to be executed, by the nonce at the
//! finalised head and the blocks up to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use primitives::AccountId;
use subxt::config::substrate::SubstrateExtrinsicParamsBuilder;
use subxt::ext::scale_value::{Composite, Value};
use subxt::SubstrateConfig;

use crate::errors::Error;
use crate::node::call::{Call, Deposit, DryRun, Party, Weight};
use crate::node::chain::Chain;
use crate::node::events::Receipt;
use crate::node::nonces::NextNonce;
use crate::node::pending::Pending;
use crate::node::pool::Offer;
use crate::node::requests::Moment;
use crate::node::runtime::PALLET;
use crate::node::signer::Signer;
use crate::node::transaction::{Transaction, LIFETIME};

/// How long the runtime and the finalised head are taken for the current ones. The fastest chains make tens of blocks in
/// this time, and a transaction lives for [`LIFETIME`].
const MOMENT: Duration = Duration::from_millis(200);
/// How often a call is signed anew, where its transaction is certain never to be executed.
const ATTEMPTS: usize = 4;
/// How often a nonce may be taken by other processes with the same key, before a call is given up.
const MAX_TAKEN: u32 = 64;
/// The unit of the pauses between.
const PAUSE: Duration = Duration::from_millis(50);
/// How much more gas and deposit than the dry run needed is allowed, in percent: the state may change meanwhile.
const MARGIN: u64 = 25;

/// A key and its nonces on one chain: it pays for and signs transactions. Cheap to clone.
///
/// All accounts of one key made by clones of one [`Chain`] share their nonces. Another process with the same key is
/// noticed, and costs a retry.
#[derive(Clone)]
pub struct Account {
    chain: Chain,
    signer: Arc<Signer>,
    next_nonce: NextNonce,
}

/// A call of a pallet, encoded by the names of its arguments.
pub(crate) struct Extrinsic {
    pub(crate) pallet: &'static str,
    pub(crate) name: &'static str,
    pub(crate) arguments: Composite<()>,
}

impl Chain {
    /// The account of a key.
    ///
    /// # Errors
    /// [`Error::DevKeyOnLiveChain`] where everybody knows the key and the chain is not for development.
    pub fn account(&self, signer: Signer) -> Result<Account, Error> {
        if signer.is_development() && !self.is_development() {
            return Err(Error::DevKeyOnLiveChain { chain: self.name().to_owned() });
        }
        let next_nonce = self.nonces().of(signer.account());
        Ok(Account { chain: self.clone(), signer: Arc::new(signer), next_nonce })
    }
}

impl Account {
    /// The account's identifier.
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.signer.account()
    }

    /// The chain that it is on.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Executes a call and waits until it is final: dry run, gas and deposit limits with a margin, signature, pool,
    /// finality, events. Where the transaction is certain never to be executed, the call is signed anew.
    ///
    /// # Errors
    /// [`Error::Contract`] where the contract refuses, [`Error::InsufficientBalance`], [`Error::OutOfGas`], and
    /// [`Error::Disconnected`] or [`Error::Timeout`], which say whether the transaction may be executed yet.
    pub async fn submit<R>(&self, call: &Call<R>) -> Result<Receipt, Error> {
        let mut attempt = 1;
        loop {
            match self.send(call).await?.finalised().await {
                Err(Error::NotExecuted { hash, reason }) if attempt < ATTEMPTS => {
                    tracing::warn!(?hash, reason, message = call.message(), "signing the call anew");
                    attempt = attempt.saturating_add(1);
                }
                done => return done,
            }
        }
    }

    /// What a call would cost now: nothing is sent. The fee is what the chain asks for the gas with its margin; what is not
    /// used of it comes back.
    ///
    /// # Errors
    /// As [`Account::submit`], and [`Error::Rpc`] where the chain does not say what it asks for a transaction.
    pub async fn estimate<R>(&self, call: &Call<R>) -> Result<Estimate, Error> {
        let run = self.chain.dry_run(call, self.id()).await?;
        let extrinsic = of_call(call, Limits::of(&run));
        let node = self.chain.node();
        let moment = node.moment(MOMENT).await?;
        let nonce = node.next_nonce(self.id()).await?;
        let transaction = self.sign(&extrinsic, nonce, &moment).await?;
        let fee = node.fee(&transaction.bytes).await?;
        Ok(Estimate { gas: run.gas_required, deposit: run.deposit, fee })
    }

    /// Sends a call: gives back when its transaction is in the node's pool, so that others can follow at once.
    ///
    /// The dry run is made at the best block: a call that needs the effect of one still in the pool is refused.
    ///
    /// # Errors
    /// As [`Account::submit`].
    pub async fn send<R>(&self, call: &Call<R>) -> Result<Pending<R>, Error> {
        let run = self.chain.dry_run(call, self.id()).await?;
        self.send_unchecked(call, Limits::of(&run)).await
    }

    /// Sends a call without a dry run, within limits that the caller knows.
    ///
    /// # Errors
    /// As [`Account::submit`]; what the contract refuses shows in [`Pending::finalised`] only, and costs the fee.
    pub async fn send_unchecked<R>(&self, call: &Call<R>, limits: Limits) -> Result<Pending<R>, Error> {
        let extrinsic = of_call(call, limits);
        let transaction = self.place(&extrinsic, call.message(), Some(call.contract)).await?;
        Ok(Pending::new(self.chain.clone(), transaction, Some(call.clone())))
    }

    /// Pays an amount, in the chain's smallest unit, to an account, and waits until it is final.
    ///
    /// # Errors
    /// As [`Account::submit`]. What would leave less than an account must have is refused by the chain.
    pub async fn transfer(&self, to: AccountId, amount: u128) -> Result<Receipt, Error> {
        let to = Value::unnamed_variant("Id", [Value::from_bytes(to.0)]);
        let arguments = Composite::named([("dest", to), ("value", Value::u128(amount))]);
        let extrinsic = Extrinsic { pallet: "Balances", name: "transfer_keep_alive", arguments };
        let transaction = self.place(&extrinsic, "a transfer", None).await?;
        Pending::<()>::new(self.chain.clone(), transaction, None).finalised().await
    }

    /// Signs an extrinsic and puts it into the pool.
    pub(crate) async fn place(
        &self,
        extrinsic: &Extrinsic,
        what: &str,
        contract: Option<AccountId>,
    ) -> Result<Transaction, Error> {
        let began = Instant::now();
        let node = self.chain.node();
        let mut moment = node.moment(MOMENT).await?;
        let mut next_nonce = self.next_nonce.lock().await;
        let (mut refusal, mut taken) = (String::new(), 0_u32);
        while taken < MAX_TAKEN {
            let nonce = next_nonce.take(node, self.id()).await?;
            let mut transaction = self.sign(extrinsic, nonce, &moment).await?;
            match transaction.offer(node).await? {
                Offer::Accepted => {
                    next_nonce.used(nonce, node);
                    transaction.party = Party { origin: self.id(), contract };
                    return Ok(transaction);
                }
                Offer::NonceTaken(reason) => {
                    refusal = reason;
                    taken = taken.saturating_add(1);
                    tokio::time::sleep(pause(taken)).await;
                }
                Offer::CannotPay => return Err(transaction.party.poor("the fee")),
                // Perhaps it was signed for a runtime or a block that are not there any more.
                Offer::Refused(reason) if moment.asked < began => {
                    taken = taken.saturating_add(1);
                    moment = node.moment(Duration::ZERO).await?;
                    refusal = reason;
                }
                Offer::Refused(reason) => return Err(Error::Refused { reason }),
            }
            tracing::debug!(nonce, what, refusal, "the transaction is signed anew");
        }
        Err(Error::Refused { reason: format!("{refusal}; another process sends with the same key") })
    }

    async fn sign(
        &self,
        call: &Extrinsic,
        nonce: u64,
        Moment { runtime, birth, .. }: &Moment,
    ) -> Result<Transaction, Error> {
        let not_encodable = |error: subxt::error::ExtrinsicError| {
            Error::encode(format!("{}.{}", call.pallet, call.name), error)
        };
        let payload = subxt::dynamic::transaction(call.pallet, call.name, call.arguments.clone());
        let params = SubstrateExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .nonce(nonce)
            .mortal_from_unchecked(LIFETIME, birth.number, birth.hash)
            .build();
        let mut signable = runtime
            .client()
            .transactions()
            .create_signable_offline(&payload, params)
            .map_err(not_encodable)?;
        let to_sign = signable.signer_payload().map_err(not_encodable)?;
        let signature = self.signer.signature_of(to_sign).await?;
        let account = subxt::utils::AccountId32(self.id().0);
        let signed = signable.sign_with_account_and_signature(&account, &signature).map_err(not_encodable)?;
        Ok(Transaction {
            hash: signed.hash(),
            bytes: signed.into_encoded(),
            nonce,
            birth: *birth,
            party: Party { origin: self.id(), contract: None },
            next_nonce: self.next_nonce.clone(),
            watch: None,
        })
    }
}

/// A transaction that somebody else signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// The runtime's call in SCALE, as wallets take it.
    pub call_data: Vec<u8>,
    /// The most that it may take.
    pub limits: Limits,
}

impl Chain {
    /// The call that `origin` has to sign elsewhere, and what it would do now.
    ///
    /// # Errors
    /// As [`Chain::dry_run`], and [`Error::Encode`].
    pub async fn unsigned<R>(
        &self,
        call: &Call<R>,
        origin: AccountId,
    ) -> Result<(Unsigned, DryRun<R>), Error> {
        let run = self.dry_run(call, origin).await?;
        let limits = Limits::of(&run);
        let extrinsic = of_call(call, limits);
        let moment = self.node().moment(MOMENT).await?;
        let payload = subxt::dynamic::transaction(extrinsic.pallet, extrinsic.name, extrinsic.arguments);
        let call_data = moment.runtime.client().transactions().call_data(&payload);
        let call_data = call_data.map_err(|error| Error::encode(call.message(), error))?;
        Ok((Unsigned { call_data, limits }, run))
    }
}

fn of_call<R>(call: &Call<R>, limits: Limits) -> Extrinsic {
    let destination = Value::unnamed_variant("Id", [Value::from_bytes(call.contract.0)]);
    let mut arguments = vec![("dest", destination)];
    arguments.extend(limits.arguments());
    arguments.push(("data", Value::from_bytes(&call.input)));
    Extrinsic { pallet: PALLET, name: "call", arguments: Composite::named(arguments) }
}

/// What a call would cost, in the chain's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The gas that it needs.
    pub gas: Weight,
    /// The deposit for storage that it takes or gives back.
    pub deposit: Deposit,
    /// The most that the chain asks for the transaction.
    pub fee: u128,
}

/// The pause after a nonce was taken by another process: by chance, so that not all come again at once, and longer where
/// many of them send.
fn pause(taken: u32) -> Duration {
    let mut luck = [0];
    // Without randomness all wait equally long.
    let _ = getrandom::fill(&mut luck);
    let share = PAUSE.saturating_mul(taken.min(10)).checked_div(256).unwrap_or_default();
    share.saturating_mul(luck[0].into())
}

/// The most gas and storage deposit that a transaction may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The gas.
    pub gas: Weight,
    /// The deposit, in the chain's smallest unit.
    pub deposit: u128,
}

impl Limits {
    /// What a dry run needed, and a quarter more.
    #[must_use]
    pub fn of<R>(run: &DryRun<R>) -> Self {
        let gas = Weight {
            ref_time: with_margin(run.gas_required.ref_time.into()).try_into().unwrap_or(u64::MAX),
            proof_size: with_margin(run.gas_required.proof_size.into()).try_into().unwrap_or(u64::MAX),
        };
        let deposit = match run.deposit {
            Deposit::Charge(amount) => with_margin(amount),
            Deposit::Refund(_) => 0,
        };
        Self { gas, deposit }
    }

    /// The arguments that all calls of the pallet begin with, behind the destination.
    pub(crate) fn arguments(self) -> [(&'static str, Value); 3] {
        let gas = Value::named_composite([
            ("ref_time", Value::u128(self.gas.ref_time.into())),
            ("proof_size", Value::u128(self.gas.proof_size.into())),
        ]);
        let deposit = Value::unnamed_variant("Some", [Value::u128(self.deposit)]);
        [("value", Value::u128(0)), ("gas_limit", gas), ("storage_deposit_limit", deposit)]
    }
}

fn with_margin(amount: u128) -> u128 {
    let margin = amount.saturating_mul(MARGIN.into()).checked_div(100).unwrap_or_default();
    amount.saturating_add(margin)
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("signer", &self.signer).field("chain", &self.chain).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_leave_a_quarter_over_the_dry_run() {
        let run =
            |deposit| DryRun { gas_required: Weight { ref_time: 100, proof_size: 4 }, deposit, output: () };
        let limits = Limits::of(&run(Deposit::Charge(1_000)));
        assert_eq!(limits, Limits { gas: Weight { ref_time: 125, proof_size: 5 }, deposit: 1_250 });
        assert_eq!(Limits::of(&run(Deposit::Refund(7))).deposit, 0);
        let enormous = DryRun {
            gas_required: Weight { ref_time: u64::MAX, proof_size: 0 },
            ..run(Deposit::Charge(u128::MAX))
        };
        assert_eq!(Limits::of(&enormous), Limits { gas: enormous.gas_required, deposit: u128::MAX });
    }
}
