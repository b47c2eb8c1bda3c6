//! Gateways that cannot start, or must not go on.

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use testkit::programs::Program;
use testkit::service::Service;
use testkit::theriac;

use super::{configure, Prepared, Rig, WIDE};
use crate::counter::LINK;
use crate::world::World;

#[test]
fn of_two_gateways_on_one_folder_the_second_does_not_start() {
    let rig = Rig::new("folder").published();
    configure(&rig.prepared.world, "second", "", WIDE);
    let file = rig.prepared.world.folder.path().join("second.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("folder = \"second\"", "folder = \"folder\"")).unwrap();
    let said = rig.prepared.world.run("", &["gateway", "run", "--config", "second.toml"], 1);
    assert!(said.err.contains("is used by another gateway; stop that one"), "{}", said.err);
    rig.serves();
    // On another folder it starts.
    configure(&rig.prepared.world, "third", "", WIDE);
    let (third, _) = super::start(&rig.prepared.world, "third");
    third.stop().unwrap();
    rig.end(&[]);
}

#[test]
fn a_configuration_with_all_keys_wrong_is_refused_with_all_remedies_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let run = |text: &str| {
        std::fs::write(folder.path().join("gateway.toml"), text).unwrap();
        let check =
            theriac::theriac(folder.path(), &["gateway", "check", "--config", "gateway.toml"]).ends_with(2);
        let run =
            theriac::theriac(folder.path(), &["gateway", "run", "--config", "gateway.toml"]).ends_with(2);
        assert_eq!(check.err, run.err);
        check.err
    };
    let wrong = "[http]\nlisten = \"here\"\ncertificate_file = \"a\"\n[store]\nmax_serials = 0\n\
                 [limits]\nrequests_a_minute = 0\n[resolver]\nroot = \"ftp://a\"\ngln = \"1\"\n[log]\nformat = \"xml\"\n\
                 [[till]]\ntoken = \"a\"\nsite = \"2\"\n[[till]]\ntoken = \"a\"\nsite = \"3\"\naccount = \"x\"\n";
    let said = run(wrong);
    for key in [
        "chain.url",
        "chain.deployment",
        "http.listen",
        "http.certificate_file",
        "http.tokens_file",
        "store.folder",
        "store.max_serials",
        "limits",
        "resolver.root",
        "resolver.gln",
        "log.format",
        "till[0].site",
        "till[0]",
        "till[1].token",
        "till[1].site",
        "till[1].account",
    ] {
        let line = said.lines().find(|line| line.trim_start().starts_with(&format!("{key}: ")));
        assert!(line.is_some_and(|line| line.contains("; ")), "{key} has no line with a remedy:\n{said}");
    }
    for (text, named) in [
        ("[chain]\nurll = \"a\"\n", "urll"),
        ("[chian]\nurl = \"a\"\n", "chian"),
        ("[http]\ntoken = \"a\"\n", "token"),
        ("[http]\nproxies = 300\n", "300"),
        ("[http\n", "line 1"),
    ] {
        let said = run(text);
        assert!(said.contains(named), "{named}: {said}");
    }
    let plain = run("[chain]\nurl = \"ws://a\"\ndeployment = \"d\"\n[http]\nlisten = \"0.0.0.0:1\"\n[store]\nfolder = \"s\"\n[resolver]\nroot = \"https://a.example\"\n");
    assert!(
        plain.contains("http.listen: lets tokens and serials cross the network in the clear; "),
        "{plain}"
    );
}

#[test]
fn a_secret_that_others_can_read_is_not_used() {
    let prepared = Prepared::shared();
    let path = |name: &str| prepared.world.folder.path().join(name);
    let readable = |name: &str, mode: u32| {
        std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let refused = |config: &str, file: &str| {
        let said = prepared.world.run("", &["gateway", "run", "--config", config], 2);
        assert!(said.err.contains(file) && said.err.contains("chmod"), "{}", said.err);
        assert!(!said.err.contains("till-token"), "{}", said.err);
    };
    configure(&prepared.world, "secrets", "", WIDE);
    let text = std::fs::read_to_string(path("secrets.toml")).unwrap();
    std::fs::write(path("open-tokens"), crate::counter::TOKENS).unwrap();
    std::fs::write(path("open.toml"), text.replace("\"tokens\"", "\"open-tokens\"")).unwrap();
    for mode in [0o644, 0o640, 0o604] {
        readable("open-tokens", mode);
        refused("open.toml", "open-tokens");
    }
    // The key under which the batches' keys are sealed: made for the owner alone, and not used when others may read it.
    let (gateway, _) = super::start(&prepared.world, "secrets");
    gateway.stop().unwrap();
    let mode = std::fs::metadata(path("secrets/storage.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    readable("secrets/storage.key", 0o644);
    refused("secrets.toml", "storage.key");
}

/// A development chain with a fixed port, for another one to take it.
fn devnet(world: &World, port: &str, log: &str) -> Service {
    let mut command = theriac::command(world.folder.path()).unwrap();
    command.args(["devnet", "--rpc-port", port, "--node"]).arg(Program::Node.path().unwrap());
    let ready = |line: &str| line.contains("ws://").then_some(());
    Service::start("theriac devnet", &mut command, &world.folder.path().join(log), ready).unwrap().0
}

#[test]
fn a_node_that_was_set_up_anew_at_the_same_address_is_not_believed() {
    // A chain of its own: it ends.
    let prepared = Arc::new(Prepared::new());
    configure(&prepared.world, "anew", "", WIDE);
    let (gateway, address) = super::start(&prepared.world, "anew");
    let rig = Rig { prepared, gateway, address, name: "anew" }.published();
    rig.serves();
    let asked = rig.get(LINK).json()["block"]["number"].as_u64().unwrap();

    let world = &rig.prepared.world;
    let port = world.url.rsplit(':').next().unwrap();
    Command::new("kill").arg(world.devnet.process().to_string()).status().unwrap();
    while TcpStream::connect(format!("127.0.0.1:{port}")).is_ok() {
        std::thread::sleep(Duration::from_millis(50));
    }
    // The same genesis, and another way from there: contracts of its own, and fewer blocks.
    let anew = devnet(world, port, "anew-devnet.log");
    world.run("alice", &["deploy", "--out", "other.json"], 0);
    for _ in 0..5 {
        rig.get(LINK).says(503, "cannot-verify-now");
        let ready = rig.get("/ready");
        assert_eq!((ready.status, &ready.json()["chain"]["ok"]), (503, &Value::from(false)), "{ready:?}");
    }
    let log = std::fs::read_to_string(world.folder.path().join("anew.log")).unwrap();
    assert!(log.contains(&format!("block {asked} was final before")), "the cause is not named: {log}");
    drop(anew);
    rig.end(&[]);
}
