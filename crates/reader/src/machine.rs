//! The interpreter: contracts' code, parsed once, and runs over a snapshot.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chain::Hash;
use primitives::AccountId;
use wasmi::{AsContextMut, Config, Engine, Extern, ExternType, Instance, MemoryType, Module, Store};

use crate::host::{self, Frame, Host, Outcome};
use crate::snapshot::{Missing, Snapshot};
use crate::Error;

/// What a read may compute, in the interpreter's units: about one for an instruction. A verdict takes a hundredth.
const FUEL: u64 = 1_000_000_000;
/// The memory that the pallet gives a contract, in pages of 64 KiB.
const MAX_PAGES: u64 = 16;

/// Runs contracts.
pub(crate) struct Machine {
    engine: Engine,
    codes: Mutex<HashMap<Hash, Arc<Code>>>,
}

/// A contract's code.
pub(crate) struct Code {
    module: Module,
    memory: MemoryType,
}

/// How a run ended.
pub(crate) enum Ran {
    /// With the contract's answer.
    Returned { flags: u32, data: Vec<u8> },
    /// Something was not known.
    Missing(Vec<Missing>),
}

impl Machine {
    pub(crate) fn new() -> Self {
        let mut config = Config::default();
        // As the pallet configures its interpreter: contracts are deterministic.
        config.consume_fuel(true).floats(false).wasm_multi_memory(false).wasm_memory64(false);
        Self { engine: Engine::new(&config), codes: Mutex::default() }
    }

    /// The code with this hash, where it was run before.
    pub(crate) fn known(&self, hash: Hash) -> Option<Arc<Code>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned()
    }

    /// Parses code. A deployment has seven contracts and few upgrades: all codes are kept.
    pub(crate) fn learn(&self, hash: Hash, wasm: &[u8]) -> Result<Arc<Code>, Error> {
        let unusable = |error: &dyn std::fmt::Display| Error::Code(error.to_string());
        let module = Module::new(&self.engine, wasm).map_err(|error| unusable(&error))?;
        let memory = module.imports().find_map(|import| match import.ty() {
            ExternType::Memory(memory) => Some(*memory),
            _ => None,
        });
        let memory = memory.ok_or_else(|| unusable(&"it imports no memory"))?;
        if memory.minimum() > MAX_PAGES || memory.maximum().is_none_or(|maximum| maximum > MAX_PAGES) {
            return Err(unusable(&"it wants more memory than the pallet gives"));
        }
        let code = Arc::new(Code { module, memory });
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(codes.entry(hash).or_insert(code).clone())
    }

    /// Calls a contract, by nobody and with no value, as a read by the node is called.
    pub(crate) fn run(&self, at: &Arc<Snapshot>, contract: AccountId, input: &[u8]) -> Result<Ran, Error> {
        let Some(known) = at.contract(contract) else {
            return Ok(Ran::Missing(vec![Missing::Contract(contract)]));
        };
        let Some(callee) = known else {
            return Err(chain::Error::ContractNotFound { address: contract }.into());
        };
        let mut store = Store::new(&self.engine, Host::new(at.clone()));
        store.set_fuel(FUEL).map_err(|error| Error::Code(error.to_string()))?;
        let frame = Frame::new(contract, AccountId([0; 32]), input.to_vec());
        let outcome = call(&mut store, &callee.code, frame);
        let host = store.into_data();
        if !host.missing.is_empty() {
            return Ok(Ran::Missing(host.missing));
        }
        if let Some(what) = host.refused {
            return Err(Error::Code(format!("{what} is not for reads")));
        }
        match outcome {
            Outcome::Returned { flags, data } => Ok(Ran::Returned { flags, data }),
            Outcome::Trapped(why) => Err(Error::Stopped(why)),
        }
    }
}

/// Runs a contract within a run: the first, or one that another calls.
pub(crate) fn call(mut store: impl AsContextMut<Data = Host>, code: &Code, frame: Frame) -> Outcome {
    match try_call(&mut store, code, frame) {
        Ok(()) => Outcome::Returned { flags: 0, data: Vec::new() },
        Err(error) => host::outcome(error),
    }
}

fn try_call(
    store: &mut impl AsContextMut<Data = Host>,
    code: &Code,
    mut frame: Frame,
) -> Result<(), wasmi::Error> {
    let memory = wasmi::Memory::new(store.as_context_mut(), code.memory)?;
    frame.memory = Some(memory);
    let mut externs = Vec::new();
    for import in code.module.imports() {
        externs.push(match import.ty() {
            ExternType::Memory(_) => Extern::Memory(memory),
            ExternType::Func(ty) => host::function(store, import.module(), import.name(), ty),
            _ => return Err(wasmi::Error::new("it imports a table or a global")),
        });
    }
    let instance = Instance::new(store.as_context_mut(), &code.module, &externs)?;
    let entry = instance.get_typed_func::<(), ()>(store.as_context(), "call")?;
    store.as_context_mut().data_mut().frames.push(frame);
    let ended = entry.call(store.as_context_mut(), ());
    store.as_context_mut().data_mut().frames.pop();
    ended
}
