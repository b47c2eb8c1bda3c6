use std::fs::File;

use batches::UnitsShipped;
use primitives::{AccountId, BatchId, DocumentHash, Quantity};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{dispense, register, show, BatchCommand, DocumentArgs, HeldArgs, Step};
use crate::accounts::ss58;
use crate::answer::Answer;
use crate::args::Global;
use crate::choices::Choice;
use crate::context::{changed, Context};
use crate::failure::Failure;

/// Runs a command of `theriac batch`.
pub async fn run(command: BatchCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        // What is wrong in files and codes is said before a chain is asked.
        BatchCommand::Register(args) => register::run(args, global).await,
        BatchCommand::Dispense(args) => dispense::run(&args, global).await,
        BatchCommand::Step(step) => run_step(&Context::open(global).await?, step).await,
    }
}

async fn run_step(context: &Context<'_>, step: Step) -> Result<Answer, Failure> {
    let register = context.batches();
    let named = |batch: BatchId| json!({ "batch": batch.to_string() });
    match step {
        Step::Show { batch, from_block } => show::run(context, batch.id()?, from_block).await,
        Step::Ship { batch, to, quantity } => ship(context, batch.id()?, to, quantity).await,
        Step::Receive { shipment, quantity } => receive(context, shipment, quantity).await,
        Step::Attest { batch, attestation, document } => {
            let (batch, document) = (batch.id()?, document.hash()?);
            let done = format!("Attested {} with the document {document}.", attestation.name());
            let data = json!({
                "batch": batch.to_string(), "attestation": attestation.name(), "document": document.to_string(),
            });
            context.change(&register.attest(batch, attestation, document), &done, data).await
        }
        Step::Release { batch } => {
            let batch = batch.id()?;
            context.change(&register.release(batch), "Released: the batch may move.", named(batch)).await
        }
        Step::Block { batch } => {
            let batch = batch.id()?;
            context.change(&register.block(batch), "Blocked: the batch may not move.", named(batch)).await
        }
        Step::Unblock { batch } => {
            let batch = batch.id()?;
            context.change(&register.unblock(batch), "No longer blocked by you.", named(batch)).await
        }
        Step::Reject { shipment, reason } => {
            let done = format!("Shipment {shipment} goes back: {}.", reason.name());
            let data = json!({ "shipment": shipment, "reason": reason.name() });
            context.change(&register.reject(shipment, reason), &done, data).await
        }
        Step::Quarantine { batch, reason, packs } => {
            let (batch, holder) = (batch.id()?, packs.holder(context)?);
            let done =
                format!("{} packs of {} are set apart: {}.", packs.quantity, ss58(holder), reason.name());
            let data = json!({
                "batch": batch.to_string(), "holder": ss58(holder), "quantity": packs.quantity, "reason": reason.name(),
            });
            context.change(&register.quarantine(batch, holder, packs.quantity, reason), &done, data).await
        }
        Step::ReleaseQuarantine { batch, packs } => {
            let (batch, holder) = (batch.id()?, packs.holder(context)?);
            let done = format!("{} packs of {} may move again.", packs.quantity, ss58(holder));
            let data =
                json!({ "batch": batch.to_string(), "holder": ss58(holder), "quantity": packs.quantity });
            context.change(&register.release_quarantine(batch, holder, packs.quantity), &done, data).await
        }
        Step::Recall { batch, class, reason } => {
            let batch = batch.id()?;
            let shown = (class.name().to_uppercase(), reason.name());
            let done =
                format!("Recalled: class {}, {}. Every verdict on its packs says so now.", shown.0, shown.1);
            let data = json!({ "batch": batch.to_string(), "class": class.name(), "reason": reason.name() });
            context.change(&register.recall(batch, class, reason), &done, data).await
        }
    }
}

async fn ship(
    context: &Context<'_>,
    batch: BatchId,
    to: AccountId,
    quantity: Quantity,
) -> Result<Answer, Failure> {
    let register = context.batches();
    let receipt = context.submit(&register.ship(batch, to, quantity)).await?;
    let UnitsShipped { shipment, from, .. } = receipt.event(register.0)?;
    let done = format!(
        "Shipment {shipment}: {quantity} packs are on their way to {}.\nThe consignee takes them over with: theriac \
         batch receive {shipment}",
        ss58(to)
    );
    let data = json!({
        "shipment": shipment, "batch": batch.to_string(), "from": ss58(from), "to": ss58(to), "quantity": quantity,
    });
    changed(&receipt, &done, data)
}

async fn receive(
    context: &Context<'_>,
    shipment: u64,
    quantity: Option<Quantity>,
) -> Result<Answer, Failure> {
    let register = context.batches();
    let quantity = match quantity {
        Some(quantity) => quantity,
        // One that is not there any more is refused by the contract, with its reason.
        None => context.read(&register.shipment(shipment)).await?.map_or(1, |shipment| shipment.quantity),
    };
    let receipt = context.submit(&register.receive(shipment, quantity)).await?;
    let event: batches::UnitsReceived = receipt.event(register.0)?;
    let open = event.still_in_transit;
    let rest = match open {
        0 => "The shipment is complete.".to_owned(),
        open => format!("{open} packs are still in transit: receive them too, or reject them."),
    };
    let data = json!({
        "shipment": shipment, "batch": event.batch.to_string(), "quantity": quantity, "still_in_transit": open,
    });
    changed(&receipt, &format!("Received {quantity} packs of shipment {shipment}. {rest}"), data)
}

impl HeldArgs {
    fn holder(&self, context: &Context<'_>) -> Result<AccountId, Failure> {
        match self.holder {
            Some(holder) => Ok(holder),
            None => Ok(context.account()?.id()),
        }
    }
}

impl DocumentArgs {
    fn hash(&self) -> Result<DocumentHash, Failure> {
        if let Some(hash) = self.sha256 {
            return Ok(hash);
        }
        let path =
            self.document.as_deref().ok_or_else(|| Failure::bad_input("give --document or --sha256"))?;
        let unreadable = |error: std::io::Error| {
            let shown = path.display();
            Failure::bad_input(format!(
                "the document {shown} cannot be read: {error}; check the path and the permissions"
            ))
        };
        let mut digest = Sha256::new();
        std::io::copy(&mut File::open(path).map_err(unreadable)?, &mut digest).map_err(unreadable)?;
        Ok(DocumentHash(digest.finalize().into()))
    }
}
