use std::path::Path;

use super::accounts::{ADMINISTRATOR, CLINIC, MANUFACTURER, PHARMACY, REGULATOR, WHOLESALER};
use crate::stage::{write, Stage};
use testkit::{repository, Failure};

/// How `theriac` ends where a pack is not valid, a contract refuses, or a copy was caught; see `theriac --help`.
const BAD_INPUT: i32 = 2;
const NOT_VALID: i32 = 3;
const REFUSED: i32 = 4;
const CLONE_ALARM: i32 = 5;

const ADMIN: Option<&str> = Some(ADMINISTRATOR);
const BATCH: [&str; 4] = ["--gtin", "09506000134352", "--lot", "THERIAC-1"];
/// How many packs the batch has.
const PACKS: usize = 10_000;

/// What a later scan of the pack needs.
#[derive(Debug)]
pub(super) struct PackCode {
    image: String,
    serials: String,
}

/// The supply chain up to the pharmacy's counter.
pub(super) fn from_maker_to_patient(stage: &mut Stage, folder: &Path) -> Result<PackCode, Failure> {
    deploy(stage)?;
    register_organisations(stage)?;
    let serials = register_batch(stage, folder)?;
    pass_release_gate(stage, folder)?;
    hand_over(stage)?;
    let code = verify_by_qr(stage, folder, serials)?;
    dispense_once(stage, &code)?;
    Ok(code)
}

fn deploy(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("The contracts, from the bundles in the repository");
    let artifacts = repository().join("contracts/artifacts");
    let deployment = stage.theriac().deployment();
    let (artifacts, deployment) = (artifacts.to_string_lossy(), deployment.to_string_lossy());
    stage.does(ADMIN, &["deploy", "--artifacts", &artifacts, "--out", &deployment])?;
    stage.check("five contracts are deployed");
    Ok(())
}

fn register_organisations(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("The parties and their roles");
    let parties = [
        (MANUFACTURER, "Galen Pharma", "6291041500213", "manufacturer"),
        (WHOLESALER, "Mithridates Wholesale", "6291041500220", "wholesaler"),
        (PHARMACY, "Corner Pharmacy", "6291041500237", "pharmacy"),
        (REGULATOR, "Medicines Authority", "6291041500244", "regulator"),
        (CLINIC, "City Clinic", "6291041500251", "provider"),
    ];
    for ((_, account), name, gln, role) in parties {
        stage.does(ADMIN, &["org", "register", account, "--name", name, "--gln", gln])?;
        stage.does(ADMIN, &["org", "grant", role, account])?;
    }
    let (_, stranger) = ("stranger", "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM");
    let wrong_gln = ["org", "register", stranger, "--name", "Nobody", "--gln", "6291041500214"];
    stage.fails(ADMIN, &wrong_gln, BAD_INPUT, "check digit")?;
    stage.check("a GLN with a wrong check digit is refused");
    Ok(())
}

fn register_batch(stage: &mut Stage, folder: &Path) -> Result<String, Failure> {
    stage.step("A manufacturer registers a batch of 10,000 serials");
    let list: String = (0..PACKS).map(|number| format!("S{number:06}\n")).collect();
    let serials = write(folder, "serials.txt", &list)?;
    let (maker, _) = MANUFACTURER;
    let register = |gtin, lot, expiry| {
        ["batch", "register", "--gtin", gtin, "--lot", lot, "--expiry", expiry, "--serials", &serials]
            .map(str::to_owned)
    };
    let refused = [
        (register("09506000134353", "THERIAC-1", "281231"), "check digit"),
        (register("09506000134352", "THERIAC 1", "281231"), "character"),
        (register("09506000134352", "THERIAC-1", "280231"), "day"),
    ];
    for (arguments, because) in &refused {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        stage.fails(Some(maker), &arguments, BAD_INPUT, because)?;
    }
    stage.check("a wrong check digit, a space in the lot, and 31 February are refused");

    let arguments = register("09506000134352", "THERIAC-1", "281231");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (pharmacy, _) = PHARMACY;
    stage.fails(Some(pharmacy), &arguments, REFUSED, "role")?;
    stage.does(Some(maker), &arguments)?;
    stage.fails(Some(maker), &arguments, REFUSED, "already")?;
    stage.check("only a manufacturer registers a batch, and only once");
    Ok(serials)
}

fn pass_release_gate(stage: &mut Stage, folder: &Path) -> Result<(), Failure> {
    stage.step("Nothing ships before quality and authority have released it");
    let (maker, _) = MANUFACTURER;
    let (authority, _) = REGULATOR;
    ship(stage, maker, WHOLESALER.1, 10, Some((REFUSED, "not released")))?;
    stage.check("shipping before the release is refused");
    stage.fails(Some(maker), &batch("release", &[]), REFUSED, "attestation")?;
    let document = write(folder, "certificate.txt", "Certificate of analysis, lot THERIAC-1: conforms.\n")?;
    let attest = |kind| {
        let arguments = batch("attest", &[kind, "--document", &document]);
        arguments.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for (who, kind) in [
        (maker, "certificate-of-analysis"),
        (authority, "good-manufacturing-practice"),
        (authority, "market-authorisation"),
    ] {
        let arguments = attest(kind);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        stage.does(Some(who), &arguments)?;
    }
    stage.does(Some(maker), &batch("release", &[]))?;
    stage.check("three attestations and a release open the gate");
    Ok(())
}

fn hand_over(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("Custody is handed over by two: shipped, and received");
    let (maker, wholesaler, pharmacy) = (MANUFACTURER.0, WHOLESALER, PHARMACY);
    ship(stage, maker, "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM", 10, Some((REFUSED, "consignee")))?;
    ship(stage, maker, wholesaler.1, 10_001, Some((REFUSED, "less than")))?;
    stage.check("an unknown consignee, and more than is held, are refused");

    ship(stage, maker, wholesaler.1, 6_000, None)?;
    stage.does(Some(wholesaler.0), &["batch", "receive", "0", "--quantity", "5000"])?;
    ensure_places(stage, &[("held", 9_000), ("in_transit", 1_000), ("quarantined", 0), ("dispensed", 0)])?;
    stage.does(Some(wholesaler.0), &["batch", "reject", "0", "quantity-short"])?;
    ensure_places(stage, &[("held", 10_000), ("in_transit", 0), ("quarantined", 0), ("dispensed", 0)])?;
    stage.check("a shipment is received in part, the rest goes back, and every unit is accounted for");

    ship(stage, wholesaler.0, pharmacy.1, 100, None)?;
    stage.fails(Some(CLINIC.0), &["batch", "receive", "1"], REFUSED, "consignee")?;
    stage.does(Some(pharmacy.0), &["batch", "receive", "1"])?;
    stage.check("only the consignee receives");
    Ok(())
}

fn verify_by_qr(stage: &mut Stage, folder: &Path, serials: String) -> Result<PackCode, Failure> {
    stage.step("A pack's QR code is made, and verified from its picture");
    let image = folder.join("pack.png").to_string_lossy().into_owned();
    let code = "(01)09506000134352(17)281231(10)THERIAC-1(21)S004242";
    stage.does(None, &["qr", "make", code, "--out", &image])?;
    stage.does(None, &["qr", "read", &image])?;
    stage.does(None, &["verify", "--image", &image, "--serials", &serials, "--holder", PHARMACY.1])?;
    stage.check("the pack is valid, by its picture");
    stage.fails(None, &["verify", "--image", &image], NOT_VALID, "proof")?;
    stage.check("a serial without its proof is not called valid");
    let invented = "(01)09506000134352(17)281231(10)THERIAC-1(21)X000001";
    stage.fails(None, &["verify", invented, "--serials", &serials], NOT_VALID, "serial")?;
    let other_day = "(01)09506000134352(17)291231(10)THERIAC-1(21)S004242";
    stage.fails(None, &["verify", other_day, "--serials", &serials], NOT_VALID, "expiry")?;
    let other_lot = "(01)09506000134352(17)281231(10)THERIAC-2(21)S004242";
    stage.fails(None, &["verify", other_lot, "--serials", &serials], NOT_VALID, "unknown")?;
    stage.check("an invented serial, another expiry date, and an unknown lot are told apart");
    Ok(PackCode { image, serials })
}

fn dispense_once(stage: &mut Stage, code: &PackCode) -> Result<(), Failure> {
    stage.step("A unit is dispensed, and its copy is caught");
    let PackCode { image, serials } = code;
    let dispense = ["batch", "dispense", "--image", image, "--serials", serials];
    stage.does(Some(PHARMACY.0), &dispense)?;
    stage.fails(None, &["verify", "--image", image, "--serials", serials], NOT_VALID, "dispensed")?;
    stage.check("a dispensed pack is not valid any more");
    stage.fails(Some(CLINIC.0), &dispense, CLONE_ALARM, PHARMACY.1)?;
    stage.check("the second dispense of a serial raises an alarm that names the first place");
    stage.fails(None, &["verify", "--image", image, "--serials", serials], NOT_VALID, "alarm-open")?;
    ensure_places(stage, &[("held", 9_999), ("in_transit", 0), ("quarantined", 0), ("dispensed", 1)])?;
    stage.check("the alarm shows in every later verdict, and dispensed nothing");
    Ok(())
}

/// The batch is taken back, and the same code says so.
pub(super) fn recall(stage: &mut Stage, code: &PackCode) -> Result<(), Failure> {
    stage.step("The batch is recalled, and the same code says so");
    let instructions = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069";
    let recall = batch("recall", &["ii", "contamination", "--sha256", instructions]);
    stage.fails(Some(WHOLESALER.0), &recall, REFUSED, "role")?;
    stage.does(Some(REGULATOR.0), &recall)?;
    let PackCode { image, serials } = code;
    stage.fails(None, &["verify", "--image", image, "--serials", serials], NOT_VALID, "recalled")?;
    ship(stage, MANUFACTURER.0, WHOLESALER.1, 10, Some((REFUSED, "recalled")))?;
    stage.does(None, &batch("show", &[]))?;
    stage.check("a recalled batch does not move, and its packs are not valid");
    stage.does(Some(PHARMACY.0), &batch("acknowledge", &[]))?;
    stage
        .does(Some(PHARMACY.0), &batch("ship", &["--to", MANUFACTURER.1, "--quantity", "99", "--return"]))?;
    stage.does(Some(MANUFACTURER.0), &["batch", "receive", "2"])?;
    ensure_places(stage, &[("held", 9_900), ("returned", 99), ("dispensed", 1)])?;
    let reach = stage.asks(None, &batch("reach", &[]))?;
    let holders = reach["holders"].as_array().ok_or("the recall reaches nobody")?;
    if holders.len() != 3 {
        return Err(format!("the recall reaches {} holders, not 3", holders.len()).into());
    }
    stage.check("the recall reaches every holder, and what comes back is counted");
    Ok(())
}

fn batch<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["batch", command], &BATCH[..], more].concat()
}

/// Ships packs of the batch, or is refused with a code and a cause.
fn ship(
    stage: &Stage,
    who: &str,
    to: &str,
    quantity: u64,
    refusal: Option<(i32, &str)>,
) -> Result<(), Failure> {
    let quantity = quantity.to_string();
    let arguments = batch("ship", &["--to", to, "--quantity", &quantity]);
    match refusal {
        None => stage.does(Some(who), &arguments).map(drop),
        Some((code, because)) => stage.fails(Some(who), &arguments, code, because).map(drop),
    }
}

/// Ensures that the batch's units are where they should be, and that none is missing.
fn ensure_places(stage: &Stage, places: &[(&str, u64)]) -> Result<(), Failure> {
    let shown = stage.asks(None, &batch("show", &[]))?;
    let balance = &shown["mass_balance"];
    for (place, wanted) in places {
        if balance[place].as_u64() != Some(*wanted) {
            return Err(format!("{wanted} units should be {place}, and the chain says {balance}").into());
        }
    }
    let total: u64 = places.iter().map(|(_, count)| count).sum();
    if usize::try_from(total)? != PACKS {
        return Err(format!("{total} units are accounted for, of {PACKS}").into());
    }
    Ok(())
}
