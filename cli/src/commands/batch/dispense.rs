use chain::Receipt;
use gs1::MedicinePack;
use primitives::batches::{UnitPlace, UnitState};
use primitives::units::{AlarmCode, AlarmRaised, Scan, UnitDecommissioned, UnitOutcome};
use primitives::{BatchId, DocumentHash, Quantity, SerialProof, SiteId, Timestamp, UnitId};
use scan::lot_of;
use serde_json::json;
use view::choices::{place_name, Choice};
use view::directory::Mentioned;
use view::judge::Evidence;

use super::args::GoneArgs;
use crate::answer::Answer;
use crate::context::{changed, Context};
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::time;

/// Decommissions one pack with a serial, or packs without.
pub async fn run(
    packs: &GoneArgs,
    state: UnitState,
    document: Option<DocumentHash>,
    global: &Global,
) -> Result<Answer, Failure> {
    let pack = packs.code.read()?;
    let batch = BatchId::of(pack.gtin().value(), lot_of(&pack)?.as_bytes());
    if let Some(quantity) = packs.quantity {
        let context = &Context::open(global).await?;
        return unserialised(context, batch, quantity, state, document).await;
    }
    // What is wrong in files is reported before a chain is asked.
    let serial = serial_of(&pack)?;
    let evidence = packs.proof.evidence(pack.gtin(), lot_of(&pack)?, serial)?;
    let evidence = evidence.ok_or_else(|| Failure::bad_input("give --serials, --proof or --quantity"))?;
    let context = &Context::open(global).await?;
    let proof = registered(context, batch, evidence).await?;
    serialised(context, batch, &pack, (serial, &proof), (state, packs.done_at)).await
}

async fn unserialised(
    context: &Context<'_>,
    batch: BatchId,
    quantity: Quantity,
    state: UnitState,
    document: Option<DocumentHash>,
) -> Result<Answer, Failure> {
    let data = json!({ "batch": batch.to_string(), "quantity": quantity, "state": state.name() });
    let site = context.acting_site().await?;
    let call = context.batches().decommission_quantity(site, batch, quantity, state, document);
    context.change(&call, &format!("Recorded {quantity} packs as {}.", state.name()), data).await
}

async fn serialised(
    context: &Context<'_>,
    batch: BatchId,
    pack: &MedicinePack,
    (serial, proof): (&str, &SerialProof),
    (state, done_at): (UnitState, Option<Timestamp>),
) -> Result<Answer, Failure> {
    let register = context.units();
    let site = context.acting_site().await?;
    let call = register.decommission(site, batch, serial.as_bytes(), proof, state, done_at);
    // What was done before costs no transaction.
    let run = context.chain.dry_run(&call, context.account()?.id()).await?;
    if let UnitOutcome::Already { place, at } = run.output {
        return already(context, (batch, serial), (site, state), (place, at)).await;
    }
    let receipt = context.submit(&call).await?;
    if let Ok(alarm) = receipt.event::<AlarmRaised>(register.0) {
        return Err(clone_alarm(context, pack, &alarm, &receipt).await?);
    }
    if let Ok(UnitDecommissioned { unit, at, .. }) = receipt.event(register.0) {
        let data = json!({
            "batch": batch.to_string(), "serial": serial, "unit": unit.to_string(), "state": state.name(),
            "at": time::rfc3339(at), "already": false,
        });
        let done = format!("Recorded the pack with the serial {serial} as {}.", state.name());
        return changed(&receipt, &done, data);
    }
    // Another till of the site was faster.
    let unit = UnitId::of(batch, serial.as_bytes());
    match context.chain.read_at(&register.unit(unit), receipt.block.hash).await? {
        Some(record) => already(context, (batch, serial), (site, state), (record.place, record.at)).await,
        None => Err(Failure::failed(format!(
            "the chain answered to the serial {serial} with neither an event nor a record; verify the pack"
        ))),
    }
}

/// The answer where the site had recorded the pack before: a failure where it was as something else.
async fn already(
    context: &Context<'_>,
    (batch, serial): (BatchId, &str),
    (site, wanted): (SiteId, UnitState),
    (place, at): (UnitPlace, Timestamp),
) -> Result<Answer, Failure> {
    let names = context.names(&Mentioned { sites: [site].into(), ..Mentioned::default() }).await?;
    let (state, site) = (place_name(place), names.site(site));
    let text = format!(
        "The pack with the serial {serial} was recorded as {state} already at {site} on {}; nothing was booked.",
        time::readable(at)
    );
    let data = json!({
        "batch": batch.to_string(), "serial": serial, "unit": UnitId::of(batch, serial.as_bytes()).to_string(),
        "state": state, "at": time::rfc3339(at), "already": true, "site": site,
    });
    if place != UnitPlace::Left(wanted) {
        let failure =
            Failure::new(Exit::Refused, text).with_code("units/already-otherwise").with_details(data);
        return Err(failure.with_hint("Where that is a mistake, undo it first with `theriac batch revert`."));
    }
    Answer::new(text, &data)
}

/// The serial on a pack.
pub fn serial_of(pack: &MedicinePack) -> Result<&str, Failure> {
    pack.serial().ok_or_else(|| {
        Failure::bad_input(
            "the code has no serial, AI (21); scan the square code, or give --quantity for packs without",
        )
    })
}

/// The proof, where it is of the registered serials: by other ones, a genuine pack would be called forged.
async fn registered(
    context: &Context<'_>,
    batch: BatchId,
    evidence: Evidence,
) -> Result<SerialProof, Failure> {
    let registered = context.read(&context.batches().batch(batch)).await?.and_then(|batch| batch.serial_root);
    match registered {
        Some(root) if root != evidence.root => Err(Failure::bad_input(evidence.not_registered())),
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
    let mut mentioned = Mentioned::default();
    mentioned.actor(&by);
    mentioned.sites.extend(other);
    let names = context.names(&mentioned).await?;
    let at = time_of(context, pack, receipt).await?;
    let (by, other) = (names.actor(&by), other.map(|other| names.site(other)));
    let elsewhere = other.as_ref().map_or_else(|| "another site".to_owned(), ToString::to_string);
    let serial = pack.serial().unwrap_or_default();
    let fact = match code {
        AlarmCode::SecondDecommission => {
            format!("The pack with the serial {serial} was dispensed or decommissioned before at {elsewhere}")
        }
        AlarmCode::UnitElsewhere => format!(
            "The pack with the serial {serial} is in a closed case or pallet at {elsewhere}, or on its way there"
        ),
        AlarmCode::UnitNeverReceived => {
            "Your site has no pack of this batch left, or never received one".to_owned()
        }
        AlarmCode::SerialNotInBatch => {
            format!("The serial {serial} is not one of those that the manufacturer registered")
        }
    };
    let message = format!(
        "CLONE ALARM: nothing was recorded. {fact}; now it was tried by {by} on {}. One of two packs is a copy: keep this \
         one with its packaging, and inform the authority and the manufacturer. The alarm is on chain, in block {}.",
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

/// The chain's time in the block of a transaction, as the contract saw it: every verdict has it.
async fn time_of(context: &Context<'_>, pack: &MedicinePack, receipt: &Receipt) -> Result<u64, Failure> {
    let scan = Scan { gtin: pack.gtin().value(), lot: lot_of(pack)?.into(), ..Scan::default() };
    let verdict = context.chain.read_at(&context.units().verdict(&scan), receipt.block.hash).await?;
    Ok(verdict.judged_at)
}
