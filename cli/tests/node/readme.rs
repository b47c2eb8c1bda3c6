//! The README's commands, typed one after the other as they stand there, in an empty folder.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::process::Command;

use testkit::programs::Program;
use testkit::repository;
use testkit::theriac::start_devnet;

/// The blocks that are not run, by how they begin, and why.
const NOT_RUN: [(&str, &str); 4] = [
    ("make demo", "it builds everything, and runs this test"),
    ("make build", "the program is built, and the test starts a chain of its own"),
    ("theriac oracle run", "it is a service: e2e-tests/tests/oracle.rs runs it"),
    ("theriac text", "clinical notes and records are the reader's own: cli/tests/clinical.rs has some"),
];

/// Where the README's gateway answers. Other tests may run beside this one.
const GATEWAY: &str = "127.0.0.1:9650";

fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The blocks of shell commands of a text.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_readmes_commands_work_in_their_order_in_an_empty_folder() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let all = blocks(&readme);
    // Whatever a block leaves running ends with the script.
    let mut script = "set -eu\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n".to_owned();
    let mut left_out = Vec::new();
    for block in &all {
        match NOT_RUN.iter().find(|(start, _)| block.starts_with(start)) {
            Some((start, _)) => left_out.push(*start),
            None => script.push_str(block),
        }
    }
    assert_eq!(left_out, NOT_RUN.map(|(start, _)| start), "each is still there, in this order");
    assert!(all.len() - left_out.len() >= 10, "{} blocks", all.len());

    let script = script.replace(GATEWAY, &free_address());

    let folder = tempfile::tempdir().unwrap();
    let (_devnet, url) = start_devnet(folder.path(), None).unwrap();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let program = Program::Theriac.path().unwrap();
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-x", "-c", &script])
        .current_dir(&empty)
        .env("PATH", path)
        .env("THERIAC_URL", url)
        // Nobody can be asked here.
        .env("THERIAC_YES", "1")
        .env("repository", repository())
        .env_remove("THERIAC_DEPLOYMENT")
        .env_remove("THERIAC_KEY")
        .env_remove("THERIAC_SITE")
        .output()
        .unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
    assert!(empty.join("history.jsonld").is_file() && empty.join("operator.key").is_file());
    let answers = said(&output.stdout);
    assert!(answers.contains(r#""valid":true"#) && answers.contains(r#""state":"done""#), "{answers}");
}
