//! The main story: a batch from its maker to a patient and back, and a result of a model on the way.
mod oracle;
mod supply;

use std::path::Path;

use crate::stage::{Stage, Telling};
use testkit::theriac::{start_devnet, Theriac};
use testkit::Failure;

/// Plays the story in `folder`, on a chain of its own, and returns the table of what was checked.
///
/// # Errors
/// Where anything is not as the story tells.
pub async fn play(folder: &Path, telling: Telling) -> Result<String, Failure> {
    let (devnet, url) = start_devnet(folder, None)?;
    let mut stage = Stage::new(Theriac::new(folder, &url)?, telling);
    stage.step("A chain of our own");
    stage.tell(&format!("    theriac devnet: {url}"));
    let code = supply::from_maker_to_patient(&mut stage, folder)?;
    oracle::results_on_chain(&mut stage, folder, &url).await?;
    supply::recall(&mut stage, &code)?;
    devnet.stop()?;
    stage.check("the chain stopped cleanly");
    Ok(stage.table())
}
