//! `theriac model`: models that operators may use.

mod import;
mod run;
mod units;

use std::fmt;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use inference::{Model, NotValid};
use primitives::feeds::{Error, Model as Registered};
use primitives::{DocumentHash, ModelId};
use serde::Serialize;
use serde_json::json;
use view::directory::{ActorView, Mentioned, Names};

use crate::answer::Answer;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::time;

/// Shown below the help.
pub const EXAMPLES: &str = "\
A model is a folder with manifest.json and the ONNX file. On chain it is known by the SHA-256 of the ONNX file (and of the
files with its weights, if it has some beside it).

Examples:
  theriac model import pipeline.onnx --to models/risk
  theriac model check models/heart-disease
  theriac model register models/heart-disease
  theriac model list
  theriac model revoke 0x7c1f…
  theriac model run models/heart-disease --explain --value age=54:a \\
      --value sex=1 --value systolic_pressure=17.6:kPa \\
      --value cholesterol=5.2:mmol/L
  theriac model run models/thyroid --rows patients.csv --json";

/// Commands of `theriac model`.
#[derive(Subcommand, Debug)]
pub enum ModelCommand {
    /// Approve a model, until the end that its manifest names (needs Admin or Regulator)
    Register {
        /// The model's folder
        folder: PathBuf,
    },
    /// Revoke a model's approval permanently (needs Admin or Regulator)
    Revoke {
        /// The SHA-256 of the ONNX file: 64 hexadecimal digits
        model: ModelId,
    },
    /// List all models
    List,
    /// Write a folder for an ONNX file as it was exported: the file, and a manifest in which all that the file tells is
    /// filled in, and what only a person knows is marked; again for the same folder, what a person wrote stays (needs no
    /// chain)
    Import(import::ImportArgs),
    /// Load a model, list what is open in its manifest, and check it against the approvals on chain
    Check {
        /// The model's folder
        folder: PathBuf,
    },
    /// Give values to a model, and show its results (needs no chain)
    Run(run::RunArgs),
    /// List the units between which values are converted, by what is measured (needs no chain)
    Units,
}

/// Runs a command of `theriac model`.
pub async fn run(command: ModelCommand, global: &Global) -> Result<Answer, Failure> {
    match command {
        ModelCommand::Register { folder } => {
            let local = Local::load(&folder)?;
            local.ensure_answered()?;
            let context = Context::open(global).await?;
            let call =
                context.feeds().approve_model(local.id, local.manifest, &local.version, local.valid_until);
            let end = time::readable(local.valid_until);
            let done =
                format!("{} {} is approved until {end}.\nModel {}", local.name, local.version, local.id);
            let data = json!({ "model": local.id.to_string(), "manifest": local.manifest.to_string() });
            context.change(&call, &done, data).await
        }
        ModelCommand::Revoke { model } => {
            let context = Context::open(global).await?;
            context.ask_before(&format!(
                "You revoke the approval of the model {model}. This cannot be taken back."
            ))?;
            let done = "The approval is revoked: no report with this model is accepted any more.";
            context
                .change(&context.feeds().revoke_model(model), done, json!({ "model": model.to_string() }))
                .await
        }
        ModelCommand::List => list(&Context::open(global).await?).await,
        ModelCommand::Check { folder } => {
            let local = Local::load(&folder)?;
            local.ensure_answered()?;
            let context = Context::open(global).await?;
            let registered = context.read(&context.feeds().model(local.id)).await?;
            local.ensure_approved(registered.as_ref(), time::now_ms())?;
            Answer::of(&CheckView { model: local.id.to_string(), name: local.name, version: local.version })
        }
        ModelCommand::Import(args) => import::run(&args),
        ModelCommand::Run(args) => run::run(&args),
        ModelCommand::Units => units::run(),
    }
}

/// A model in a folder, loaded and found to fit its manifest.
pub struct Local {
    /// What it is.
    pub model: Model,
    /// Its identifier on chain.
    pub id: ModelId,
    name: String,
    version: String,
    manifest: DocumentHash,
    /// The last moment at which it may be used.
    valid_until: u64,
}

impl Local {
    /// Loads the model of a folder, if it may be used today.
    pub fn load(folder: &Path) -> Result<Self, Failure> {
        let model = Model::load(folder).map_err(Failure::bad_input)?;
        model.manifest().ensure_valid_at(time::now_ms()).map_err(not_valid)?;
        let manifest = model.manifest();
        Ok(Self {
            id: ModelId(manifest.model.sha256),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            manifest: DocumentHash(manifest.hash()),
            // The manifest names the first moment at which it may not be used.
            valid_until: manifest.valid_until_ms().saturating_sub(1),
            model,
        })
    }

    /// Refuses a manifest with fields that nobody has answered yet.
    fn ensure_answered(&self) -> Result<(), Failure> {
        let open = &self.model.manifest().open;
        if open.is_empty() {
            return Ok(());
        }
        let fields: Vec<String> = open.iter().map(|(field, what)| format!("\n  {field}: {what}")).collect();
        Err(Failure::bad_input(format!(
            "the files fit each other and run, but {} fields of manifest.json are open. Correct each, and take it out of \
             \"open\":{}",
            open.len(),
            fields.concat()
        ))
        .with_code("model/open")
        .with_details(json!({ "open": open })))
    }

    /// Refuses what `feeds` would refuse reports with.
    fn ensure_approved(&self, registered: Option<&Registered>, now: u64) -> Result<(), Failure> {
        let refused = |error: Error| Err(Failure::from(chain::Error::Contract(error.into())));
        match registered {
            None => refused(Error::UnknownModel),
            Some(model) if model.revoked => refused(Error::ModelRevoked),
            Some(model) if now > model.valid_until => refused(Error::ModelExpired),
            Some(model) if model.manifest != self.manifest => Err(Failure::new(
                Exit::Refused,
                "the model was approved with another manifest; get the whole folder from the same release",
            )
            .with_code("model/other-manifest")),
            Some(_) => Ok(()),
        }
    }
}

/// A model that may not be used today.
fn not_valid(error: NotValid) -> Failure {
    let code = match error {
        NotValid::NotYet(_) => "model/not-yet-valid",
        NotValid::NoLonger(_) => "model/expired",
    };
    Failure::bad_input(format!("{error}. To look at its results only: theriac model run --look"))
        .with_code(code)
}

#[derive(Serialize)]
struct CheckView {
    model: String,
    name: String,
    version: String,
}

impl fmt::Display for CheckView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {} may be used", self.name, self.version)?;
        writeln!(f, "  Model       {}", self.model)?;
        writeln!(f, "  Files       fit each other, and run")?;
        writeln!(f, "  On chain    approved with this manifest")
    }
}

#[derive(Serialize)]
struct ModelView {
    model: String,
    version: String,
    manifest: String,
    approved_by: ActorView,
    approved_at: String,
    valid_until: String,
    revoked: bool,
}

impl ModelView {
    fn new(id: ModelId, model: &Registered, names: &Names) -> Self {
        Self {
            model: id.to_string(),
            version: model.version.clone(),
            manifest: model.manifest.to_string(),
            approved_by: names.actor(&model.approved_by),
            approved_at: time::rfc3339(model.approved_at),
            valid_until: time::rfc3339(model.valid_until),
            revoked: model.revoked,
        }
    }
}

impl fmt::Display for ModelView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Model         {}", self.model)?;
        writeln!(f, "  Version     {}{}", self.version, if self.revoked { " (revoked)" } else { "" })?;
        writeln!(f, "  Approved by {}", self.approved_by)?;
        writeln!(f, "  Valid until {}", self.valid_until)
    }
}

async fn list(context: &Context<'_>) -> Result<Answer, Failure> {
    let models = context.all(|start, limit| context.feeds().models(start, limit)).await?;
    let mut mentioned = Mentioned::default();
    models.iter().for_each(|(_, model)| mentioned.actor(&model.approved_by));
    let names = context.names(&mentioned).await?;
    let views: Vec<ModelView> = models.iter().map(|(id, model)| ModelView::new(*id, model, &names)).collect();
    Answer::list(&views, "No model is approved.")
}
