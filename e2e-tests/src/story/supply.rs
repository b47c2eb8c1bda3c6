use std::path::Path;

use crate::party::{
    authorisation, Party, ADMINISTRATOR, CLINIC, GTIN, MANUFACTURER, PHARMACY, REGULATOR, WHOLESALER,
};
use crate::stage::{write, Stage};
use testkit::Failure;

/// How `theriac` ends where a pack is not valid, a contract refuses, or a copy was caught; see `theriac --help`.
const BAD_INPUT: i32 = 2;
const NOT_VALID: i32 = 3;
const REFUSED: i32 = 4;
const CLONE_ALARM: i32 = 5;

const ADMIN: Option<&str> = Some(ADMINISTRATOR);
/// An account that acts for nobody.
const STRANGER: &str = "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM";
const BATCH: [&str; 4] = ["--gtin", GTIN, "--lot", "THERIAC-1"];
/// How many packs the batch has.
const PACKS: usize = 10_000;

/// What the manufacturer hands to whoever is to verify packs of the batch.
#[derive(Debug)]
struct Lists {
    serials: String,
    key: String,
}

/// What a later scan of the pack needs.
#[derive(Debug)]
pub(super) struct PackCode {
    image: String,
    lists: Lists,
}

impl PackCode {
    /// A command about the pack by its picture, with what proves its serial.
    fn proven<'a>(&'a self, command: &[&'a str]) -> Vec<&'a str> {
        [command, &["--image", &self.image], &self.lists.arguments()].concat()
    }
}

impl Lists {
    fn arguments(&self) -> [&str; 4] {
        ["--serials", &self.serials, "--batch-key-file", &self.key]
    }
}

/// The supply chain up to the pharmacy's counter.
pub(super) fn from_maker_to_patient(stage: &mut Stage, folder: &Path) -> Result<PackCode, Failure> {
    deploy(stage)?;
    register_organisations(stage)?;
    authorise_product(stage)?;
    let lists = register_batch(stage, folder)?;
    pass_release_gate(stage, folder)?;
    hand_over(stage)?;
    let code = verify_by_qr(stage, folder, lists)?;
    dispense_once(stage, &code)?;
    Ok(code)
}

fn deploy(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("The contracts, from the program itself");
    stage.does(ADMIN, &["deploy"])?;
    stage.check("seven contracts are deployed");
    Ok(())
}

fn register_organisations(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("The parties and their roles");
    for party in [MANUFACTURER, WHOLESALER, PHARMACY, REGULATOR, CLINIC] {
        for command in party.registration() {
            stage.does(ADMIN, &command)?;
        }
    }
    let stranger = |gln| ["org", "register", "--name", "Nobody", "--gln", gln, "--steward", STRANGER];
    stage.fails(ADMIN, &stranger("6291041500214"), BAD_INPUT, "check digit")?;
    stage.fails(ADMIN, &stranger(PHARMACY.gln), REFUSED, "GLN")?;
    stage.check("a GLN with a wrong check digit, and one that another organisation has, are refused");
    stage.fails(Some(REGULATOR.who), &authorisation(), REFUSED, "set-up")?;
    stage.does(ADMIN, &["admin", "end-set-up"])?;
    stage.check("no business is done before the set-up has ended");
    Ok(())
}

fn authorise_product(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("An authority says who may make the product");
    let register = batch("register", &["--expiry", "281231", "--quantity", "10"]);
    stage.fails(Some(MANUFACTURER.who), &register, REFUSED, "not authorised")?;
    stage.fails(Some(MANUFACTURER.who), &authorisation(), REFUSED, "role")?;
    stage.does(Some(REGULATOR.who), &authorisation())?;
    stage.does(None, &["product", "show", GTIN])?;
    stage.check("nobody makes a product before a regulator has authorised it");
    Ok(())
}

fn register_batch(stage: &mut Stage, folder: &Path) -> Result<Lists, Failure> {
    stage.step("A manufacturer registers a batch of 10,000 serials");
    let list: String = (0..PACKS).map(|number| format!("S{number:06}\n")).collect();
    let serials = write(folder, "serials.txt", &list)?;
    let [secret, key] =
        ["manufacturer.secret", "batch.key"].map(|name| folder.join(name).to_string_lossy().into_owned());
    let maker = MANUFACTURER.who;
    stage.does(None, &["batch", "secret", &secret])?;
    let with_serials = ["--serials", &serials, "--secret-file", &secret];
    let register = |gtin, lot, expiry| {
        let named = ["batch", "register", "--gtin", gtin, "--lot", lot, "--expiry", expiry];
        [&named[..], &with_serials].concat()
    };
    for (arguments, because) in [
        (register("09506000134353", "THERIAC-1", "281231"), "check digit"),
        (register("09506000134352", "THERIAC 1", "281231"), "character"),
        (register("09506000134352", "THERIAC-1", "280231"), "day"),
    ] {
        stage.fails(Some(maker), &arguments, BAD_INPUT, because)?;
    }
    stage.check("a wrong check digit, a space in the lot, and 31 February are refused");

    let arguments = register("09506000134352", "THERIAC-1", "281231");
    stage.fails(Some(PHARMACY.who), &arguments, REFUSED, "role")?;
    let elsewhere = [&arguments[..], &["--site", PHARMACY.gln]].concat();
    stage.fails(Some(maker), &elsewhere, REFUSED, "site")?;
    stage.does(Some(maker), &arguments)?;
    stage.fails(Some(maker), &arguments, REFUSED, "already")?;
    stage.check("only a manufacturer registers a batch, at a site of its own, and only once");
    stage.does(Some(maker), &batch("key", &["--secret-file", &secret, "--out", &key]))?;
    stage.check("the key of the batch is made of the manufacturer's secret, which stays where it is");
    Ok(Lists { serials, key })
}

fn pass_release_gate(stage: &mut Stage, folder: &Path) -> Result<(), Failure> {
    stage.step("Nothing ships before quality and authority have released it");
    let (maker, authority) = (MANUFACTURER.who, REGULATOR.who);
    ship(stage, maker, WHOLESALER, 10, Some((REFUSED, "not released")))?;
    stage.check("shipping before the release is refused");
    stage.fails(Some(maker), &batch("release", &[]), REFUSED, "attestation")?;
    let document = write(folder, "certificate.txt", "Certificate of analysis, lot THERIAC-1: conforms.\n")?;
    for (who, kind) in [(maker, "certificate-of-analysis"), (authority, "good-manufacturing-practice")] {
        stage.does(Some(who), &batch("attest", &[kind, "--document", &document]))?;
    }
    stage.does(Some(maker), &batch("release", &[]))?;
    stage.check("two attestations of what was reviewed, and a release, open the gate");
    Ok(())
}

fn hand_over(stage: &mut Stage) -> Result<(), Failure> {
    stage.step("Custody is handed over by two: shipped, and received");
    let (maker, wholesaler, pharmacy) = (MANUFACTURER.who, WHOLESALER.who, PHARMACY.who);
    ship(stage, maker, REGULATOR, 10, Some((REFUSED, "consignee")))?;
    ship(stage, maker, WHOLESALER, 10_001, Some((REFUSED, "less than")))?;
    stage.check("a consignee that may not hold drugs, and more than is held, are refused");

    ship(stage, maker, WHOLESALER, 6_000, None)?;
    stage.does(Some(wholesaler), &["batch", "receive", "0", "--quantity", "5000"])?;
    ensure_places(stage, &[("held", 9_000), ("in_transit", 1_000), ("quarantined", 0), ("dispensed", 0)])?;
    stage.does(Some(wholesaler), &["batch", "reject", "0", "quantity-short"])?;
    ensure_places(stage, &[("held", 10_000), ("in_transit", 0), ("quarantined", 0), ("dispensed", 0)])?;
    stage.check("a shipment is received in part, the rest goes back, and every unit is accounted for");

    ship(stage, wholesaler, PHARMACY, 100, None)?;
    stage.fails(Some(CLINIC.who), &["batch", "receive", "1"], REFUSED, "consignee")?;
    stage.does(Some(pharmacy), &["batch", "receive", "1"])?;
    stage.check("only the consignee receives");
    Ok(())
}

fn verify_by_qr(stage: &mut Stage, folder: &Path, lists: Lists) -> Result<PackCode, Failure> {
    stage.step("A pack's QR code is made, and verified from its picture");
    let image = folder.join("pack.png").to_string_lossy().into_owned();
    let code = "(01)09506000134352(17)281231(10)THERIAC-1(21)S004242";
    stage.does(None, &["qr", "make", code, "--out", &image])?;
    stage.does(None, &["qr", "read", &image])?;
    let code = PackCode { image, lists };
    stage.does(None, &code.proven(&["verify", "--holder", PHARMACY.gln]))?;
    stage.does(None, &code.proven(&["verify"]))?;
    stage.check("the pack is genuine for everybody, and valid at the pharmacy, by its picture");
    stage.fails(None, &["verify", "--image", &code.image], NOT_VALID, "proof")?;
    stage.check("a serial without its proof is not called valid");
    for (pack, because) in [
        ("(01)09506000134352(17)281231(10)THERIAC-1(21)X000001", "serial"),
        ("(01)09506000134352(17)291231(10)THERIAC-1(21)S004242", "expiry"),
        ("(01)09506000134352(17)281231(10)THERIAC-2(21)S004242", "unknown"),
    ] {
        let verify = [&["verify", pack][..], &code.lists.arguments()].concat();
        stage.fails(None, &verify, NOT_VALID, because)?;
    }
    stage.check("an invented serial, another expiry date, and an unknown lot are told apart");
    Ok(code)
}

fn dispense_once(stage: &mut Stage, code: &PackCode) -> Result<(), Failure> {
    stage.step("A unit is dispensed, and its copy is caught");
    let (dispense, verify) = (code.proven(&["batch", "dispense"]), code.proven(&["verify"]));
    let here = code.proven(&["verify", "--holder", PHARMACY.gln]);
    stage.does(Some(PHARMACY.who), &dispense)?;
    stage.fails(None, &here, NOT_VALID, "dispensed")?;
    ensure_says(&stage.does(None, &verify)?, "GENUINE")?;
    stage.check("a dispensed pack is not valid any more, and genuine for the patient who has it");
    ensure_says(&stage.does(Some(PHARMACY.who), &dispense)?, "already")?;
    stage.check("the same dispense again, after an answer that was lost, is no alarm");
    stage.fails(Some(CLINIC.who), &dispense, CLONE_ALARM, PHARMACY.gln)?;
    stage.check("the second dispense of a serial raises an alarm that names the first place");
    stage.fails(None, &verify, NOT_VALID, "alarm-open")?;
    ensure_places(stage, &[("held", 9_999), ("in_transit", 0), ("quarantined", 0), ("dispensed", 1)])?;
    stage.check("the alarm shows in every later verdict, and dispensed nothing");
    Ok(())
}

/// The batch is taken back, and the same code says so.
pub(super) fn recall(stage: &mut Stage, code: &PackCode) -> Result<(), Failure> {
    stage.step("The batch is recalled, and the same code says so");
    let instructions = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069";
    let recall = batch("recall", &["ii", "contamination", "--sha256", instructions]);
    stage.fails(Some(WHOLESALER.who), &recall, REFUSED, "role")?;
    stage.does(Some(REGULATOR.who), &recall)?;
    stage.fails(None, &code.proven(&["verify"]), NOT_VALID, "recalled")?;
    ship(stage, MANUFACTURER.who, WHOLESALER, 10, Some((REFUSED, "recalled")))?;
    stage.does(None, &batch("show", &[]))?;
    stage.check("a recalled batch does not move, and its packs are not valid");
    stage.does(Some(PHARMACY.who), &batch("acknowledge", &[]))?;
    let back = batch("ship", &["--to", MANUFACTURER.gln, "--quantity", "99", "--return"]);
    stage.does(Some(PHARMACY.who), &back)?;
    stage.does(Some(MANUFACTURER.who), &["batch", "receive", "2"])?;
    ensure_places(stage, &[("held", 9_900), ("returned", 99), ("dispensed", 1)])?;
    let reach = stage.asks(None, &batch("reach", &[]))?;
    let holders = reach["holders"].as_array().ok_or("the recall reaches nobody")?;
    if holders.len() != 3 {
        return Err(format!("the recall reaches {} holders, not 3", holders.len()).into());
    }
    stage.check("the recall reaches every holder, and what comes back is counted");
    Ok(())
}

fn ensure_says(said: &str, wanted: &str) -> Result<(), Failure> {
    match said.contains(wanted) {
        true => Ok(()),
        false => Err(format!("{wanted:?} was expected:\n{said}").into()),
    }
}

fn batch<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["batch", command], &BATCH[..], more].concat()
}

/// Ships packs of the batch, or is refused with a code and a cause.
fn ship(
    stage: &Stage,
    who: &str,
    to: Party,
    quantity: u64,
    refusal: Option<(i32, &str)>,
) -> Result<(), Failure> {
    let quantity = quantity.to_string();
    let arguments = batch("ship", &["--to", to.gln, "--quantity", &quantity]);
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
