//! What pallet-contracts offers a contract, as far as reads need it: pallet-contracts 38, `wasm/runtime.rs`.

use std::fmt;
use std::sync::Arc;

use blake2b_simd::Params;
use primitives::AccountId;
use wasmi::errors::HostError;
use wasmi::{AsContextMut, Caller, Error, Extern, Func, FuncType, Memory, StoreContextMut, Val};

use crate::machine;
use crate::snapshot::{Missing, Snapshot};

/// Stands for "nothing" in lengths and addresses.
const SENTINEL: u32 = u32::MAX;
/// The pallet's limit of a storage key.
const MAX_KEY: u32 = 128;
/// How deep contracts may call each other: ours do four deep.
const MAX_DEPTH: usize = 5;

/// `ReturnErrorCode` of the pallet.
mod code {
    pub(super) const SUCCESS: u32 = 0;
    pub(super) const CALLEE_TRAPPED: u32 = 1;
    pub(super) const CALLEE_REVERTED: u32 = 2;
    pub(super) const KEY_NOT_FOUND: u32 = 3;
    pub(super) const NOT_CALLABLE: u32 = 8;
}

/// `CallFlags` of the pallet.
mod flag {
    pub(super) const FORWARD_INPUT: u32 = 1;
    pub(super) const CLONE_INPUT: u32 = 2;
    pub(super) const TAIL_CALL: u32 = 4;
    pub(super) const ALLOW_REENTRY: u32 = 8;
    pub(super) const READ_ONLY: u32 = 16;
    pub(super) const ALL: u32 = FORWARD_INPUT | CLONE_INPUT | TAIL_CALL | ALLOW_REENTRY | READ_ONLY;
}

/// The flag of a contract that took its changes back.
const REVERTED: u32 = 1;

/// One run.
pub(crate) struct Host {
    snapshot: Arc<Snapshot>,
    pub(crate) frames: Vec<Frame>,
    /// What was not known, and was taken for absent.
    pub(crate) missing: Vec<Missing>,
    /// What the code wanted to do that a read may not.
    pub(crate) refused: Option<String>,
}

/// A contract that runs.
pub(crate) struct Frame {
    address: AccountId,
    caller: AccountId,
    /// `None` after it was forwarded.
    input: Option<Vec<u8>>,
    pub(crate) memory: Option<Memory>,
}

/// How a contract ended.
pub(crate) enum Outcome {
    Returned { flags: u32, data: Vec<u8> },
    Trapped(String),
}

/// What ends a contract early: its answer.
#[derive(Debug)]
struct Returned {
    flags: u32,
    data: Vec<u8>,
}

impl fmt::Display for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the contract returned")
    }
}

impl HostError for Returned {}

impl Host {
    pub(crate) fn new(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, frames: Vec::new(), missing: Vec::new(), refused: None }
    }

    fn frame(&self) -> Result<&Frame, Error> {
        self.frames.last().ok_or_else(|| trap("no contract runs"))
    }

    /// The value under a key of the contract that runs.
    fn value(&mut self, key: &[u8]) -> Result<Option<Arc<[u8]>>, Error> {
        let contract = self.frame()?.address;
        let key = trie_key(key);
        if let Some(value) = self.snapshot.value(contract, &key) {
            return Ok(value);
        }
        self.missing.push(Missing::Storage(contract, key));
        Ok(None)
    }
}

impl Frame {
    pub(crate) fn new(address: AccountId, caller: AccountId, input: Vec<u8>) -> Self {
        Self { address, caller, input: Some(input), memory: None }
    }
}

/// How a contract ended by an error of the interpreter.
pub(crate) fn outcome(error: Error) -> Outcome {
    match error.downcast_ref::<Returned>() {
        Some(Returned { flags, data }) => Outcome::Returned { flags: *flags, data: data.clone() },
        None => Outcome::Trapped(error.to_string()),
    }
}

fn trap(why: &str) -> Error {
    Error::new(why.to_owned())
}

/// Where a contract's value lies in its trie: a key of any length is hashed, and follows its hash.
fn trie_key(key: &[u8]) -> Vec<u8> {
    let hash = Params::new().hash_length(16).hash(key);
    [hash.as_bytes(), key].concat()
}

/// The function of this name that a contract imports.
pub(crate) fn function(
    store: &mut impl AsContextMut<Data = Host>,
    module: &str,
    name: &str,
    ty: &FuncType,
) -> Extern {
    let store = store.as_context_mut();
    Extern::Func(match (module, name) {
        ("seal0", "input") => Func::wrap(store, input),
        ("seal0", "seal_return") => Func::wrap(store, seal_return),
        ("seal0", "caller") => Func::wrap(store, caller),
        ("seal0", "address") => Func::wrap(store, address),
        ("seal0", "value_transferred") => Func::wrap(store, value_transferred),
        ("seal0", "now") => Func::wrap(store, now),
        ("seal0", "hash_blake2_256") => Func::wrap(store, hash_blake2_256),
        ("seal1", "get_storage") => Func::wrap(store, get_storage),
        ("seal1", "contains_storage") => Func::wrap(store, contains_storage),
        ("seal1", "call") => Func::wrap(store, call),
        _ => refused(store, name, ty),
    })
}

/// A function that no read needs.
fn refused(store: StoreContextMut<'_, Host>, name: &str, ty: &FuncType) -> Func {
    let name = name.to_owned();
    let function = move |mut ctx: Caller<'_, Host>, _: &[Val], _: &mut [Val]| {
        let refused = trap(&format!("{name} is not for reads"));
        ctx.data_mut().refused.get_or_insert_with(|| name.clone());
        Err(refused)
    };
    Func::new(store, ty.clone(), function)
}

type Ctx<'a> = Caller<'a, Host>;

fn input(mut ctx: Ctx<'_>, out: u32, length: u32) -> Result<(), Error> {
    let input = ctx.data().frame()?.input.clone().ok_or_else(|| trap("its input was forwarded"))?;
    write_output(&mut ctx, out, length, &input)
}

fn seal_return(ctx: Ctx<'_>, flags: u32, data: u32, length: u32) -> Result<(), Error> {
    let data = read(&ctx, data, length)?;
    Err(Error::host(Returned { flags, data }))
}

fn caller(mut ctx: Ctx<'_>, out: u32, length: u32) -> Result<(), Error> {
    let caller = ctx.data().frame()?.caller;
    write_output(&mut ctx, out, length, &caller.0)
}

fn address(mut ctx: Ctx<'_>, out: u32, length: u32) -> Result<(), Error> {
    let address = ctx.data().frame()?.address;
    write_output(&mut ctx, out, length, &address.0)
}

fn value_transferred(mut ctx: Ctx<'_>, out: u32, length: u32) -> Result<(), Error> {
    write_output(&mut ctx, out, length, &0_u128.to_le_bytes())
}

fn now(mut ctx: Ctx<'_>, out: u32, length: u32) -> Result<(), Error> {
    let now = ctx.data().snapshot.now();
    write_output(&mut ctx, out, length, &now.to_le_bytes())
}

fn hash_blake2_256(mut ctx: Ctx<'_>, input: u32, length: u32, out: u32) -> Result<(), Error> {
    let hash = primitives::blake2_256(&read(&ctx, input, length)?);
    write(&mut ctx, out, &hash)
}

fn get_storage(mut ctx: Ctx<'_>, key: u32, key_length: u32, out: u32, length: u32) -> Result<u32, Error> {
    let key = read_key(&ctx, key, key_length)?;
    match ctx.data_mut().value(&key)? {
        Some(value) => write_output(&mut ctx, out, length, &value).map(|()| code::SUCCESS),
        None => Ok(code::KEY_NOT_FOUND),
    }
}

fn contains_storage(mut ctx: Ctx<'_>, key: u32, key_length: u32) -> Result<u32, Error> {
    let key = read_key(&ctx, key, key_length)?;
    let value = ctx.data_mut().value(&key)?;
    Ok(value.and_then(|value| u32::try_from(value.len()).ok()).unwrap_or(SENTINEL))
}

#[allow(clippy::too_many_arguments)] // As the pallet has them.
fn call(
    mut ctx: Ctx<'_>,
    flags: u32,
    callee: u32,
    _gas: u64,
    value: u32,
    input: u32,
    input_length: u32,
    out: u32,
    out_length: u32,
) -> Result<u32, Error> {
    if flags & !flag::ALL != 0 {
        return Err(trap("unknown flags of a call"));
    }
    let input = if flags & flag::CLONE_INPUT != 0 {
        ctx.data().frame()?.input.clone().ok_or_else(|| trap("its input was forwarded"))?
    } else if flags & flag::FORWARD_INPUT != 0 {
        let frame = ctx.data_mut().frames.last_mut();
        frame.and_then(|frame| frame.input.take()).ok_or_else(|| trap("its input was forwarded"))?
    } else {
        read(&ctx, input, input_length)?
    };
    let callee = AccountId(read_array(&ctx, callee)?);
    if u128::from_le_bytes(read_array(&ctx, value)?) != 0 {
        ctx.data_mut().refused.get_or_insert_with(|| "a transfer".to_owned());
        return Err(trap("a transfer is not for reads"));
    }
    let host = ctx.data();
    if host.frames.len() >= MAX_DEPTH {
        return Err(trap("contracts call each other too deep"));
    }
    let running = host.frames.iter().any(|frame| frame.address == callee);
    if running && flags & flag::ALLOW_REENTRY == 0 {
        return Err(trap("a contract that runs is called again"));
    }
    let caller = host.frame()?.address;
    let Some(known) = host.snapshot.contract(callee) else {
        ctx.data_mut().missing.push(Missing::Contract(callee));
        return Ok(code::NOT_CALLABLE);
    };
    let Some(contract) = known else { return Ok(code::NOT_CALLABLE) };
    match machine::call(&mut ctx, &contract.code, Frame::new(callee, caller, input)) {
        Outcome::Returned { flags: returned, data } if flags & flag::TAIL_CALL != 0 => {
            Err(Error::host(Returned { flags: returned, data }))
        }
        Outcome::Returned { flags: returned, data } => {
            if out != SENTINEL {
                write_output(&mut ctx, out, out_length, &data)?;
            }
            Ok(if returned & REVERTED == 0 { code::SUCCESS } else { code::CALLEE_REVERTED })
        }
        Outcome::Trapped(_) => Ok(code::CALLEE_TRAPPED),
    }
}

fn memory(ctx: &Ctx<'_>) -> Result<Memory, Error> {
    ctx.data().frame()?.memory.ok_or_else(|| trap("a contract without memory"))
}

fn read(ctx: &Ctx<'_>, at: u32, length: u32) -> Result<Vec<u8>, Error> {
    let bytes = memory(ctx)?.data(ctx);
    let (from, length) = (usize::try_from(at).ok(), usize::try_from(length).ok());
    let range = from.zip(length).and_then(|(from, length)| Some(from..from.checked_add(length)?));
    let bytes = range.and_then(|range| bytes.get(range)).ok_or_else(|| trap("out of its memory"))?;
    Ok(bytes.to_vec())
}

fn read_array<const N: usize>(ctx: &Ctx<'_>, at: u32) -> Result<[u8; N], Error> {
    let length = u32::try_from(N).unwrap_or(SENTINEL);
    read(ctx, at, length)?.try_into().map_err(|_| trap("out of its memory"))
}

fn read_key(ctx: &Ctx<'_>, at: u32, length: u32) -> Result<Vec<u8>, Error> {
    if length > MAX_KEY {
        return Err(trap("a storage key is too long"));
    }
    read(ctx, at, length)
}

fn write(ctx: &mut Ctx<'_>, at: u32, bytes: &[u8]) -> Result<(), Error> {
    let memory = memory(ctx)?;
    let at = usize::try_from(at).map_err(|_| trap("out of its memory"))?;
    memory.write(ctx, at, bytes).map_err(|_| trap("out of its memory"))
}

/// Writes where the contract has room for so many bytes as it says at `length`, and there how many it were.
fn write_output(ctx: &mut Ctx<'_>, out: u32, length: u32, bytes: &[u8]) -> Result<(), Error> {
    let room = u32::from_le_bytes(read_array(ctx, length)?);
    let needed = u32::try_from(bytes.len()).unwrap_or(SENTINEL);
    if room < needed {
        return Err(trap("its buffer is too small"));
    }
    write(ctx, out, bytes)?;
    write(ctx, length, &needed.to_le_bytes())
}
