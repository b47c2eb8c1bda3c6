//! `theriac model import`: a folder that runs, for an ONNX file as its library exported it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use inference::import::{import, Answers, Description};
use inference::manifest::MAX_MANIFEST_BYTES;
use serde::Serialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::time;

const MANIFEST: &str = "manifest.json";
/// How long an imported model may be looked at, until a person names its last day.
const DAYS: u16 = 90;

/// Options of `theriac model import`.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// The ONNX file; files with its weights are taken from the same folder
    file: PathBuf,
    /// The folder to write, which is made if it is not there; without it, one beside the file and named as it
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// The names of the columns in their order, if the file has none
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    columns: Vec<String>,
    /// The size of the picture that the graph takes, if the file leaves it open
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    image: Option<(u32, u32)>,
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let parsed =
        text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    parsed.ok_or_else(|| "write WIDTHxHEIGHT in pixels, for example 224x224".to_owned())
}

/// Runs `theriac model import`.
pub fn run(args: &ImportArgs) -> Result<Answer, Failure> {
    let name = args.file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Failure::bad_input("name the ONNX file, for example pipeline.onnx"))?;
    let from = args.file.parent().unwrap_or(Path::new(""));
    let stem = name.strip_suffix(".onnx").unwrap_or(name);
    let to = args.to.clone().unwrap_or_else(|| from.join(stem));
    if args.file.is_dir() {
        return Err(Failure::bad_input(format!(
            "{} is a folder, and no ONNX file; a TensorFlow SavedModel is converted where it was trained, for example with \
             tf2onnx",
            args.file.display()
        )));
    }
    let path = to.join(MANIFEST);
    let existing = if path.is_file() {
        Some(files::read(&path, MAX_MANIFEST_BYTES).map_err(Failure::bad_input)?)
    } else {
        None
    };
    let folder = to.file_name().and_then(|name| name.to_str()).unwrap_or(stem);
    let answers = Answers {
        name: feed_name(folder),
        columns: args.columns.clone(),
        image: args.image,
        valid_until: time::rfc3339(time::days_from_now(DAYS)).chars().take(10).collect(),
    };
    let source = if from == Path::new("") { Path::new(".") } else { from };
    let imported = import(source, name, &answers, existing.as_deref()).map_err(Failure::bad_input)?;

    fs::create_dir_all(&to).map_err(|error| unwritable(&to, &error))?;
    for file in std::iter::once(name).chain(imported.description.weights.iter().map(String::as_str)) {
        copy(&source.join(file), &to.join(file))?;
    }
    let mut text = serde_json::to_string_pretty(&imported.manifest).map_err(Failure::failed)?;
    text.push('\n');
    fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
    Answer::of(&ImportView {
        folder: to.display().to_string(),
        file: imported.description,
        open: imported.manifest.get("open").cloned().unwrap_or_default(),
        kept: existing.is_some(),
    })
}

/// Copies a file, unless it is there already.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let same = from.canonicalize().ok().zip(to.canonicalize().ok()).is_some_and(|(from, to)| from == to);
    if !same {
        fs::copy(from, to).map_err(|error| unwritable(to, &error))?;
    }
    Ok(())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!(
        "{} cannot be written: {error}; check the folder's rights and the space, or name another with --to",
        path.display()
    ))
}

/// The name in the form of a feed's.
fn feed_name(of: &str) -> String {
    let lower = of.to_lowercase();
    let name: String = lower
        .chars()
        .map(|sign| if matches!(sign, 'a'..='z' | '0'..='9') { sign } else { '-' })
        .take(32)
        .collect();
    match name.trim_matches('-') {
        "" => "model".to_owned(),
        name => name.to_owned(),
    }
}

#[derive(Serialize)]
struct ImportView {
    folder: String,
    file: Description,
    /// What only a person knows, by field.
    open: Value,
    /// Whether there was a manifest before.
    kept: bool,
}

impl fmt::Display for ImportView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} is written, and runs.", self.folder)?;
        write!(f, "{}", self.file)?;
        if self.kept {
            writeln!(f, "  Manifest    what was written in it by hand is kept")?;
        }
        let open = self.open.as_object().map_or(0, serde_json::Map::len);
        if open == 0 {
            return writeln!(f, "  Open        nothing");
        }
        writeln!(f, "  Open        {open} fields that only a person knows:")?;
        for (field, what) in self.open.as_object().into_iter().flatten() {
            writeln!(f, "    {field}: {}", what.as_str().unwrap_or_default())?;
        }
        writeln!(
            f,
            "Correct each in {MANIFEST} and take it out of \"open\"; theriac model check lists what is left."
        )
    }
}
