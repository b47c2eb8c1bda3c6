//! What lists of serials cost: the time to take one in, the time of a proof, the memory of a process that holds many.
//!
//! ```text
//! cargo run --release -p serials --example lists -- --lists 200 --serials 1000000 --folder /var/tmp/lists
//! ```
//!
//! Lists that the folder has already are not made again: a second run measures a process that only serves.
#![allow(clippy::arithmetic_side_effects)]

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use primitives::{blake2_256, BatchId, BatchKey, ManufacturerSecret};
use serials::body::{leaf, Head};
use serials::{Answer, Lists, Registered, StorageKey};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How many proofs are measured.
const PROOFS: u64 = 20_000;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (pairs, _) = arguments.as_chunks::<2>();
    let named: HashMap<&str, &str> =
        pairs.iter().map(|[name, value]| (name.as_str(), value.as_str())).collect();
    let number = |name, default| named.get(name).map_or(Ok(default), |value| value.parse());
    let (lists, count): (u64, u64) = (number("--lists", 20)?, number("--serials", 1_000_000)?);
    let folder = Path::new(named.get("--folder").copied().ok_or("give --folder, a folder for the lists")?);
    std::fs::create_dir_all(folder)?;
    let storage = StorageKey::read_or_create(&folder.join("storage.key"))?;

    let start = Instant::now();
    let held = Lists::open(folder, storage)?;
    println!("opened with {} lists in {:?}; {}", held.status().len(), start.elapsed(), memory()?);
    let of_lists = (0..lists).map(|lot| take_in(&held, lot, count)).collect::<Outcome<Vec<_>>>()?;
    let (mut uploaded, mut commissioned) = (Vec::new(), Vec::new());
    for (lot, took) in of_lists.iter().enumerate().filter_map(|(lot, (_, took))| Some((lot, (*took)?))) {
        if is_commissioned(lot as u64) { &mut commissioned } else { &mut uploaded }.push(took);
    }
    print("take in, leaves uploaded", uploaded);
    print("take in, serials given", commissioned);
    let bytes: u64 = held.status().iter().map(|list| list.bytes).sum();
    println!("{lists} lists of {count} serials have {} MB; {}", bytes / 1_000_000, memory()?);

    let (mut one, mut missing, mut twenty) = (Vec::new(), Vec::new(), Vec::new());
    // Steps that meet all lists, and serials all over them.
    for step in 0..PROOFS {
        let (of_list, _) = of_lists[usize::try_from(step % lists)?];
        let place = step.wrapping_mul(0x9E37_79B9_7F4A_7C15) % count;
        let start = Instant::now();
        let list = held.find(of_list)?.ok_or("a list is missing")?;
        let answer = list.prove(serial(place).as_bytes())?;
        one.push(start.elapsed());
        let Answer::Listed(proof) = answer else { return Err("a serial is missing".into()) };
        assert!(proof.verifies(of_list.batch, serial(place).as_bytes(), of_list.root, count));
        if step % 20 == 0 {
            let start = Instant::now();
            assert!(matches!(
                held.find(of_list)?.ok_or("a list is missing")?.prove(b"X")?,
                Answer::NotListed(_)
            ));
            missing.push(start.elapsed());
            let named: Vec<String> = (0..20).map(|n| serial((place + n * (count / 20)) % count)).collect();
            let start = Instant::now();
            held.find(of_list)?.ok_or("a list is missing")?.prove_many(&named)?;
            twenty.push(start.elapsed());
        }
    }
    print("open a list and prove a serial", one);
    print("the same for one that is not there", missing);
    print("the same for twenty at once", twenty);
    println!("{}", memory()?);
    let start = Instant::now();
    held.find(of_lists[0].0)?.ok_or("a list is missing")?.verify()?;
    println!("all of a list verified in {:?}", start.elapsed());
    Ok(())
}

/// Takes in the list of a lot, where it is not held, as an upload in pieces; each tenth as serials, which have to be
/// hashed here. Gives the time it took, without that of making it.
fn take_in(held: &Lists, lot: u64, count: u64) -> Outcome<(Registered, Option<Duration>)> {
    let batch = BatchId::of(9_506_000_134_352, lot.to_string().as_bytes());
    if let Some(summary) = held.summary(batch) {
        return Ok((summary.registered, None));
    }
    let key = ManufacturerSecret::new([7; 32]).batch_key(batch);
    let leaves = leaves(batch, count, &key);
    let registered = Registered { batch, root: root(leaves.clone()), quantity: count };
    let head = Head { key: key.clone(), first: serial(0).into_bytes() }.encode()?;
    if is_commissioned(lot) {
        drop(leaves);
        // The peak begins anew at what is resident now (proc(5), clear_refs).
        std::fs::write("/proc/self/clear_refs", "5")?;
        let (before, start) = (memory()?, Instant::now());
        held.take_serials(registered, &key, (0..count).map(serial))?;
        let took = start.elapsed();
        if lot == 0 {
            println!("taking in one list: before it {before}; after it {}", memory()?);
        }
        return Ok((registered, Some(took)));
    }
    let start = Instant::now();
    let mut upload = held.upload(registered)?;
    upload.write(&head)?;
    leaves.as_flattened().chunks(1 << 16).try_for_each(|piece| upload.write(piece))?;
    upload.finish()?;
    Ok((registered, Some(start.elapsed())))
}

fn is_commissioned(lot: u64) -> bool {
    lot.is_multiple_of(10)
}

fn serial(place: u64) -> String {
    format!("{:014}", place.wrapping_mul(0x9E37_79B9) % 100_000_000_000_000)
}

fn leaves(batch: BatchId, count: u64, key: &BatchKey) -> Vec<[u8; 32]> {
    let threads = 2;
    let part = |part: u64| part * count / threads..(part + 1) * count / threads;
    let make = |places: std::ops::Range<u64>| -> Vec<[u8; 32]> {
        places.map(|place| leaf(batch, serial(place).as_bytes(), key)).collect()
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|number| scope.spawn(move || make(part(number)))).collect();
        running.into_iter().flat_map(|leaves| leaves.join().unwrap_or_default()).collect()
    })
}

fn root(mut level: Vec<[u8; 32]>) -> [u8; 32] {
    let node = |left: &[u8; 32], right: &[u8; 32]| blake2_256(&[&[1], &left[..], &right[..]].concat());
    let mut unused = [0; 32];
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| node(&pair[0], pair.get(1).unwrap_or(&unused))).collect();
        unused = node(&unused, &unused);
    }
    level[0]
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let Some(last) = times.last() else { return };
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    println!("{what}: n {}, p50 {:?}, p99 {:?}, most {last:?}", times.len(), at(50), at(99));
}

/// Resident memory of this process, now and at most.
fn memory() -> Outcome<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim();
    Ok(format!("resident {}, at most {}", line("VmRSS:"), line("VmHWM:")))
}
