//! `theriac batch`: the life of a batch, from its registration to the patient.

mod args;
mod attest;
mod dispense;
mod history;
mod key;
mod prove;
mod reach;
mod register;
mod run;
mod show;

pub use args::{BatchCommand, DeliveryArgs};
pub use history::{mention, BatchEvent};
pub use run::{run, ship};
pub use show::{emitted, events, unknown, Place};

/// Shown below the help.
pub const EXAMPLES: &str = "\
A batch is named by --gtin and --lot, or by --id; a site by its GLN or number.

Examples:
  theriac batch secret maker.secret     once; then keep a copy in a safe place
  theriac batch register --gtin 9506000134352 --lot ABC123 \\
      --expiry 2027-12-31 --serials serials.txt --secret-file maker.secret
  theriac batch attest --gtin 9506000134352 --lot ABC123 \\
      certificate-of-analysis --document coa.pdf
  theriac batch release --gtin 9506000134352 --lot ABC123
  theriac batch ship --gtin 9506000134352 --lot ABC123 \\
      --to 6291041500237 --quantity 500
  theriac batch receive 1 --quantity 480
  theriac batch reject 1 damaged
  theriac batch key --gtin 9506000134352 --lot ABC123 \\
      --secret-file maker.secret --out ABC123.key
  theriac batch dispense --image pack.png --serials serials.txt \\
      --batch-key-file ABC123.key
  theriac batch prove --image pack.png --serials serials.txt \\
      --batch-key-file ABC123.key --out proof.json
  theriac batch dispense --image pack.png --proof proof.json \\
      --done-at 2027-06-01T09:30:00+02:00
  theriac batch decommission stolen --image pack.png \\
      --serials serials.txt --batch-key-file ABC123.key
  theriac batch recall --gtin 9506000134352 --lot ABC123 ii contamination \\
      --document instructions.pdf
  theriac batch end-recall --gtin 9506000134352 --lot ABC123 0 \\
      --document report.pdf
  theriac batch reach --gtin 9506000134352 --lot ABC123
  theriac batch show --gtin 9506000134352 --lot ABC123";
