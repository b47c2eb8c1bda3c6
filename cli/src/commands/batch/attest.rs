use std::fmt;

use primitives::products::Attestation;
use primitives::{BatchId, DocumentHash, RegistrationHash};
use serde::Serialize;
use serde_json::json;
use view::batch::{self, BatchView};
use view::choices::Choice;
use view::directory::{Mentioned, OrganisationView};

use super::show::unknown;
use crate::answer::Answer;
use crate::context::Context;
use crate::failure::{Exit, Failure};

/// Attests one requirement of what is registered now, or of the registration that was reviewed.
pub async fn run(
    context: &Context<'_>,
    id: BatchId,
    reviewed: Option<RegistrationHash>,
    attestation: Attestation,
    document: DocumentHash,
) -> Result<Answer, Failure> {
    let batch = context.read(&context.batches().batch(id)).await?.ok_or_else(|| unknown(id))?;
    let registered = batch.registration_hash();
    let mut mentioned = Mentioned::default();
    batch::mention(&batch, &[], &mut mentioned);
    let registration = RegistrationView::from(BatchView::new(&batch, &[], &context.names(&mentioned).await?));
    if let Some(reviewed) = reviewed.filter(|reviewed| *reviewed != registered) {
        let message = format!(
            "what is registered is not what was reviewed, {reviewed}: review it again, and name its hash\n{registration}"
        );
        let details = json!({ "reviewed": reviewed.to_string(), "registration": registration });
        return Err(Failure::new(Exit::Refused, message)
            .with_code("products/registration-changed")
            .with_details(details));
    }
    let name = attestation.name();
    let done = format!("Attested {name} with the document {document}, of this registration:\n{registration}");
    let data = json!({
        "batch": id.to_string(), "attestation": name, "document": document.to_string(), "registration": registration,
    });
    let call = context.products().attest(id, registered, attestation, document);
    context.change(&call, done.trim_end(), data).await
}

/// What a registration says, of which its hash is made.
#[derive(Serialize)]
struct RegistrationView {
    number: u32,
    hash: String,
    gtin: String,
    lot: String,
    expiry: String,
    quantity: u64,
    serial_root: Option<String>,
    units_per_case: Option<u32>,
    manufacturer: OrganisationView,
}

impl From<BatchView> for RegistrationView {
    fn from(batch: BatchView) -> Self {
        Self {
            number: batch.registration,
            hash: batch.registration_hash,
            gtin: batch.gtin,
            lot: batch.lot,
            expiry: batch.expiry,
            quantity: batch.quantity,
            serial_root: batch.serial_root,
            units_per_case: batch.units_per_case,
            manufacturer: batch.manufacturer,
        }
    }
}

impl fmt::Display for RegistrationView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Registration  {}", self.number)?;
        writeln!(f, "  Hash        {}", self.hash)?;
        writeln!(f, "  GTIN        {}", self.gtin)?;
        writeln!(f, "  Lot         {}", self.lot)?;
        writeln!(f, "  Expiry      {}", self.expiry)?;
        writeln!(f, "  Quantity    {} packs", self.quantity)?;
        writeln!(f, "  Serials     {}", self.serial_root.as_deref().unwrap_or("none"))?;
        if let Some(units) = self.units_per_case {
            writeln!(f, "  Case        {units} packs")?;
        }
        writeln!(f, "  Made by     {}", self.manufacturer)
    }
}
