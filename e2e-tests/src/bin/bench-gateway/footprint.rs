//! How fast a gateway starts, and what it takes of the machine.

use std::time::{Duration, Instant};

use e2e_tests::spread::{ms, Spread};
use testkit::Failure;

use crate::counter::Counter;

/// Starts gateways without lists, one after the other.
pub async fn measure(counter: &Counter, starts: usize) -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (mut times, mut memory) = (Vec::new(), 0);
    for number in 0..starts {
        let started = Instant::now();
        let (gateway, url) = counter.another(&format!("empty-{number}"))?;
        let answer = reqwest::get(format!("{url}/alive")).await?;
        times.push(started.elapsed());
        if !answer.status().is_success() {
            return Err(format!("/alive answers {}", answer.status()).into());
        }
        // The history is there, too.
        while !reqwest::get(format!("{url}/ready")).await?.status().is_success() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        memory = memory.max(resident(gateway.process(), "VmHWM")?);
        gateway.stop()?;
    }
    let Spread { p50, max, .. } = Spread::of(times);
    println!("| a gateway without lists | |\n| --- | --- |");
    println!(
        "| start to an answer of `/alive`: {starts} times | {} in the middle, {} at most |",
        ms(p50),
        ms(max)
    );
    println!("| resident memory after `/ready`, its peak | {memory} MB at most |\n");
    Ok(())
}

/// What the gateway took under all the load.
pub fn after_load(counter: &Counter) -> Result<(), Failure> {
    let process = counter.gateway.process();
    let (now, peak) = (resident(process, "VmRSS")?, resident(process, "VmHWM")?);
    println!("Resident memory of the gateway after all of this: {now} MB, at its peak {peak} MB.");
    Ok(())
}

/// Memory of a process in megabytes, as `/proc` names it.
fn resident(process: u32, name: &str) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name)).ok_or("no such line in /proc")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).ok_or("no number in /proc")?.parse()?;
    Ok(kilobytes * 1024 / 1_000_000)
}

/// How many processes want to run: the system's average of a minute.
pub fn machine_load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
