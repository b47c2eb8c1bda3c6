//! What bad input gets: exit code 2, the cause and what to do, before any chain is asked.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use testkit::theriac::{command, theriac, Said};

const REGISTER: [&str; 8] =
    ["batch", "register", "--gtin", "9506000134352", "--lot", "ABC123", "--expiry", "2027-12-31"];

/// Runs the program, which must refuse its input and say this.
fn refused(folder: &Path, arguments: &[&str], because: &str) {
    let said = theriac(folder, arguments).ends_with(2);
    assert!(said.err.contains(because), "{because:?} is not in: {}", said.err);
    assert_eq!(said.out, "");
    assert!(!said.err.contains('\u{1b}'), "no colours without a terminal");
}

/// The arguments of a registration with another value of one of them.
fn register(option: &str, value: &str) -> Vec<String> {
    let mut arguments: Vec<String> = REGISTER.map(str::to_owned).to_vec();
    let at = arguments.iter().position(|argument| argument == option).unwrap();
    arguments[at + 1] = value.to_owned();
    arguments.extend(["--quantity".to_owned(), "10".to_owned()]);
    arguments
}

#[test]
fn what_cannot_be_on_a_pack_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (option, value, because) in [
        ("--gtin", "9506000134353", "the check digit is 3 but should be 2; a digit is mistyped or misread"),
        ("--gtin", "950600013435X", "position 12 is not a digit"),
        ("--gtin", "95060", "write it in full"),
        ("--lot", "ABC 123", "the character at position 3 is not in GS1 character set 82"),
        ("--lot", "123456789012345678901", "the text is longer than 20 characters"),
        ("--expiry", "270231", "the month has no such day"),
        ("--expiry", "2027-02-31", "the month has no such day"),
        ("--expiry", "271301", "the month is not 01 to 12"),
        ("--expiry", "tomorrow", "write the day as YYMMDD or YYYY-MM-DD"),
    ] {
        let arguments = register(option, value);
        refused(folder.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>(), because);
    }
}

#[test]
fn a_quantity_of_zero_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), &[&REGISTER[..], &["--quantity", "0"]].concat(), "0 is not in 1..=4294967296");
    let ship = ["batch", "receive", "7", "--quantity", "0"];
    refused(folder.path(), &ship, "0 is not in 1..=4294967296");
}

#[test]
fn an_invalid_code_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (code, because) in [
        ("(01)09506000134353(10)A", "at position 17: the check digit of (01) should be 2"),
        (
            "(01)09506000134352(17)270231(10)A",
            "at position 26: the value of (17) is wrong here: the month has no such day",
        ),
        (
            "(01)09506000134352(10)A#",
            "at position 23: the value of (10) is wrong here: this character is not in GS1 character set 82",
        ),
        ("hello", "at position 0: no GS1 Application Identifier begins here"),
        ("https://example.com/shop", "it is not a GS1 Digital Link"),
        ("(00)376104250021234569", "the code has no GTIN"),
        ("", "the code is empty"),
    ] {
        refused(folder.path(), &["verify", code], because);
    }
    refused(
        folder.path(),
        &["verify", "(01)09506000134352(21)S1", "--serials", "x"],
        "the code has no lot, AI (10)",
    );
    refused(folder.path(), &["verify"], "required");
    refused(folder.path(), &["verify", "(01)09506000134352", "--image", "pack.png"], "cannot be used with");
}

#[test]
fn a_picture_that_cannot_be_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    file("text.png", b"no picture");
    file("half.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    // The header of a picture of 65,000 × 65,000 pixels: one byte each would take four gigabytes.
    let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    huge.extend(65_000_u32.to_be_bytes());
    huge.extend(65_000_u32.to_be_bytes());
    huge.extend([8, 0, 0, 0, 0]);
    huge.extend(0x873c_86d6_u32.to_be_bytes());
    huge.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    file("huge.png", &huge);
    std::fs::File::create(folder.path().join("long.png")).unwrap().set_len((20 << 20) + 1).unwrap();
    image::GrayImage::from_pixel(40, 40, image::Luma([255])).save(folder.path().join("blank.png")).unwrap();
    for (name, because) in [
        ("text.png", "is not a picture that can be read"),
        ("half.png", "is not a picture that can be read"),
        ("huge.png", "65000 × 65000 pixels, more than 50 million; crop it to the code"),
        ("long.png", "is larger than 20 MiB; give a smaller file"),
        ("blank.png", "no QR or DataMatrix code can be read in blank.png; take the picture again"),
        ("missing.png", "the picture missing.png cannot be read: No such file"),
    ] {
        refused(folder.path(), &["qr", "read", name], because);
        refused(folder.path(), &["verify", "--image", name], because);
    }
}

#[test]
fn a_list_of_serials_with_a_fault_is_refused_before_anything_is_registered() {
    let folder = tempfile::tempdir().unwrap();
    // Without a deployment file nothing else is looked at, so there is one of no chain.
    for (text, because) in [
        ("S1\nS2\nS1\n", "lines 1 and 3 of serials.txt are the same serial; each pack needs its own"),
        ("S1\n\nS2\n", "line 2 of serials.txt is not a serial: the text is empty"),
        ("S1\nS 2\n", "line 2 of serials.txt is not a serial: the character at position 1"),
        ("", "the list of serials serials.txt is empty"),
    ] {
        std::fs::write(folder.path().join("serials.txt"), text).unwrap();
        let verify = ["verify", "(01)09506000134352(10)ABC123(21)S1", "--serials", "serials.txt"];
        refused(folder.path(), &verify, because);
        refused(folder.path(), &[&REGISTER[..], &["--serials", "serials.txt"]].concat(), because);
    }
    refused(folder.path(), &[&REGISTER[..], &["--serials", "missing.txt"]].concat(), "No such file");
    refused(folder.path(), &REGISTER, "--serials <FILE>|--quantity <QUANTITY>");
}

#[test]
fn a_secret_or_key_of_another_form_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("serials.txt"), "S1\nS2\n").unwrap();
    let code = "(01)09506000134352(10)ABC123(21)S1";
    let with_serials = [&REGISTER[..], &["--serials", "serials.txt"]].concat();
    let commands = [
        &["verify", code, "--serials", "serials.txt"][..],
        &["batch", "dispense", code, "--serials", "serials.txt"],
        &with_serials,
    ];
    let salt = "ab".repeat(16);
    for command in commands {
        refused(folder.path(), command, "give --batch-key-file, or as its manufacturer --secret-file");
        for (text, code, because) in [
            // A salt, or a key that was cut, in place of the key.
            (
                salt.as_str(),
                "secret/wrong-length",
                "has 32 characters, and 64 hexadecimal digits are expected",
            ),
            (&"ag".repeat(32), "secret/not-hexadecimal", "is not hexadecimal; use the file that"),
        ] {
            private(&folder.path().join("key"), text);
            for option in ["--batch-key-file", "--secret-file"] {
                refused(folder.path(), &[command, &[option, "key"]].concat(), because);
                let json = [command, &[option, "key", "--json"]].concat();
                let said = theriac(folder.path(), &json).ends_with(2);
                assert_eq!(said.error_json()["error"]["code"], code);
                assert!(!said.all().contains(text), "{}", said.all());
            }
        }
        let both = [command, &["--batch-key-file", "key", "--secret-file", "key"]].concat();
        refused(folder.path(), &both, "cannot be used with");
    }
    let variable = |value: &str| {
        let mut command = command(folder.path()).unwrap();
        Said::by(command.args(&with_serials).env("THERIAC_MANUFACTURER_SECRET", value)).unwrap().ends_with(2)
    };
    let said = variable("hunter2");
    assert!(said.err.contains("THERIAC_MANUFACTURER_SECRET has 7 characters"), "{}", said.err);
    assert!(!said.err.contains("hunter2"));
    let sound = variable(&"ab".repeat(32));
    assert!(sound.err.contains("the deployment file"), "the secret is taken: {}", sound.err);
}

#[test]
fn a_secret_and_the_keys_of_batches_are_made_without_a_chain() {
    let folder = tempfile::tempdir().unwrap();
    let made = theriac(folder.path(), &["batch", "secret", "maker.secret", "--json"]).ends_with(0).json();
    assert_eq!(made["made"], true);
    let again = theriac(folder.path(), &["batch", "secret", "maker.secret", "--json"]).ends_with(0).json();
    assert_eq!(again["made"], false);
    let key = |lot: &str, out: &str| {
        let batch = ["batch", "key", "--gtin", "9506000134352", "--lot", lot];
        let arguments = [&batch[..], &["--secret-file", "maker.secret", "--out", out]].concat();
        theriac(folder.path(), &arguments)
    };
    key("A", "a.key").ends_with(0);
    key("A", "again.key").ends_with(0);
    key("B", "b.key").ends_with(0);
    let said = key("B", "b.key").ends_with(2);
    assert!(said.err.contains("the file b.key exists; give another --out"), "{}", said.err);
    let [a, again, b] = ["a.key", "again.key", "b.key"]
        .map(|name| std::fs::read_to_string(folder.path().join(name)).unwrap());
    assert_eq!(a, again);
    assert_ne!(a, b, "a key opens one batch");
    for name in ["maker.secret", "a.key"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_proof_of_another_form_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| private(&folder.path().join(name), text);
    file("serials.txt", "S1\nS2\n");
    file("key", &"ab".repeat(32));
    let code = "(01)09506000134352(10)ABC123(21)S1";
    let prove = |code: &str| {
        let source = ["--serials", "serials.txt", "--batch-key-file", "key", "--out", "proof.json"];
        theriac(folder.path(), &[&["batch", "prove", code][..], &source].concat())
    };
    assert!(prove(&code.replace("S1", "S9")).ends_with(2).err.contains("the serial S9 is not in the list"));
    prove(code).ends_with(0);
    let proof: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("proof.json")).unwrap()).unwrap();
    let mut cut = proof.clone();
    cut["salt"] = "ab".repeat(8).into();
    let old = serde_json::json!({ "index": proof["index"], "siblings": proof["siblings"] });
    for (text, name, because) in [
        (old.to_string(), "proof/old-form", "has the old form without a salt"),
        (cut.to_string(), "proof/salt-length", "has 16 characters, and 32 hexadecimal digits are expected"),
        ("[]".to_owned(), "proof/not-a-proof", "is not a proof file"),
    ] {
        file("bad.json", &text);
        for command in [&["verify"][..], &["batch", "dispense"]] {
            let arguments = [command, &[code, "--proof", "bad.json"]].concat();
            refused(folder.path(), &arguments, because);
            let said = theriac(folder.path(), &[&arguments[..], &["--json"]].concat()).ends_with(2);
            assert_eq!(said.error_json()["error"]["code"], name);
        }
    }
    let other = ["verify", &code.replace("S1", "S2"), "--proof", "proof.json"];
    refused(folder.path(), &other, "is for another pack");
    let both = ["verify", code, "--proof", "proof.json", "--serials", "serials.txt"];
    refused(folder.path(), &both, "cannot be used with");
    refused(folder.path(), &["batch", "dispense", code], "give --serials, --proof or --quantity");
}

/// Writes a file that only its owner can read.
fn private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn accounts_organisations_and_sites_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    let register = ["org", "register", "--name", "A"];
    let with = |more: &[&'static str]| [&register[..], more].concat();
    for (arguments, because) in [
        (with(&["--gln", "6291041500214", "--steward", alice]), "should be 3"),
        (with(&["--gln", "6291041500213", "--steward", "alice"]), "not an account"),
        (with(&["--gln", "6291041500213"]), "--steward <ACCOUNT>"),
        (with(&["--steward", alice]), "required"),
        (
            vec!["org", "show", "Alpha"],
            "not an organisation; give its number, its GLN of 13 digits, or its URI",
        ),
        (vec!["org", "show", "6291041500214"], "should be 3"),
        (vec!["org", "grant", "king", "3"], "[possible values: admin, regulator, manufacturer"),
        (vec!["org", "grant", "patient", "3"], "[possible values: admin, regulator, manufacturer"),
        (vec!["org", "update", "3"], "required"),
        (vec!["org", "site", "register", "3", "--name", "Plant", "--gln", "629104150021"], "--gln"),
        (vec!["org", "site", "update", "site:x", "--name", "Plant"], "not a site; give its GLN of 13 digits"),
        (vec!["org", "account", "add", "bob"], "not an account"),
        (vec!["org", "account", "add", alice, "--role", "king"], "possible values"),
        (vec!["org", "account", "add", alice, "--until", "never"], "write a day as YYYY-MM-DD"),
        (vec!["org", "account", "add", alice, "--site", "Plant"], "not a site"),
        (
            vec!["admin", "propose", "upgrade", "--contract", "units", "--code", "0x12"],
            "64 hexadecimal digits",
        ),
        (
            vec!["admin", "propose", "contract-roles", "--contract", "unit"],
            "not a contract; give its address, or one of access",
        ),
        (vec!["org", "prefix", "add", "3", "123"], "a GS1 company prefix has 4 to 12 digits"),
        (vec!["org", "prefix", "remove", "000002"], "does not begin with 00000"),
        (vec!["admin", "market", "set", "Germany", "3"], "such as DE, or EU"),
        (vec!["admin", "propose", "market", "D"], "such as DE, or EU"),
        (vec!["admin", "apply", "first"], "invalid value 'first'"),
    ] {
        refused(folder.path(), &arguments, because);
    }
    let ship = ["batch", "ship", "--gtin", "9506000134352", "--lot", "A", "--quantity", "1", "--to"];
    for to in ["Plant", alice, "6291041500214"] {
        refused(folder.path(), &[&ship[..], &[to]].concat(), "for '--to <SITE>'");
        refused(folder.path(), &[&ship[..], &["7", "--site", to]].concat(), "for '--site <SITE>'");
    }
}

#[test]
fn a_key_is_needed_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "//Very//Secret";
    let key = folder.path().join("key");
    std::fs::write(&key, secret).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let deploy = ["deploy", "--url", "ws://127.0.0.1:1"];
    let with_key = [&deploy[..], &["--key-file", "key"]].concat();
    refused(
        folder.path(),
        &with_key,
        "key can be read or written by others (mode 644); run `chmod 600` on it",
    );
    refused(
        folder.path(),
        &deploy,
        "this needs a key to sign with; give --key-file (`theriac account new` makes one)",
    );
    let dry = [&deploy[..], &["--dev-account", "bob", "--dry-run"]].concat();
    refused(folder.path(), &dry, "leave --dry-run away");
    let said = Said::by(command(folder.path()).unwrap().args(deploy).env("THERIAC_KEY", "no such secret"))
        .unwrap()
        .ends_with(2);
    assert!(said.err.contains("the secret of the signing key cannot be used"), "{}", said.err);
    assert!(!said.err.contains("no such secret"), "{}", said.err);
    refused(folder.path(), &[&with_key[..], &["--dev-account", "bob"]].concat(), "cannot be used with");
}

#[test]
fn a_chain_that_is_away_has_an_exit_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let deploy = ["deploy", "--dev-account", "alice"];
    let said = theriac(folder.path(), &[&deploy[..], &["--url", "ws://127.0.0.1:1"]].concat()).ends_with(6);
    assert!(said.err.contains("no node answers at ws://127.0.0.1:1"), "{}", said.err);
    refused(folder.path(), &[&deploy[..], &["--url", "nonsense"]].concat(), "is not a WebSocket address");
}

#[test]
fn an_unencrypted_address_needs_leave_and_no_key_in_an_address_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let deploy = |url: &'static str| vec!["deploy", "--dev-account", "alice", "--url", url];
    refused(folder.path(), &deploy("ws://node.invalid:9944"), "ws://node.invalid:9944 is not encrypted");
    let allowed = [&deploy("ws://node.invalid:9944")[..], &["--insecure"]].concat();
    theriac(folder.path(), &allowed).ends_with(6);
    let by_variable = Said::by(
        command(folder.path())
            .unwrap()
            .args(deploy("ws://node.invalid:9944"))
            .env("THERIAC_INSECURE", "true"),
    );
    by_variable.unwrap().ends_with(6);
    for url in ["wss://node.invalid/v2/SECRET", "wss://SECRET@node.invalid", "ws://node.invalid/?key=SECRET"]
    {
        for more in [&[][..], &["--json"], &["-vv"]] {
            let said = theriac(folder.path(), &[&deploy(url)[..], more].concat());
            assert!(said.err.contains("node.invalid/…"), "{}", said.err);
            assert!(!said.all().contains("SECRET"), "{}", said.all());
        }
    }
}

#[test]
fn a_key_file_is_closed_with_a_password_and_its_phrase_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], password: &str, code: i32| {
        let mut command = command(folder.path()).unwrap();
        Said::by(command.args(arguments).env("THERIAC_KEY_PASSWORD", password)).unwrap().ends_with(code)
    };
    refused(folder.path(), &["account", "new", "my.key"], "nobody can be asked; give --password-file");
    assert!(run(&["account", "new", "my.key"], "short", 2).err.contains("use 8 characters or more"));
    let made = run(&["account", "new", "my.key", "--json"], "correct horse", 0).json();
    let (phrase, address) = (made["phrase"].as_str().unwrap(), made["address"].as_str().unwrap());
    assert_eq!(phrase.split(' ').count(), 12);
    let file = std::fs::read_to_string(folder.path().join("my.key")).unwrap();
    assert!(file.contains(address) && !file.contains(phrase));
    let mode = std::fs::metadata(folder.path().join("my.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
    assert!(run(&["account", "new", "my.key"], "correct horse", 2)
        .err
        .contains("a key is never overwritten"));

    // What signs is the key: the chain is asked after it is open.
    let deploy = ["deploy", "--key-file", "my.key", "--url", "ws://127.0.0.1:1"];
    assert!(run(&deploy, "another one", 2)
        .err
        .contains("the password is another one, or the file was changed"));
    run(&deploy, "correct horse", 6);

    private(&folder.path().join("phrase"), phrase);
    let mut import = command(folder.path()).unwrap();
    let phrase_file = std::fs::File::open(folder.path().join("phrase")).unwrap();
    import.args(["account", "import", "again.key", "--json"]).stdin(phrase_file);
    let imported =
        Said::by(import.env("THERIAC_KEY_PASSWORD", "other password")).unwrap().ends_with(0).json();
    assert_eq!(imported["address"], address);
}

#[test]
fn a_deployment_file_is_needed_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    refused(
        folder.path(),
        &["org", "list"],
        "the deployment file deployment.json cannot be used: it cannot be read: No such file",
    );
    std::fs::write(folder.path().join("deployment.json"), "{}").unwrap();
    refused(folder.path(), &["org", "list"], "the deployment file deployment.json cannot be used");
    refused(folder.path(), &["deploy", "--dev-account", "alice"], "the file deployment.json exists");
}

#[test]
fn an_interrupted_deployment_is_resumed_and_not_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let deploy = ["deploy", "--dev-account", "alice", "--url", "ws://127.0.0.1:1"];
    let resume = [&deploy[..], &["--resume"]].concat();
    refused(folder.path(), &resume, "there is nothing to resume: deployment.json.partial does not exist");
    std::fs::write(folder.path().join("deployment.json.partial"), "{}").unwrap();
    refused(folder.path(), &deploy, "deployment.json.partial exists; complete it with --resume");
    refused(folder.path(), &resume, "deployment.json.partial cannot be used: missing field");
    let said = theriac(folder.path(), &[&deploy[..], &["--json"]].concat()).ends_with(2);
    assert_eq!(said.error_json()["error"]["code"], "deploy/interrupted");
    let nowhere = [&deploy[..], &["--out", "other.json", "--artifacts", "nowhere"]].concat();
    refused(folder.path(), &nowhere, "the contract bundle nowhere/access.contract cannot be used");
}

#[test]
fn machines_get_errors_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let said = theriac(folder.path(), &["verify", "hello", "--json"]).ends_with(2);
    let error = &said.error_json()["error"];
    assert_eq!(error["exit_code"], 2);
    assert!(error["message"].as_str().unwrap().starts_with("the code cannot be used: at position 0"));
    for unknown in [&["--json"][..], &["batch", "--json"], &["verify", "--json", "--no-such-option"]] {
        let error = &theriac(folder.path(), unknown).ends_with(2).error_json()["error"];
        assert_eq!((&error["code"], &error["exit_code"]), (&"usage".into(), &2.into()), "{unknown:?}");
    }
    let help = theriac(folder.path(), &["--help", "--json"]).ends_with(0);
    assert!(help.out.contains("Usage: theriac"), "{}", help.out);
}

#[test]
fn a_qr_code_is_made_and_read_in_both_forms() {
    let folder = tempfile::tempdir().unwrap();
    let code = "(01)09506000134352(17)271231(10)A/1(21)S%7";
    for (form, content) in [
        ("link", "]Q1https://id.gs1.org/01/09506000134352/10/A%2F1/21/S%257?17=271231"),
        ("element-string", "]Q301095060001343521727123110A/1\u{1d}21S%7"),
    ] {
        theriac(folder.path(), &["qr", "make", code, "--as", form, "--out", "pack.png"]).ends_with(0);
        let read = theriac(folder.path(), &["qr", "read", "pack.png", "--json"]).ends_with(0).json();
        assert_eq!(read["content"], content);
        assert_eq!((&read["elements"], &read["serial"]), (&code.into(), &"S%7".into()));
    }
    theriac(folder.path(), &["qr", "make", code, "--out", "pack.svg"]).ends_with(0);
    refused(folder.path(), &["qr", "make", code, "--out", "pack.gif"], "ends neither in .png nor in .svg");
    let missing = ["qr", "make", code, "--out", "nowhere/pack.png"];
    let said = theriac(folder.path(), &missing).ends_with(1);
    assert!(said.err.contains("the file nowhere/pack.png cannot be written"), "{}", said.err);
}

#[test]
fn a_faulty_scanner_is_distinguished_from_a_faulty_code() {
    let folder = tempfile::tempdir().unwrap();
    let code = "(01)09506000134352(17)271231(10)ABC-1(21)Xyz";
    for (typed, fault, corrected) in [
        ("]D201095060001343521727123110abc-1\u{1d}21xYZ", "caps_lock", Some(code)),
        ("+d201095060001343521727123110ABCß1\u{1d}21Xzy", "keyboard_layout", Some(code)),
        ("01095060001343521727123110ABC-1<GS>21Xyz", "lost_separator", Some(code)),
        ("01095060001343520109506000134352", "doubled_scan", Some("(01)09506000134352")),
        ("0950600013435217271231", "lost_start", Some("(01)09506000134352(17)271231")),
        ("0109506000134352172712", "lost_end", None),
        ("01095060001343521727123110ABC-1\u{1d}21Xyz<CR>", "spelled_key", Some(code)),
        ("01095060001343521727123110ABC-1[FNC1]21Xyz\r\n", "lost_separator", Some(code)),
        // The lot ABC-121Xyz, or the lot ABC-1 and the serial Xyz: nobody knows.
        ("01095060001343521727123110ABC-121Xyz", "lost_separator", None),
    ] {
        for command in [vec!["verify", typed], vec!["qr", "read", "--text", typed]] {
            let arguments = [&command[..], &["--json"]].concat();
            let said = theriac(folder.path(), &arguments).ends_with(2);
            let error = &said.error_json()["error"];
            assert_eq!(error["code"], "scanner-fault", "{typed}");
            let details = &error["details"];
            assert_eq!(
                (&details["fault"], &details["corrected"]),
                (&fault.into(), &corrected.into()),
                "{typed}"
            );
            assert!(error["message"].as_str().unwrap().starts_with("your scanner "), "{typed}");
            assert_eq!(said.out, "");
        }
    }
    let read = theriac(folder.path(), &["qr", "read", "--text", "010950600013435210A\u{1d}21B"]).ends_with(0);
    assert!(read.out.starts_with("(01)09506000134352(10)A(21)B\n"), "{}", read.out);
    let end = ["qr", "read", "--text", "010950600013435210A\u{1d}21B\r\n"];
    assert!(theriac(folder.path(), &end).ends_with(0).out.starts_with("(01)09506000134352(10)A(21)B\n"));
    let ambiguous = ["qr", "read", "--text", "010950600013435210A21B", "--json"];
    let error = theriac(folder.path(), &ambiguous).ends_with(2).error_json();
    let readings = ["(01)09506000134352(10)A(21)B", "(01)09506000134352(10)A21B"];
    assert_eq!(error["error"]["details"]["readings"], serde_json::json!(readings));
    // What is in brackets is what it is, and so is what our own decoder reads.
    theriac(folder.path(), &["qr", "read", "--text", readings[1]]).ends_with(0);
    theriac(folder.path(), &["qr", "make", readings[1], "--as", "element-string", "--out", "a.png"])
        .ends_with(0);
    let read = theriac(folder.path(), &["qr", "read", "a.png", "--json"]).ends_with(0).json();
    assert_eq!(read["elements"], readings[1]);
    refused(folder.path(), &["qr", "read"], "required");
}

#[test]
fn other_codes_of_a_pack_are_named_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let ppn = "[)>\u{1e}06\u{1d}9N111234567842\u{1d}1TL1\u{1d}D280531\u{1d}SB9\u{1e}\u{4}";
    for (text, kind, pzn, part) in [
        ("9506000134352", "linear", None, "EAN-13"),
        (ppn, "ppn", Some("12345678"), "PPN of the IFA"),
        ("-12345678", "pzn", Some("12345678"), "Code 39"),
        ("04252614", "linear", None, "UPC-E"),
        ("A026089019", "aic", None, "Code 32"),
        ("+A123BJC5D6E71G", "hibc", None, "labeler A123, item BJC5D6E7"),
        ("[)>\u{1e}06\u{1d}1PX\u{1e}\u{4}", "iso_15434", None, "ISO/IEC 15434, format 06"),
        ("]d1010950600013435210A", "without_fnc1", None, "no FNC1 in first position"),
    ] {
        for command in [vec!["verify", text], vec!["qr", "read", "--text", text]] {
            let said = theriac(folder.path(), &[&command[..], &["--json"]].concat()).ends_with(2);
            let error = &said.error_json()["error"];
            assert_eq!((&error["code"], &error["details"]["kind"]), (&"other-code".into(), &kind.into()));
            assert_eq!(error["details"]["pzn"], serde_json::json!(pzn), "{text}");
            assert!(error["message"].as_str().unwrap().contains(part), "{error}");
        }
    }
    let ntin = ["qr", "read", "--text", "(01)04150123456782(10)A"];
    assert!(theriac(folder.path(), &ntin).ends_with(0).out.contains("PZN         12345678"));
}

#[test]
fn a_path_before_the_key_of_a_link_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let told = "the link has a path before its key";
    for path in ["shop", "01/04150123456782", "01/04150123456782/10/A"] {
        let link = format!("https://id.gs1.org/{path}/01/09506000134352/10/A/21/B");
        refused(folder.path(), &["verify", &link], told);
        refused(folder.path(), &["qr", "read", "--text", &link], told);
    }
    let code = "(01)09506000134352(10)A(21)B";
    let make = ["qr", "make", code, "--out", "a.png", "--stem", "https://a.example/shop"];
    refused(folder.path(), &make, told);
    assert!(!folder.path().join("a.png").exists());
    theriac(folder.path(), &["qr", "read", "--text", "https://a.example/01/09506000134352/10/A"])
        .ends_with(0);
}

#[test]
fn a_code_of_fields_that_do_not_go_together_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let make = ["qr", "make", "(01)09506000134352(37)5", "--out", "pack.png"];
    refused(folder.path(), &make, "(01) and (37) must not be in one code");
}

#[test]
fn a_node_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), &["devnet", "--node", "nowhere"], "there is no node at nowhere; check --node");
}

#[test]
fn a_model_with_one_byte_changed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/heart-disease");
    std::fs::copy(model.join("manifest.json"), folder.path().join("manifest.json")).unwrap();
    let mut onnx = std::fs::read(model.join("model.onnx")).unwrap();
    let middle = onnx.len() / 2;
    onnx[middle] ^= 1;
    std::fs::write(folder.path().join("model.onnx"), onnx).unwrap();
    for command in ["check", "register"] {
        refused(folder.path(), &["model", command, "."], "and do not use this file");
    }
    refused(folder.path(), &["model", "check", "nowhere"], "cannot be read");
}

#[test]
fn an_invalid_operators_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), &["feed", "operators", "--f", "0", "02ab"], "66 hexadecimal digits");
    refused(folder.path(), &["feed", "operators", "--f", "0"], "required");
    refused(folder.path(), &["oracle", "read", "Heart", "--max-age", "1m"], "1 to 32 lower-case letters");
    refused(folder.path(), &["oracle", "read", "heart", "--max-age", "15"], "write a number and a unit");
    refused(folder.path(), &["oracle", "run", "--config", "nowhere.toml"], "nowhere.toml cannot be read");
}

#[test]
fn a_list_of_products_with_faults_is_refused_line_by_line_before_a_chain_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let authorise = ["product", "authorise", "--file", "products.csv"];
    let header = "gtin,holder,makers,markets,until,document";
    for (lines, because) in [
        ("9506000134353,2,,DE,,a.pdf", "line 2: the GTIN: "),
        ("9506000134352,2,,Germany,,a.pdf", "line 2: \"Germany\" is not a market"),
        ("9506000134352,2,,DE,,a.pdf", "line 2: the document a.pdf cannot be read: "),
        ("9506000134352,2,,DE,,", "line 2: no document is named"),
        ("", "the list has no product"),
    ] {
        std::fs::write(folder.path().join("products.csv"), format!("{header}\n{lines}\n")).unwrap();
        refused(folder.path(), &authorise, because);
    }
    refused(folder.path(), &["product", "authorise", "--file", "missing.csv"], "No such file");
    refused(folder.path(), &["product", "authorise", "9506000134352"], "--holder <ORGANISATION>");
    refused(folder.path(), &[&authorise[..], &["--holder", "2"]].concat(), "cannot be used with");
    refused(folder.path(), &["product", "delegate", "950", "2"], "a GS1 company prefix has 4 to 12 digits");
    refused(folder.path(), &["product", "delegate", "9506000"], "required");
}
