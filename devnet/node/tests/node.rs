//! The node as its users meet it: a process with a port.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use devnet_runtime::{Runtime, VERSION};
use polkadot_sdk::pallet_timestamp;
use serde_json::json;
use support::{command, Node};

#[test]
fn a_started_node_says_where_it_is_and_what_chain_it_has() {
    let node = Node::start(None);

    assert_eq!(node.call("system_chain", json!([])), "Theriac devnet");
    assert_eq!(node.call("system_chainType", json!([])), "Development");
    assert_eq!(
        node.call("system_health", json!([])),
        json!({ "peers": 0, "isSyncing": false, "shouldHavePeers": false })
    );
    let methods = node.call("rpc_methods", json!([]));
    for method in ["chainHead_v1_follow", "transaction_v1_broadcast", "state_call", "payment_queryInfo"] {
        assert!(methods["methods"].as_array().unwrap().contains(&json!(method)), "{method}");
    }
}

#[test]
fn the_committed_wasm_is_the_runtime_that_tests_use_natively() {
    let node = Node::start(None);

    let version = node.call("state_getRuntimeVersion", json!([]));
    assert_eq!(version["specName"], VERSION.spec_name.as_ref());
    assert_eq!(version["specVersion"], VERSION.spec_version);
    assert_eq!(version["transactionVersion"], VERSION.transaction_version);
}

#[test]
fn sigterm_ends_the_node_with_exit_code_0() {
    let node = Node::start(None);
    assert_eq!(node.terminate().code(), Some(0));
}

#[test]
fn a_node_that_was_told_so_ends_with_its_parent() {
    // The parent is a shell that waits for its standard input to end.
    let mut shell = Command::new("sh")
        .args(["-c", r#""$0" --rpc-port 0 --with-parent --log warn & read -r line"#])
        .arg(env!("CARGO_BIN_EXE_theriac-node"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(shell.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.starts_with("RPC ready at ws://127.0.0.1:"), "{line:?}");

    drop(shell.stdin.take());
    shell.wait().unwrap();

    // Only the node still holds the other end of the pipe: it is at its end when the node is.
    assert_eq!(said.read_line(&mut line).unwrap(), 0);
}

/// The files below a folder.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

#[test]
fn a_compiled_runtime_is_kept_and_a_damaged_one_is_compiled_again() {
    let cache = tempfile::tempdir().unwrap();
    let kept = || {
        let mut files = files_in(&cache.path().join("theriac/compiled-runtimes"));
        files.retain(|file| file.metadata().unwrap().len() > 1_000_000);
        files
    };
    let start = || Node::by(command(0, None).env("XDG_CACHE_HOME", cache.path()));

    start().remark(0, 1);
    let [compiled] = &kept()[..] else { panic!("{:?}", kept()) };
    let good = std::fs::read(compiled).unwrap();

    let mut damaged = good.clone();
    damaged[good.len() / 2..].fill(0xA5);
    std::fs::write(compiled, damaged).unwrap();
    start().remark(0, 1);
    assert!(std::fs::read(compiled).unwrap() == good, "what was damaged is used no more");
}

#[test]
fn a_transaction_makes_a_block_which_is_final_at_once_and_has_the_real_time() {
    let node = Node::start(None);
    assert_eq!(node.final_block(), 0);

    node.remark(0, 1);

    assert_eq!(node.alice_nonce(), 1);
    assert_eq!(node.call("chain_getFinalizedHead", json!([])), node.block_hash(1));
    let key: String =
        pallet_timestamp::Now::<Runtime>::hashed_key().iter().map(|byte| format!("{byte:02x}")).collect();
    let stored = node.call("state_getStorage", json!([format!("0x{key}")]));
    let bytes = u64::from_str_radix(stored.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    assert!(now.abs_diff(bytes.swap_bytes().into()) < 60_000);
}

#[test]
fn a_block_carries_each_transaction_as_one_hexadecimal_string() {
    let node = Node::start(None);
    node.remark(0, 1);

    let block = node.call("chain_getBlock", json!([node.block_hash(1)]));

    let transactions = block["block"]["extrinsics"].as_array().unwrap();
    assert_eq!(transactions.len(), 2, "the time and the remark");
    for transaction in transactions {
        assert!(transaction.as_str().unwrap().starts_with("0x"), "{transaction}");
    }
}

#[test]
fn a_chain_with_a_folder_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let first = Node::start(Some(folder.path()));
    first.remark(0, 1);
    first.remark(1, 2);
    let known = [first.block_hash(0), first.block_hash(1), first.block_hash(2)];
    assert_eq!(first.terminate().code(), Some(0));

    let second = Node::start(Some(folder.path()));

    assert_eq!(second.final_block(), 2);
    assert_eq!([second.block_hash(0), second.block_hash(1), second.block_hash(2)], known);
    assert_eq!(second.alice_nonce(), 2);
    second.remark(2, 3);
    assert_eq!(second.alice_nonce(), 3);
}

#[test]
fn a_chain_without_a_folder_begins_anew() {
    let first = Node::start(None);
    first.remark(0, 1);
    drop(first);

    assert_eq!(Node::start(None).final_block(), 0);
}

#[test]
fn methods_that_could_harm_the_node_are_refused() {
    let node = Node::start(None);
    let answer = node.answer("author_rotateKeys", json!([]));
    assert_eq!(answer["error"]["message"], "RPC call is unsafe to be called externally");
}

#[test]
fn a_port_that_is_taken_is_named_with_a_remedy() {
    let node = Node::start(None);

    let second = command(node.port(), None).output().unwrap();

    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    let expected = format!("theriac-node: port {} of 127.0.0.1 cannot be opened: ", node.port());
    assert!(said.contains(&expected), "{said}");
    assert!(said.contains("Choose another --rpc-port, or 0 for any"), "{said}");
}

#[test]
fn a_folder_that_another_node_uses_is_named_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Node::start(Some(folder.path()));

    let second = command(0, Some(folder.path())).output().unwrap();

    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("Is another node using it? Otherwise name another folder"), "{said}");
}
