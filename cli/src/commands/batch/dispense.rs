use std::path::Path;

use batches::{CloneAlarmRaised, Scan, UnitDispensed};
use chain::Receipt;
use gs1::MedicinePack;
use primitives::{BatchId, Quantity, SerialProof};
use serde_json::json;

use super::DispenseArgs;
use crate::accounts::AccountView;
use crate::answer::Answer;
use crate::args::Global;
use crate::code::lot_of;
use crate::context::{changed, Context};
use crate::failure::{Exit, Failure};
use crate::serials::SerialList;
use crate::time;

/// Hands one pack with a serial, or packs without, to a patient.
pub async fn run(args: &DispenseArgs, global: &Global) -> Result<Answer, Failure> {
    let pack = args.code.read()?;
    let batch = BatchId::of(pack.gtin().value(), lot_of(&pack)?.as_bytes());
    let context = &Context::open(global).await?;
    match (args.quantity, &args.serials) {
        (Some(quantity), _) => unserialised(context, batch, quantity).await,
        (None, Some(serials)) => serialised(context, batch, &pack, serials).await,
        (None, None) => Err(Failure::bad_input("give --serials or --quantity")),
    }
}

async fn unserialised(context: &Context<'_>, batch: BatchId, quantity: Quantity) -> Result<Answer, Failure> {
    let data = json!({ "batch": batch.to_string(), "quantity": quantity });
    let call = context.batches().dispense_unserialised(batch, quantity);
    context.change(&call, &format!("Dispensed {quantity} packs."), data).await
}

async fn serialised(
    context: &Context<'_>,
    batch: BatchId,
    pack: &MedicinePack,
    serials: &Path,
) -> Result<Answer, Failure> {
    let register = context.batches();
    let serial = pack.serial().ok_or_else(|| {
        Failure::bad_input(
            "the code has no serial, AI (21); scan the square code, or give --quantity for packs without",
        )
    })?;
    let proof = proof(context, batch, pack, serial, serials).await?;
    let receipt = context.submit(&register.dispense(batch, serial.as_bytes(), &proof)).await?;
    match receipt.event::<CloneAlarmRaised>(register.0) {
        Ok(alarm) => Err(clone_alarm(context, pack, &alarm, &receipt).await?),
        Err(_) => {
            let UnitDispensed { unit, .. } = receipt.event(register.0)?;
            let data = json!({ "batch": batch.to_string(), "serial": serial, "unit": unit.to_string() });
            changed(&receipt, &format!("Dispensed the pack with the serial {serial}."), data)
        }
    }
}

/// The serial's proof, by a list that is the registered one: with another list, a genuine pack would be called forged.
async fn proof(
    context: &Context<'_>,
    batch: BatchId,
    pack: &MedicinePack,
    serial: &str,
    serials: &Path,
) -> Result<SerialProof, Failure> {
    let list = SerialList::read_for(serials, pack.gtin(), lot_of(pack)?).map_err(Failure::bad_input)?;
    let evidence = list.evidence(batch, serial).map_err(Failure::bad_input)?;
    let registered = context.read(&context.batches().batch(batch)).await?.and_then(|batch| batch.serial_root);
    match registered {
        Some(root) if root != evidence.root => Err(Failure::bad_input(list.not_registered())),
        // Whatever else is wrong, the contract says it.
        _ => Ok(evidence.proof),
    }
}

async fn clone_alarm(
    context: &Context<'_>,
    pack: &MedicinePack,
    alarm: &CloneAlarmRaised,
    receipt: &Receipt,
) -> Result<Failure, Failure> {
    let CloneAlarmRaised { second_by, first_by, first_at, .. } = *alarm;
    let names = context.names([first_by, second_by]).await?;
    let second_at = time_of(context, pack, receipt).await?;
    let (first, second) = (names.of(first_by), names.of(second_by));
    let message = format!(
        "CLONE ALARM: nothing was dispensed. The serial {} was dispensed before by {first} on {}, and now tried by \
         {second} on {}. One of the two packs is a copy: keep this one with its packaging, and tell the authority and \
         the manufacturer. The alarm is on chain, in block {}.",
        pack.serial().unwrap_or_default(),
        time::readable(first_at),
        time::readable(second_at),
        receipt.block.number
    );
    let party = |account: AccountView, at| json!({ "by": account, "at": time::rfc3339(at) });
    let details = json!({
        "first": party(first, first_at),
        "second": party(second, second_at),
        "block": receipt.block.number,
        "transaction": format!("{:?}", receipt.hash),
    });
    Ok(Failure::new(Exit::CloneAlarm, message).with_code("batches/clone-alarm").with_details(details))
}

/// The chain's time in the block of a transaction, as the contract saw it: every verdict tells it.
async fn time_of(context: &Context<'_>, pack: &MedicinePack, receipt: &Receipt) -> Result<u64, Failure> {
    let scan = Scan { gtin: pack.gtin().value(), lot: lot_of(pack)?.into(), ..Scan::default() };
    let verdict = context.chain.read_at(&context.batches().verdict(&scan), receipt.block.hash).await?;
    Ok(verdict.judged_at)
}
