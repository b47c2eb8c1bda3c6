//! What `--help` teaches.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use testkit::theriac::theriac;

fn help(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    theriac(folder.path(), arguments).ends_with(0).out
}

#[test]
fn the_help_names_all_commands_exit_codes_and_a_way_to_begin() {
    let help = help(&["--help"]);
    for text in [
        "devnet",
        "deploy",
        "org",
        "admin",
        "product",
        "batch",
        "packs",
        "serials",
        "alarm",
        "status",
        "qr",
        "verify",
        "model",
        "feed",
        "oracle",
        "--key-file",
        "THERIAC_KEY",
        "--dev-account",
        "--site",
        "THERIAC_SITE",
        "--json",
        "THERIAC_URL",
        "THERIAC_DEPLOYMENT",
        "theriac deploy --dev-account alice",
        "theriac admin end-set-up",
        "Exit codes:",
        "3  a pack was judged, and is not valid",
    ] {
        assert!(help.contains(text), "{text} is not in:\n{help}");
    }
}

#[test]
fn every_command_shows_examples() {
    for command in [
        "devnet", "deploy", "org", "admin", "product", "batch", "packs", "serials", "alarm", "status", "qr",
        "verify", "model", "feed", "oracle",
    ] {
        let help = help(&[command, "--help"]);
        assert!(help.contains("Examples:\n") && help.contains("\n  theriac "), "{command}");
    }
}

#[test]
fn the_site_of_an_account_has_a_help_of_its_own() {
    let help = help(&["org", "account", "add", "--help"]);
    assert!(help.contains("The only site for which it acts"), "{help}");
    assert_eq!(help.matches("--site <SITE>").count(), 1, "{help}");
}

#[test]
fn choices_are_listed() {
    let help = help(&["batch", "recall", "--help"]);
    assert!(help.contains("contamination") && help.contains("adverse-reactions"), "{help}");
}

#[test]
fn nothing_is_coloured_where_no_terminal_is() {
    for text in [help(&["--help"]), help(&["verify", "--help"])] {
        assert!(!text.contains('\u{1b}'));
    }
}
