//! Books the packs of an order.

use chain::units::Units;
use chain::{Call, ContractError, Error, Receipt};
use futures::{FutureExt, StreamExt};
use gs1::MedicinePack;
use heck::ToKebabCase;
use primitives::batches::{UnitPlace, UnitState};
use primitives::units::{AlarmRaised, UnitDecommissioned, UnitOutcome};
use primitives::{BatchId, SerialProof, Timestamp, UnitId};
use scan::Code;
use serde::Serialize;
use serde_json::{json, Value};
use serials::Answer;
use view::choices::{place_name, Choice};
use view::time::rfc3339;

use super::till::{Limited, Till, TillError};
use super::{Action, Order};
use crate::http::Gateway;
use crate::proofs::{Listed, Proofs};
use crate::register::{Pinned, Unanswered};

/// How many packs of an order are under way at once.
const AT_ONCE: usize = 16;

/// Why an order is refused as a whole, before anything is done.
pub(super) enum Refused {
    Unanswered(Unanswered),
    Till(TillError),
}

impl From<Unanswered> for Refused {
    fn from(error: Unanswered) -> Self {
        Self::Unanswered(error)
    }
}

/// What became of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// It was booked, in a finalised block.
    Done,
    /// The site had booked it before, and nothing was done.
    Already,
    /// Nothing was booked: one of two packs is a copy. The alarm is on chain.
    Alarm,
    /// The contract refuses.
    Refused,
    /// The code names no pack, or there is no proof of its serial.
    Unusable,
    /// The call is to be signed by the till's own account.
    Unsigned,
    /// Whether it is booked is not known yet: ask again with the same key.
    Open,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Already => "already",
            Self::Alarm => "alarm",
            Self::Refused => "refused",
            Self::Unusable => "unusable",
            Self::Unsigned => "unsigned",
            Self::Open => "open",
        }
    }
}

/// What became of an order.
pub(super) struct Outcome {
    results: Vec<(State, Value)>,
}

impl Outcome {
    pub(super) fn is_open(&self) -> bool {
        self.results.iter().any(|(state, _)| *state == State::Open)
    }

    pub(super) fn answer(&self) -> Value {
        json!({ "results": self.results.iter().map(|(_, result)| result).collect::<Vec<_>>() })
    }
}

/// Books an order. `again` where it was begun before, and nobody knows how far it came.
pub(super) async fn order(
    gateway: &Gateway,
    till: &Till,
    order: &Order,
    again: bool,
) -> Result<Outcome, Refused> {
    let now = gateway.register.now().await?;
    let at = &now.finalised;
    if till.account.is_some() {
        let clock = at.time().max(crate::metrics::now_ms());
        till.ensure_limited(at, gateway.register.contracts(), clock).await.map_err(|error| match error {
            Limited::Till(error) => Refused::Till(error),
            Limited::Unanswered(unanswered) => Refused::Unanswered(unanswered),
        })?;
    }
    let booking = Booking { gateway, till, at, order, again };
    let packs: Vec<_> = order.codes.iter().map(|code| booking.one(code).boxed()).collect();
    let booked = futures::stream::iter(packs).buffered(AT_ONCE);
    let results: Vec<(State, Value)> = booked.collect().await;
    for (state, _) in &results {
        gateway.metrics.booking(order.action.name(), state.name());
    }
    Ok(Outcome { results })
}

struct Booking<'a> {
    gateway: &'a Gateway,
    till: &'a Till,
    at: &'a Pinned,
    order: &'a Order,
    again: bool,
}

/// A pack of an order.
struct Pack {
    pack: MedicinePack,
    batch: BatchId,
    serial: Vec<u8>,
}

impl Booking<'_> {
    async fn one(&self, code: &str) -> (State, Value) {
        let pack = match self.read(code) {
            Ok(pack) => pack,
            Err(result) => return result,
        };
        match self.order.action {
            Action::Undo => self.undo(&pack).await,
            Action::Dispense => self.decommission(&pack, UnitState::Dispensed).await,
            Action::Destroy => self.decommission(&pack, UnitState::Destroyed).await,
            Action::Stolen => self.decommission(&pack, UnitState::Stolen).await,
            Action::Sample => self.decommission(&pack, UnitState::Sample).await,
            Action::Export => self.decommission(&pack, UnitState::Exported).await,
        }
    }

    fn read(&self, code: &str) -> Result<Pack, (State, Value)> {
        let year = gs1::year_of_ms(crate::metrics::now_ms());
        let unusable = |code: &str, detail: String| {
            (State::Unusable, json!({ "state": State::Unusable, "code": code, "detail": detail }))
        };
        let pack =
            Code::typed(code).parse(year).map_err(|error| unusable(error.name(), error.to_string()))?;
        let (Some(lot), Some(serial)) = (pack.lot(), pack.serial()) else {
            let detail = "a pack is booked by its lot and serial; scan the square code on the pack";
            return Err(unusable("no-serial", detail.to_owned()));
        };
        let batch = BatchId::of(pack.gtin().value(), lot.as_bytes());
        let serial = serial.as_bytes().to_vec();
        Ok(Pack { pack, batch, serial })
    }

    async fn decommission(&self, pack: &Pack, state: UnitState) -> (State, Value) {
        let proof = match self.proof(pack).await {
            Ok(proof) => proof,
            Err(result) => return result,
        };
        let units = Units(self.gateway.register.contracts().units.address);
        let (site, done_at) = (self.till.site, self.order.done_at);
        let call = units.decommission(site, pack.batch, &pack.serial, &proof, state, done_at);
        let Some(account) = &self.till.account else { return self.unsigned(pack, &call).await };
        // What was done before costs no transaction.
        match self.gateway.register.chain().dry_run(&call, account.id()).await {
            Ok(run) => {
                if let UnitOutcome::Already { place, at } = run.output {
                    return already(pack, state, place, at);
                }
            }
            Err(error) => return self.failed(pack, &error),
        }
        match account.submit(&call).await {
            Ok(receipt) => self.of_receipt(pack, state, units, &receipt).await,
            Err(error) => self.failed(pack, &error),
        }
    }

    async fn undo(&self, pack: &Pack) -> (State, Value) {
        let units = Units(self.gateway.register.contracts().units.address);
        let call = units.revert(self.till.site, pack.batch, &pack.serial);
        let Some(account) = &self.till.account else { return self.unsigned(pack, &call).await };
        match account.submit(&call).await {
            Ok(receipt) => (State::Done, done(pack, "loose", &receipt, None)),
            // It was begun before: that came to its end.
            Err(Error::Contract(ContractError::Units(primitives::units::Error::UnitNotDecommissioned)))
                if self.again =>
            {
                (State::Already, result(pack, State::Already, json!({ "pack_state": "loose" })))
            }
            Err(error) => self.failed(pack, &error),
        }
    }

    /// The proof of a serial, from the manufacturer's list.
    async fn proof(&self, pack: &Pack) -> Result<SerialProof, (State, Value)> {
        let lists = &self.gateway.lists;
        let batches = self.gateway.register.contracts().batches.address;
        let proofs = Proofs { lists, at: self.at, batches };
        let unusable = |code: &str, detail: &str| {
            (State::Unusable, result(pack, State::Unusable, json!({ "code": code, "detail": detail })))
        };
        let listed = proofs.listed(pack.batch, &pack.serial).await.map_err(|_| (State::Open, open(pack)))?;
        match listed {
            Listed::Answer(_, Answer::Listed(proof)) => Ok(proof),
            // The contract raises an alarm then: nobody should be alarmed by one wrong reading.
            Listed::Answer(_, Answer::NotListed(_)) if !self.order.scanned_twice => Err(unusable(
                "scan-again",
                "the serial is not one of this batch's; scan the pack again, and where it reads the same, send it with \
                 scanned_twice: that raises an alarm on chain",
            )),
            Listed::Answer(_, Answer::NotListed(proof)) => Ok(proof),
            Listed::No(note) => Err(unusable("no-list", note)),
            // The contract says what is wrong: the batch is unknown, or has no serials.
            Listed::NotAsked => Ok(SerialProof { index: 0, salt: [0; 16], siblings: Vec::new() }),
        }
    }

    async fn of_receipt(
        &self,
        pack: &Pack,
        state: UnitState,
        units: Units,
        receipt: &Receipt,
    ) -> (State, Value) {
        if let Ok(UnitDecommissioned { at, .. }) = receipt.event(units.0) {
            return (State::Done, done(pack, state.name(), receipt, Some(at)));
        }
        if let Ok(AlarmRaised { code, other, .. }) = receipt.event(units.0) {
            let detail = "nothing was booked: one of two packs with this serial is a copy; keep this one with its packaging, \
                          and inform the authority and the manufacturer";
            let more = json!({
                "alarm": code.name(), "other_site": other, "detail": detail, "block": receipt.block.number,
                "transaction": format!("{:?}", receipt.hash),
            });
            return (State::Alarm, result(pack, State::Alarm, more));
        }
        // Another till of the site was faster.
        let unit = UnitId::of(pack.batch, &pack.serial);
        match self.gateway.register.chain().read_at(&units.unit(unit), receipt.block.hash).await {
            Ok(Some(record)) => already(pack, state, record.place, record.at),
            _ => (State::Open, open(pack)),
        }
    }

    async fn unsigned<R>(&self, pack: &Pack, call: &Call<R>) -> (State, Value) {
        match self.gateway.register.chain().unsigned(call, self.till.id).await {
            Ok((unsigned, _)) => {
                let more = json!({
                    "account": chain::account_text(&self.till.id),
                    "message": call.message(),
                    "contract": chain::account_text(&call.contract()),
                    "call_data": format!("0x{}", hex::encode(unsigned.call_data)),
                    "gas_limit": { "ref_time": unsigned.limits.gas.ref_time, "proof_size": unsigned.limits.gas.proof_size },
                    "storage_deposit_limit": unsigned.limits.deposit.to_string(),
                });
                (State::Unsigned, result(pack, State::Unsigned, more))
            }
            Err(error) => self.failed(pack, &error),
        }
    }

    fn failed(&self, pack: &Pack, error: &Error) -> (State, Value) {
        match error {
            Error::Contract(refused) => {
                let code = format!("{}/{}", refused.contract(), refused.name().to_kebab_case());
                (
                    State::Refused,
                    result(pack, State::Refused, json!({ "code": code, "detail": refused.explanation() })),
                )
            }
            Error::InsufficientBalance { .. }
            | Error::NotSigned { .. }
            | Error::Refused { .. }
            | Error::OutOfGas => {
                tracing::error!(%error, till = self.till.token, "a till's account cannot book");
                let more = json!({ "code": "account", "detail": "the till's account cannot sign or pay; its operator finds the cause in the log" });
                (State::Refused, result(pack, State::Refused, more))
            }
            _ => {
                tracing::warn!(%error, till = self.till.token, "whether a pack is booked is open");
                (State::Open, open(pack))
            }
        }
    }
}

/// What the site had booked before: a refusal where it was something else.
fn already(pack: &Pack, wanted: UnitState, place: UnitPlace, at: Timestamp) -> (State, Value) {
    let more = json!({ "pack_state": place_name(place), "at": rfc3339(at) });
    if place == UnitPlace::Left(wanted) {
        return (State::Already, result(pack, State::Already, more));
    }
    let detail = format!(
        "the site booked the pack as {} before; where that is a mistake, undo it first",
        place_name(place)
    );
    let mut refused = result(pack, State::Refused, more);
    if let Some(fields) = refused.as_object_mut() {
        fields.insert("code".to_owned(), json!("units/already-otherwise"));
        fields.insert("detail".to_owned(), json!(detail));
    }
    (State::Refused, refused)
}

fn done(pack: &Pack, state: &str, receipt: &Receipt, at: Option<Timestamp>) -> Value {
    let more = json!({
        "pack_state": state, "at": at.map(rfc3339), "block": receipt.block.number,
        "transaction": format!("{:?}", receipt.hash),
    });
    result(pack, State::Done, more)
}

fn open(pack: &Pack) -> Value {
    let detail = "whether the pack is booked is not known yet; send the same order with the same Idempotency-Key again";
    result(pack, State::Open, json!({ "detail": detail }))
}

fn result(pack: &Pack, state: State, more: Value) -> Value {
    let mut result = json!({
        "state": state,
        "gtin": pack.pack.gtin().to_string(),
        "lot": pack.pack.lot(),
        "serial": pack.pack.serial(),
    });
    if let (Some(fields), Value::Object(more)) = (result.as_object_mut(), more) {
        fields.extend(more);
    }
    result
}
