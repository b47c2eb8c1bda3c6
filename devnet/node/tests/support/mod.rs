//! The real node as a child process, and the little of JSON-RPC and of signing that its tests need.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use devnet_runtime::{Hash, Nonce, Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic, VERSION};
use polkadot_sdk::{
    frame_system, pallet_transaction_payment::ChargeTransactionPayment, sp_core::Pair,
    sp_keyring::Sr25519Keyring, sp_runtime::generic::Era, sp_runtime::generic::SignedPayload,
    sp_runtime::MultiAddress,
};
use scale::Encode;
use serde_json::{json, Value};

/// How long a busy machine may take for what takes a moment.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running `theriac-node`; killed when it goes out of scope.
pub struct Node {
    child: Child,
    address: SocketAddr,
}

impl Node {
    /// Starts a node on a free port and waits until it says that it is ready.
    pub fn start(base_path: Option<&Path>) -> Self {
        Self::by(&mut command(0, base_path))
    }

    /// Starts it by this command, which is one of [`command`].
    pub fn by(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("RPC ready at ws://");
        let address = url.unwrap_or_else(|| panic!("no ready line, but: {line:?}")).parse().unwrap();
        Self { child, address }
    }

    /// The port that the node took.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Calls `method` and gives its result.
    pub fn call(&self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert_eq!(answer.get("error"), None, "{method} failed");
        answer["result"].clone()
    }

    /// Calls `method` and gives the whole answer.
    pub fn answer(&self, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.address,
            body.len(),
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        serde_json::from_str(body).unwrap()
    }

    /// The number of the newest final block.
    pub fn final_block(&self) -> u64 {
        let hash = self.call("chain_getFinalizedHead", json!([]));
        let header = self.call("chain_getHeader", json!([hash]));
        u64::from_str_radix(header["number"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }

    /// The hash of block `number`.
    pub fn block_hash(&self, number: u64) -> Value {
        self.call("chain_getBlockHash", json!([number]))
    }

    /// The nonce that Alice's next transaction must have.
    pub fn alice_nonce(&self) -> u64 {
        let alice = Sr25519Keyring::Alice.to_account_id().to_string();
        self.call("system_accountNextIndex", json!([alice])).as_u64().unwrap()
    }

    /// Sends a remark that Alice signed, and waits until block `number` is final.
    pub fn remark(&self, nonce: Nonce, number: u64) {
        let genesis: Hash = self.block_hash(0).as_str().unwrap().parse().unwrap();
        let transaction = signed_remark(genesis, nonce).encode();
        let hex: String = transaction.iter().map(|byte| format!("{byte:02x}")).collect();
        self.call("author_submitExtrinsic", json!([format!("0x{hex}")]));
        let start = Instant::now();
        while self.final_block() < number {
            assert!(start.elapsed() < PATIENCE, "block {number} does not come");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Asks the node to end, as a supervisor does, and waits for it.
    pub fn terminate(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Already ended is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The node's command line.
pub fn command(port: u16, base_path: Option<&Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_theriac-node"));
    command.args(["--rpc-port", &port.to_string(), "--with-parent", "--log", "warn"]);
    if let Some(base_path) = base_path {
        command.arg("--base-path").arg(base_path);
    }
    command
}

fn signed_remark(genesis: Hash, nonce: Nonce) -> UncheckedExtrinsic {
    let call = RuntimeCall::System(frame_system::Call::remark { remark: b"theriac".to_vec() });
    let extension: TxExtension = (
        frame_system::CheckNonZeroSender::<Runtime>::new(),
        frame_system::CheckSpecVersion::<Runtime>::new(),
        frame_system::CheckTxVersion::<Runtime>::new(),
        frame_system::CheckGenesis::<Runtime>::new(),
        frame_system::CheckEra::<Runtime>::from(Era::Immortal),
        frame_system::CheckNonce::<Runtime>::from(nonce),
        frame_system::CheckWeight::<Runtime>::new(),
        ChargeTransactionPayment::<Runtime>::from(0),
    );
    let implicit = ((), VERSION.spec_version, VERSION.transaction_version, genesis, genesis, (), (), ());
    let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
    let signature = payload.using_encoded(|bytes| Sr25519Keyring::Alice.pair().sign(bytes));
    let alice = MultiAddress::Id(Sr25519Keyring::Alice.to_account_id());
    UncheckedExtrinsic::new_signed(call, alice, signature.into(), extension)
}
