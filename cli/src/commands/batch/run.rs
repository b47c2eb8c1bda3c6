use gs1::MedicinePack;
use primitives::batches::{Arrival, Goods, Recall, RecallScope, UnitState, UnitsReceived, UnitsShipped};
use primitives::{BatchId, Quantity};
use scan::lot_of;
use serde_json::json;
use view::batch;
use view::choices::Choice;
use view::directory::Mentioned;

use super::args::{BatchCommand, DeliveryArgs, Step};
use super::{attest, dispense, key, prove, reach, register, show};
use crate::answer::Answer;
use crate::context::{changed, Context};
use crate::failure::Failure;
use crate::global::Global;
use crate::named::SiteRef;
use crate::recall::Order;

/// Runs a command of `theriac batch`.
pub async fn run(command: BatchCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        // What is wrong in files and codes is reported before a chain is asked.
        BatchCommand::Register(args) => register::run(args, global).await,
        BatchCommand::Secret { file } => key::secret(&file),
        BatchCommand::Key(args) => key::key(&args),
        BatchCommand::Prove { code, proof, out } => prove::run(&code.read()?, &proof, out.as_deref()),
        BatchCommand::Dispense(packs) => dispense::run(&packs, UnitState::Dispensed, None, global).await,
        BatchCommand::Decommission { state, packs, sha256 } => {
            dispense::run(&packs, state, sha256, global).await
        }
        BatchCommand::Revert { code, quantity: Some(quantity), state: Some(state) } => {
            let batch = batch_of(&code.read()?)?;
            let context = Context::open(global).await?;
            let site = context.acting_site().await?;
            let call = context.batches().revert_quantity(site, batch, quantity, state);
            let done = format!("{quantity} packs are loose again, and not {} any more.", state.name());
            let data = json!({ "batch": batch.to_string(), "quantity": quantity, "state": state.name() });
            context.change(&call, &done, data).await
        }
        BatchCommand::Revert { code, .. } => {
            let pack = code.read()?;
            let (batch, serial) = (batch_of(&pack)?, dispense::serial_of(&pack)?);
            let context = Context::open(global).await?;
            let site = context.acting_site().await?;
            let call = context.units().revert(site, batch, serial.as_bytes());
            let done = format!("The pack with the serial {serial} is in the books again.");
            context.change(&call, &done, json!({ "batch": batch.to_string(), "serial": serial })).await
        }
        BatchCommand::Step(step) => run_step(&Context::open(global).await?, step).await,
    }
}

async fn run_step(context: &Context<'_>, step: Step) -> Result<Answer, Failure> {
    let register = context.batches();
    let named = |batch: BatchId| json!({ "batch": batch.to_string() });
    match step {
        Step::Show { batch, from_block } => show::run(context, batch.id()?, from_block).await,
        Step::Ship { batch, to, quantity, condemned, terms } => {
            let batch = batch.id()?;
            let goods = match condemned {
                true => Goods::Condemned { batch, quantity },
                false => Goods::Units { batch, quantity },
            };
            ship(context, goods, to, &terms).await
        }
        Step::Reach { batch } => reach::run(context, batch.id()?).await,
        Step::Cancel { batch } => {
            let batch = batch.id()?;
            let done = "The registration is cancelled: the register does not know the batch any more.";
            context.change(&register.cancel_registration(batch), done, named(batch)).await
        }
        Step::Acknowledge { batch } => {
            let batch = batch.id()?;
            let site = context.acting_site().await?;
            let done = "Acknowledged: all recalls of the batch and its product until now.";
            context.change(&register.acknowledge_recall(site, batch), done, named(batch)).await
        }
        Step::Receive { shipment, quantity } => receive(context, shipment, quantity).await,
        Step::Attest { batch, attestation, document, registration } => {
            attest::run(context, batch.id()?, registration, attestation, document.hash()?).await
        }
        Step::Release { batch } => {
            let batch = batch.id()?;
            context
                .change(&context.products().release(batch), "Released: the batch may move.", named(batch))
                .await
        }
        Step::Block { batch } => {
            let batch = batch.id()?;
            context.change(&register.block(batch), "Blocked: the batch may not move.", named(batch)).await
        }
        Step::Unblock { batch } => {
            let batch = batch.id()?;
            context
                .change(&register.unblock(batch), "Unblocked: the batch may move again.", named(batch))
                .await
        }
        Step::Reject { shipment, reason } => {
            let site = context.acting_site_unless_regulator().await?;
            let done = format!(
                "Rejected shipment {shipment}: {}. Its goods are back at the consignor.",
                reason.name()
            );
            let data = json!({ "shipment": shipment, "reason": reason.name() });
            context.change(&register.reject(site, shipment, reason), &done, data).await
        }
        Step::Recall { batch, recall, serials, sscc } => {
            let (batch, order) = (batch.id()?, recall.order()?);
            let scope = match (serials, sscc) {
                (Some((first, last)), _) => RecallScope::SerialRange { first, last },
                (None, Some(sscc)) => RecallScope::LogisticUnit(sscc.value()),
                (None, None) => RecallScope::Batch,
            };
            let named = batch::scope(scope);
            context.ask_before(&format!(
                "You recall {named}. The notice stays, and only a regulator ends the recall."
            ))?;
            let Order { class, reason, instructions, acknowledge_by } = order;
            let recall = Recall { scope, class, reason, instructions, acknowledge_by };
            let done =
                format!("Recalled {named}: {}. Every verdict on its packs says so now.", order.summary());
            let mut data = order.data();
            (data["batch"], data["scope"]) = (json!(batch.to_string()), json!(named));
            context.change(&register.recall(batch, &recall), &done, data).await
        }
        Step::EndRecall { batch, number, document } => {
            let (batch, document) = (batch.id()?, document.hash()?);
            let done = format!("Recall {number} of the batch is ended; its notice stays.");
            let data =
                json!({ "batch": batch.to_string(), "number": number, "document": document.to_string() });
            context.change(&register.end_recall(batch, number, document), &done, data).await
        }
    }
}

/// The batch of a pack.
fn batch_of(pack: &MedicinePack) -> Result<BatchId, Failure> {
    Ok(BatchId::of(pack.gtin().value(), lot_of(pack)?.as_bytes()))
}

/// Ships goods from the site for which the command acts; or as a regulator from another one.
pub async fn ship(
    context: &Context<'_>,
    goods: Goods,
    to: SiteRef,
    terms: &DeliveryArgs,
) -> Result<Answer, Failure> {
    let register = context.batches();
    let to = context.find_site(to).await?;
    let (from, call) = match (terms.consignor, terms.order) {
        (Some(consignor), Some(order)) => {
            let from = context.find_site(consignor).await?;
            (from, register.ship_for(from, goods, to, terms.purpose(), order))
        }
        _ => {
            let from = context.acting_site().await?;
            (from, register.ship(from, goods, to, terms.purpose(), terms.terms))
        }
    };
    let names = context.names(&Mentioned { sites: [from, to].into(), ..Mentioned::default() }).await?;
    let receipt = context.submit(&call).await?;
    let UnitsShipped { batch, shipment, quantity, .. } = receipt.event(register.0)?;
    let (from, to) = (names.site(from), names.site(to));
    let done = format!(
        "Shipment {shipment}: {quantity} packs are on their way to {to}.\nThe consignee receives them with: theriac batch \
         receive {shipment}"
    );
    let data = json!({
        "shipment": shipment, "batch": batch.to_string(), "from": from, "to": to, "quantity": quantity,
    });
    changed(&receipt, &done, data)
}

async fn receive(
    context: &Context<'_>,
    shipment: u64,
    quantity: Option<Quantity>,
) -> Result<Answer, Failure> {
    let register = context.batches();
    let site = context.acting_site().await?;
    let quantity = match quantity {
        Some(quantity) => quantity,
        // One that is not there any more is refused by the contract, with its reason.
        None => context.read(&register.shipment(shipment)).await?.map_or(1, |shipment| shipment.quantity),
    };
    let receipt = context.submit(&register.receive(site, shipment, &Arrival::Units(quantity))).await?;
    let event: UnitsReceived = receipt.event(register.0)?;
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
