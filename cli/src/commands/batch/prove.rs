use std::path::Path;

use gs1::MedicinePack;
use primitives::BatchId;
use scan::lot_of;
use serde_json::json;

use super::dispense::serial_of;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::proof::{self, ProofArgs};

/// Writes the proof of a pack's serial, or prints it.
pub fn run(pack: &MedicinePack, source: &ProofArgs, out: Option<&Path>) -> Result<Answer, Failure> {
    let (lot, serial) = (lot_of(pack)?, serial_of(pack)?);
    let batch = BatchId::of(pack.gtin().value(), lot.as_bytes());
    let evidence = source.evidence(pack.gtin(), lot, serial)?;
    let evidence = evidence.ok_or_else(|| Failure::bad_input("give --serials with --batch-key-file"))?;
    // The list's proof of another serial would be refused later, as a wrong proof of this one.
    if evidence.proof.shown(batch, serial.as_bytes()).root != evidence.root {
        return Err(Failure::bad_input(format!(
            "the serial {serial} is not in the list; compare it with the print on the pack"
        ))
        .with_code("proof/serial-not-listed"));
    }
    let file = proof::to_json(batch, serial, &evidence.proof)?;
    let Some(path) = out else { return Answer::new(format!("{file:#}"), &file) };
    let shown = path.display().to_string();
    std::fs::write(path, format!("{file:#}\n")).map_err(|error| {
        Failure::failed(format!("{shown} cannot be written: {error}; check the folder and its permissions"))
    })?;
    Answer::new(format!("The proof of the serial {serial} is in {shown}."), &json!({ "file": shown }))
}
