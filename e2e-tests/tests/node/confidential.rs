//! Confidential terms of delivery: sealed by the maker, opened by the wholesaler, by nobody else, on a real chain.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::path::{Path, PathBuf};

use e2e_tests::party::{deploy_for, Party, MANUFACTURER as MAKER, PHARMACY, REGULATOR, WHOLESALER};
use serde_json::Value;
use tempfile::TempDir;
use testkit::service::Service;
use testkit::theriac::{start_devnet, Said, Theriac};

const BATCH: [&str; 4] = ["--gtin", "09506000134352", "--lot", "SEALED-1"];
const TERMS: &str = "500 packs at 12.40 EUR each, net 30 days\n";

const BAD_INPUT: i32 = 2;
const REFUSED: i32 = 4;

/// A chain with a released batch, and a store.
struct World {
    folder: TempDir,
    _devnet: Service,
    theriac: Theriac,
    store: String,
    terms: String,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (devnet, url) = start_devnet(folder.path(), None).unwrap();
        let theriac = Theriac::new(folder.path(), &url).unwrap();
        let objects = folder.path().join("store");
        std::fs::create_dir(&objects).unwrap();
        let terms = folder.path().join("terms.txt");
        std::fs::write(&terms, TERMS).unwrap();
        let world = Self {
            store: format!("file://{}", objects.display()),
            terms: terms.to_string_lossy().into_owned(),
            folder,
            _devnet: devnet,
            theriac,
        };
        world.release_a_batch();
        world
    }

    fn release_a_batch(&self) {
        deploy_for(&self.theriac, &[MAKER, WHOLESALER, PHARMACY, REGULATOR]).unwrap();
        self.batch(MAKER.who, "register", &["--expiry", "281231", "--quantity", "1000"]);
        for (who, kind) in
            [(MAKER.who, "certificate-of-analysis"), (REGULATOR.who, "good-manufacturing-practice")]
        {
            self.batch(who, "attest", &[kind, "--document", &self.terms]);
        }
        self.batch(MAKER.who, "release", &[]);
    }

    fn run(&self, who: &str, command: &[&str]) -> Said {
        self.theriac.run(Some(who), command).unwrap()
    }

    fn does(&self, who: &str, command: &[&str]) -> Value {
        let said = self.run(who, &[command, &["--json"]].concat()).ok().unwrap();
        serde_json::from_str(&said).unwrap()
    }

    fn fails(&self, who: &str, command: &[&str], exit: i32, code: &str) -> String {
        let said = self.run(who, &[command, &["--json"]].concat());
        assert_eq!(said.code, Some(exit), "{}: {}", said.typed, said.all());
        let error: Value = serde_json::from_str(&said.err).unwrap();
        assert_eq!(error["error"]["code"], code, "{}", said.all());
        error["error"]["message"].as_str().unwrap().to_owned()
    }

    fn batch(&self, who: &str, step: &str, more: &[&str]) -> Value {
        self.does(who, &[&["batch", step][..], &BATCH, more].concat())
    }

    fn keyring(&self, party: Party) -> String {
        self.folder.path().join(format!("{}.keyring", party.who)).to_string_lossy().into_owned()
    }

    fn new_key(&self, party: Party) {
        let keyring = self.keyring(party);
        self.does(party.who, &["sealing-key", "new", "--keyring", &keyring]);
        self.does(party.who, &["sealing-key", "register", "--keyring", &keyring]);
    }

    fn seal(&self, to: Party, more: &[&str]) -> String {
        let command = ["terms", "seal", &self.terms, "--to", to.gln, "--store", &self.store];
        let sealed = self.does(MAKER.who, &[&command[..], more].concat());
        sealed["hash"].as_str().unwrap().to_owned()
    }

    fn ship(&self, to: Party, hash: &str) -> String {
        let shipped = self.batch(MAKER.who, "ship", &["--to", to.gln, "--quantity", "500", "--terms", hash]);
        shipped["shipment"].to_string()
    }

    fn open<'a>(&'a self, keyring: &'a str, what: &[&'a str]) -> Vec<&'a str> {
        [&["terms", "open"][..], what, &["--keyring", keyring, "--store", &self.store]].concat()
    }

    fn object(&self, hash: &str) -> PathBuf {
        self.folder.path().join("store").join(hash.trim_start_matches("0x"))
    }
}

#[test]
fn partners_read_their_terms_and_nobody_else_does() {
    let world = World::new();
    let seal_command = ["terms", "seal", &world.terms, "--to", WHOLESALER.gln, "--store", &world.store];
    world.fails(MAKER.who, &seal_command, REFUSED, "terms/no-sealing-key");
    for who in [MAKER, WHOLESALER, PHARMACY, REGULATOR] {
        world.new_key(who);
    }
    let hash = world.seal(WHOLESALER, &["--reader", REGULATOR.gln]);
    let shipment = world.ship(WHOLESALER, &hash);
    let of_shipment = ["--shipment", &shipment];

    let objects = std::fs::read(world.object(&hash)).unwrap();
    assert!(!objects.windows(9).any(|window| window == b"12.40 EUR"), "the store has no plain text");
    for party in [WHOLESALER, MAKER, REGULATOR] {
        let keyring = world.keyring(party);
        let opened = world.does(party.who, &world.open(&keyring, &of_shipment));
        assert_eq!(opened["terms"], TERMS, "{}", party.who);
        assert_eq!(opened["author"]["account"], MAKER.account);
        assert_eq!(opened["hash"], hash.as_str());
    }
    let shown =
        world.run(WHOLESALER.who, &world.open(&world.keyring(WHOLESALER), &of_shipment)).ok().unwrap();
    assert!(shown.contains("12.40 EUR"), "{shown}");
    let outsider = world.keyring(PHARMACY);
    world.fails(PHARMACY.who, &world.open(&outsider, &of_shipment), BAD_INPUT, "terms/not-a-recipient");

    // The contract forgets a shipment that has arrived; its terms are read all the same.
    world.does(WHOLESALER.who, &["batch", "receive", &shipment]);
    let out = world.folder.path().join("opened.txt");
    let keyring = world.keyring(WHOLESALER);
    let to_file = [&of_shipment[..], &["--out", out.to_str().unwrap()]].concat();
    world.does(WHOLESALER.who, &world.open(&keyring, &to_file));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), TERMS);
    assert_private(&out);

    // An envelope for the wholesaler does not pass for the pharmacy's, although its hash is on chain.
    let passed_off = world.ship(PHARMACY, &hash);
    let regulator = world.keyring(REGULATOR);
    let of_other = world.open(&regulator, &["--shipment", &passed_off]);
    let message = world.fails(REGULATOR.who, &of_other, BAD_INPUT, "terms/other-context");
    assert!(message.contains("another consignee"), "{message}");

    // The store's keeper changes the object.
    let mut bytes = objects;
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(world.object(&hash), &bytes).unwrap();
    world.fails(WHOLESALER.who, &world.open(&keyring, &of_shipment), BAD_INPUT, "store/tampered");
    std::fs::remove_file(world.object(&hash)).unwrap();
    world.fails(WHOLESALER.who, &world.open(&keyring, &of_shipment), 1, "store/not-found");
}

#[test]
fn keys_are_rotated_and_old_terms_stay_readable() {
    let world = World::new();
    for who in [MAKER, WHOLESALER] {
        world.new_key(who);
    }
    let hash = world.seal(WHOLESALER, &[]);
    let shipment = world.ship(WHOLESALER, &hash);
    let keyring = world.keyring(WHOLESALER);
    let stolen = world.folder.path().join("stolen.keyring").to_string_lossy().into_owned();
    std::fs::copy(&keyring, &stolen).unwrap();

    let rotated = world.does(WHOLESALER.who, &["sealing-key", "rotate", "--keyring", &keyring]);
    let shown = world.does(WHOLESALER.who, &["sealing-key", "show", "--keyring", &keyring]);
    assert_eq!(shown["public_key"], rotated["public_key"]);
    assert_eq!((&shown["published"], &shown["keys"]), (&true.into(), &2.into()));
    let by_stolen = world.does(WHOLESALER.who, &["sealing-key", "show", "--keyring", &stolen]);
    assert_eq!(by_stolen["published"], false);
    assert_eq!(world.does(WHOLESALER.who, &world.open(&keyring, &["--shipment", &shipment]))["terms"], TERMS);

    // Sealed again: a new object for the new key, proven to hold what was shipped.
    let maker = world.keyring(MAKER);
    let reseal = ["terms", "reseal", &hash, "--keyring", &maker, "--store", &world.store];
    let again = world.does(MAKER.who, &reseal)["hash"].as_str().unwrap().to_owned();
    assert_ne!(again, hash);
    let of_again = [&again[..], "--shipment", &shipment];
    assert_eq!(world.does(WHOLESALER.who, &world.open(&keyring, &of_again))["terms"], TERMS);
    let stolen_opens = world.open(&stolen, &of_again);
    world.fails(WHOLESALER.who, &stolen_opens, BAD_INPUT, "terms/not-a-recipient");
    // What rotation cannot do: the old object is still there for the old key.
    assert_eq!(world.does(WHOLESALER.who, &world.open(&stolen, &["--shipment", &shipment]))["terms"], TERMS);

    // Another document between the same parties does not pass for the shipped one.
    std::fs::write(&world.terms, "500 packs at 14.90 EUR each\n").unwrap();
    let other = world.seal(WHOLESALER, &[]);
    let passed_off = world.open(&keyring, &[&other, "--shipment", &shipment]);
    world.fails(WHOLESALER.who, &passed_off, BAD_INPUT, "terms/other-document");

    // A suspended partner gets nothing new.
    world.does(REGULATOR.who, &["org", "suspend", WHOLESALER.gln]);
    let seal_command = ["terms", "seal", &world.terms, "--to", WHOLESALER.gln, "--store", &world.store];
    world.fails(MAKER.who, &seal_command, REFUSED, "governance/organisation-suspended");
    world.fails(MAKER.who, &reseal, REFUSED, "governance/organisation-suspended");
}

#[test]
fn a_keyring_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let theriac = Theriac::new(folder.path(), "ws://127.0.0.1:1").unwrap();
    let keyring = folder.path().join("keyring").to_string_lossy().into_owned();
    let make = ["sealing-key", "new", "--keyring", &keyring];
    theriac.run(None, &make).unwrap().ok().unwrap();
    assert_private(Path::new(&keyring));
    let again = theriac.run(None, &make).unwrap();
    assert_eq!(again.code, Some(BAD_INPUT));
    set_mode(Path::new(&keyring), 0o640);
    let exposed = theriac.run(None, &["sealing-key", "register", "--keyring", &keyring]).unwrap();
    assert_eq!(exposed.code, Some(BAD_INPUT));
    assert!(exposed.err.contains("chmod 600"), "{}", exposed.err);
    let store = ["terms", "open", "--shipment", "0", "--keyring", &keyring, "--store", "ftp://somewhere"];
    set_mode(Path::new(&keyring), 0o600);
    let address = theriac.run(None, &store).unwrap();
    assert_eq!(address.code, Some(BAD_INPUT));
    assert!(address.err.contains("ftp is not supported"), "{}", address.err);
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
}
