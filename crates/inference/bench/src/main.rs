//! Times onnxruntime as it is called from Rust; speaks with `examples/bench` of crates/inference as `onnxruntime.py` does.
//!
//! Its one argument is the path of `libonnxruntime.so`, for example the one in the PyPI wheel. One thread.

use std::env;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use ort::session::Session;
use ort::value::Tensor;
use serde::Deserialize;
use serde_json::{json, Value};

#[derive(Deserialize)]
#[serde(untagged)]
enum Order {
    Load { model: PathBuf, input: String, rows: Vec<Vec<Option<f32>>> },
    Run { count: usize, calls: u32 },
}

struct Loaded {
    session: Session,
    input: String,
    rows: Vec<Vec<Option<f32>>>,
}

fn main() {
    if let Err(error) = serve() {
        println!("{}", json!({ "error": error.to_string() }));
        std::process::exit(1);
    }
}

fn serve() -> Result<(), Box<dyn Error>> {
    let library = env::args_os().nth(1).ok_or("give the path of libonnxruntime.so")?;
    let environment = ort::init_from(PathBuf::from(library))?.build()?;
    let mut loaded = None;
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Order::Load { model, input, rows } => {
                let mut builder = Session::builder(&environment)?
                    .with_intra_threads(1)
                    .map_err(|error| error.to_string())?
                    .with_inter_threads(1)
                    .map_err(|error| error.to_string())?;
                loaded = Some(Loaded { session: builder.commit_from_file(model)?, input, rows });
                json!({ "engine": "onnxruntime from Rust" })
            }
            Order::Run { count, calls } => run(loaded.as_mut().ok_or("load a model first")?, count, calls)?,
        };
        println!("{answer}");
        io::stdout().flush()?;
    }
    Ok(())
}

fn run(loaded: &mut Loaded, count: usize, calls: u32) -> Result<Value, Box<dyn Error>> {
    let columns = loaded.rows.first().map_or(0, Vec::len);
    // A missing value is NaN, as the graphs expect.
    let values: Vec<f32> =
        loaded.rows.iter().cycle().take(count).flatten().map(|v| v.unwrap_or(f32::NAN)).collect();
    let tensor = Tensor::from_array(([count, columns], values))?;
    let start = Instant::now();
    for _ in 0..calls {
        drop(loaded.session.run(ort::inputs![loaded.input.as_str() => &tensor])?);
    }
    Ok(json!({ "nanoseconds": u64::try_from(start.elapsed().as_nanos())? }))
}
