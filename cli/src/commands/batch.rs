//! `theriac batch`: the life of a batch, from its registration to the patient.

mod args;
mod dispense;
mod history;
mod reach;
mod register;
mod run;
mod show;

pub use args::{BatchCommand, DeliveryArgs};
pub use history::{accounts_of, BatchEvent};
pub use run::{run, ship};
pub use show::events;

/// Shown below the help.
pub const EXAMPLES: &str = "\
A batch is named by --gtin and --lot, or by --id.

Examples:
  theriac batch register --gtin 9506000134352 --lot ABC123 \\
      --expiry 2027-12-31 --serials serials.txt
  theriac batch attest --gtin 9506000134352 --lot ABC123 \\
      certificate-of-analysis --document coa.pdf
  theriac batch release --gtin 9506000134352 --lot ABC123
  pharmacy=5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy
  theriac batch ship --gtin 9506000134352 --lot ABC123 \\
      --to $pharmacy --quantity 500
  theriac batch receive 1 --quantity 480
  theriac batch reject 1 damaged
  theriac batch dispense --image pack.png --serials serials.txt
  theriac batch decommission stolen --image pack.png --serials serials.txt
  theriac batch recall --gtin 9506000134352 --lot ABC123 ii contamination \\
      --document instructions.pdf
  theriac batch reach --gtin 9506000134352 --lot ABC123
  theriac batch show --gtin 9506000134352 --lot ABC123";
