use std::path::Path;

use chain::Receipt;
use gs1::MedicinePack;
use primitives::{BatchId, DocumentHash, Quantity, SerialProof};
use serde_json::json;
use units::{AlarmCode, AlarmRaised, Scan, UnitDecommissioned, UnitState};

use super::args::GoneArgs;
use crate::answer::Answer;
use crate::choices::Choice;
use crate::code::lot_of;
use crate::context::{changed, Context};
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::serials::SerialList;
use crate::time;

/// Books one pack with a serial, or packs without, as dispensed or out of trade otherwise.
pub async fn run(
    packs: &GoneArgs,
    state: UnitState,
    document: Option<DocumentHash>,
    global: &Global,
) -> Result<Answer, Failure> {
    let pack = packs.code.read()?;
    let batch = BatchId::of(pack.gtin().value(), lot_of(&pack)?.as_bytes());
    let context = &Context::open(global).await?;
    match (packs.quantity, &packs.serials) {
        (Some(quantity), _) => unserialised(context, batch, quantity, state, document).await,
        (None, Some(serials)) => serialised(context, batch, &pack, serials, state).await,
        (None, None) => Err(Failure::bad_input("give --serials or --quantity")),
    }
}

async fn unserialised(
    context: &Context<'_>,
    batch: BatchId,
    quantity: Quantity,
    state: UnitState,
    document: Option<DocumentHash>,
) -> Result<Answer, Failure> {
    let data = json!({ "batch": batch.to_string(), "quantity": quantity, "state": state.name() });
    let call = context.batches().decommission_quantity(batch, quantity, state, document);
    context.change(&call, &format!("Booked {quantity} packs as {}.", state.name()), data).await
}

async fn serialised(
    context: &Context<'_>,
    batch: BatchId,
    pack: &MedicinePack,
    serials: &Path,
    state: UnitState,
) -> Result<Answer, Failure> {
    let register = context.units();
    let serial = serial_of(pack)?;
    let proof = proof(context, batch, pack, serial, serials).await?;
    let receipt = context.submit(&register.decommission(batch, serial.as_bytes(), &proof, state)).await?;
    match receipt.event::<AlarmRaised>(register.0) {
        Ok(alarm) => Err(clone_alarm(context, pack, &alarm, &receipt).await?),
        Err(_) => {
            let UnitDecommissioned { unit, .. } = receipt.event(register.0)?;
            let data = json!({
                "batch": batch.to_string(), "serial": serial, "unit": unit.to_string(), "state": state.name(),
            });
            changed(&receipt, &format!("Booked the pack with the serial {serial} as {}.", state.name()), data)
        }
    }
}

/// The serial on a pack.
pub fn serial_of(pack: &MedicinePack) -> Result<&str, Failure> {
    pack.serial().ok_or_else(|| {
        Failure::bad_input(
            "the code has no serial, AI (21); scan the square code, or give --quantity for packs without",
        )
    })
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
    alarm: &AlarmRaised,
    receipt: &Receipt,
) -> Result<Failure, Failure> {
    let AlarmRaised { by, code, other, .. } = *alarm;
    let names = context.names([by, other]).await?;
    let at = time_of(context, pack, receipt).await?;
    let (by, other) = (names.of(by), names.of(other));
    let serial = pack.serial().unwrap_or_default();
    let fact = match code {
        AlarmCode::SecondDecommission => {
            format!("The serial {serial} was dispensed or booked out before by {other}")
        }
        AlarmCode::UnitElsewhere => {
            format!("The pack with the serial {serial} is in a closed case or pallet with {other}, or on its way there")
        }
        AlarmCode::UnitNeverReceived => format!("{by} has no pack of this batch of {other}"),
        AlarmCode::SerialNotInBatch => {
            format!("The serial {serial} is none of those that {other} registered")
        }
    };
    let message = format!(
        "CLONE ALARM: nothing was booked. {fact}; now it was tried by {by} on {}. One of two packs is a copy: keep this \
         one with its packaging, and tell the authority and the manufacturer. The alarm is on chain, in block {}.",
        time::readable(at),
        receipt.block.number
    );
    let details = json!({
        "alarm": code.name(),
        "by": by,
        "other": other,
        "at": time::rfc3339(at),
        "block": receipt.block.number,
        "transaction": format!("{:?}", receipt.hash),
    });
    Ok(Failure::new(Exit::CloneAlarm, message).with_code("units/clone-alarm").with_details(details))
}

/// The chain's time in the block of a transaction, as the contract saw it: every verdict tells it.
async fn time_of(context: &Context<'_>, pack: &MedicinePack, receipt: &Receipt) -> Result<u64, Failure> {
    let scan = Scan { gtin: pack.gtin().value(), lot: lot_of(pack)?.into(), ..Scan::default() };
    let verdict = context.chain.read_at(&context.units().verdict(&scan), receipt.block.hash).await?;
    Ok(verdict.judged_at)
}
