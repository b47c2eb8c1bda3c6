//! Every shipped model in one journey: approved on a real node, run by a real oracle service on data over real HTTP, and
//! read back from the chain as its golden row says.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use base64::prelude::{Engine, BASE64_STANDARD};
use chain::feeds::Feeds;
use chain::{Chain, Deployment};
use e2e_tests::oracle::{enter_operator, Oracle};
use e2e_tests::party::{deploy_for, ADMINISTRATOR, REGULATOR};
use inference::manifest::{Source, Step};
use inference::{certainty, Certainty, FixedPoint, Manifest};
use jiff::civil::Time;
use jiff::{Span, Timestamp};
use primitives::feeds::Reading;
use primitives::{FeedId, Subject};
use serde_json::{json, Value};
use testkit::repository;
use testkit::series_server::{Series, SeriesServer};
use testkit::theriac::{start_devnet, Theriac};

/// A golden row, and what its calibration says of it.
struct Row {
    inputs: Value,
    /// By output.
    fixed: Value,
    /// The file that the inputs were in, for an image model.
    png: Option<Vec<u8>>,
    abstains: bool,
}

/// A shipped model, its job, and the golden rows that the journey uses.
struct Shipped {
    folder: PathBuf,
    manifest: Manifest,
    output: String,
    decided: Row,
    /// Where the model has a calibration that leaves one of its golden rows open.
    open: Option<Row>,
}

impl Shipped {
    fn load(folder: PathBuf) -> Self {
        let shown = folder.display().to_string();
        let read =
            |name: &str| std::fs::read(folder.join(name)).unwrap_or_else(|e| panic!("{shown}/{name}: {e}"));
        let manifest = Manifest::parse(&read("manifest.json")).unwrap_or_else(|e| panic!("{shown}: {e}"));
        let golden: Value = serde_json::from_slice(&read("golden.json")).unwrap();
        // The last output: one that is not what a job takes by default, where there are several.
        let output = manifest.outputs.last().unwrap().name.clone();
        let row = |row: &Value| {
            let (inputs, fixed) = (row["inputs"].clone(), row["fixed"].clone());
            let values = manifest.outputs.iter().map(|output| {
                let value = fixed[&output.name].as_i64();
                FixedPoint { value: i128::from(value.unwrap()), decimals: output.decimals }
            });
            let said = certainty(&manifest, &values.collect::<Vec<_>>(), &output);
            let png = row["png"].as_str().map(|png| hex::decode(png).unwrap());
            Row { inputs, fixed, png, abstains: matches!(said, Some(Certainty::Abstain(_))) }
        };
        let (open, decided): (Vec<_>, Vec<_>) =
            golden["rows"].as_array().unwrap().iter().map(row).partition(|row| row.abstains);
        let decided = decided.into_iter().next();
        let decided = decided.unwrap_or_else(|| panic!("{shown} abstains on all of its golden rows"));
        Self { output, decided, open: open.into_iter().next(), folder, manifest }
    }

    fn name(&self) -> &str {
        &self.manifest.name
    }

    fn feed(&self) -> FeedId {
        FeedId::named(self.name()).unwrap()
    }

    fn reads_series(&self) -> bool {
        self.manifest.inputs.iter().any(|input| matches!(input.source, Source::Series { .. }))
    }

    /// `[[job]]`, with the row's parameters in it where the job has a source: a source's run brings no data.
    fn job(&self) -> String {
        let (name, folder, output) = (self.name(), &self.folder, &self.output);
        let mut job = format!(
            "[[job]]\nname = {name:?}\nfeed = {name:?}\nmodel = {folder:?}\noutput = {output:?}\n\
             triggers = [\"push\"]\nmax_observation_age = \"62d\"\n"
        );
        if self.reads_series() {
            job.push_str("source = \"statistics\"\n[job.parameters]\n");
            for input in self.parameters() {
                let (name, unit) = (&input.name, &input.unit);
                let value = self.decided.inputs[name].as_f64().unwrap();
                writeln!(job, "{name} = {{ value = {value:?}, unit = {unit:?} }}").unwrap();
            }
        }
        job
    }

    fn parameters(&self) -> impl Iterator<Item = &inference::manifest::Input> {
        self.manifest.inputs.iter().filter(|input| matches!(input.source, Source::Parameter {}))
    }

    /// What a caller pushes, where no source serves it.
    fn data(&self, row: &Row) -> Value {
        if self.reads_series() {
            return json!({});
        }
        if let Some(picture) = &row.png {
            return json!({ "image": BASE64_STANDARD.encode(picture) });
        }
        let values = self.manifest.inputs.iter().filter_map(|input| {
            let value = row.inputs[&input.name].as_f64()?;
            Some((input.name.clone(), json!({ "value": value, "unit": input.unit })))
        });
        json!({ "inputs": values.collect::<serde_json::Map<_, _>>() })
    }

    /// The row's series, ending now.
    fn series(&self, row: &Row) -> BTreeMap<String, Series> {
        let mut lags: BTreeMap<&str, BTreeMap<usize, (&str, &str, Step)>> = BTreeMap::new();
        for input in &self.manifest.inputs {
            if let Source::Series { series, step, lag } = &input.source {
                lags.entry(series).or_default().insert(*lag, (&input.name, &input.unit, *step));
            }
        }
        let served = lags.into_iter().map(|(series, lags)| {
            let unit = lags.values().next().unwrap().1.to_owned();
            // The earliest first. What the model does not look back on may be anything.
            let readings = (0..=*lags.keys().last().unwrap()).rev().map(|lag| {
                let value = lags.get(&lag).map_or(0.0, |(name, ..)| row.inputs[name].as_f64().unwrap());
                (before(lags.values().next().unwrap().2, lag), value)
            });
            (series.to_owned(), (unit, readings.collect()))
        });
        served.collect()
    }

    /// What the chain must hold.
    fn expected(&self) -> i128 {
        i128::from(self.decided.fixed[&self.output].as_i64().unwrap())
    }
}

/// So many steps before the last full hour, or before the first day of this month.
fn before(step: Step, lag: usize) -> String {
    let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let hour = now.with().time(Time::constant(now.hour(), 0, 0, 0)).build().unwrap();
    let lag = i64::try_from(lag).unwrap();
    let at = match step {
        Step::FiveMinutes => hour - Span::new().minutes(5 * lag),
        Step::Hour => hour - Span::new().hours(lag),
        Step::Day => hour - Span::new().days(lag),
        Step::Week => hour - Span::new().days(7 * lag),
        Step::Month => hour.first_of_month() - Span::new().months(lag),
    };
    format!("{at}Z")
}

/// All folders that have a graph: a new model is in this journey by being there.
fn shipped() -> Vec<Shipped> {
    let folders = std::fs::read_dir(repository().join("models")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = folders.filter(|folder| folder.join("model.onnx").is_file()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "no model is shipped");
    folders.into_iter().map(Shipped::load).collect()
}

fn configuration(chain: &str, operator: &str, series: &str, models: &[Shipped]) -> String {
    let jobs: Vec<_> = models.iter().map(Shipped::job).collect();
    format!(
        "[chain]\nurl = {chain:?}\ndeployment = \"deployment.json\"\ntransmitter_key_file = \"transmitter.key\"\n\n\
         [operator]\nkey_file = {operator:?}\n\n[store]\npath = \"oracle.sqlite\"\n\n\
         [http]\nlisten = \"127.0.0.1:0\"\ntoken_file = \"token\"\n\n\
         [[source]]\nname = \"statistics\"\nkind = \"series\"\nbase_url = {series:?}\n\n{}",
        jobs.join("\n")
    )
}

/// A chain on which every model is approved and has its feed. Returns the operator's key file.
fn set_up(theriac: &Theriac, folder: &Path, models: &[Shipped]) -> String {
    let said = |who: &str, command: &[&str]| {
        let said = theriac.run(Some(who), command).and_then(|said| said.ok());
        said.unwrap_or_else(|failure| panic!("{failure}"))
    };
    deploy_for(theriac, &[REGULATOR]).unwrap();
    for model in models {
        let folder = model.folder.to_str().unwrap();
        said(REGULATOR.who, &["model", "register", folder]);
        let age = ["--max-report-age", "1h"];
        said(
            ADMINISTRATOR,
            &[&["feed", "create", model.name(), "--model", folder, "--output", &model.output], &age[..]]
                .concat(),
        );
    }
    enter_operator(theriac, folder).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shipped_model_s_golden_row_is_on_chain_and_an_open_one_is_not() {
    let models = shipped();
    let folder = tempfile::tempdir().unwrap();
    let (_devnet, url) = start_devnet(folder.path(), None).unwrap();
    let theriac = Theriac::new(folder.path(), &url).unwrap();
    let operator = set_up(&theriac, folder.path(), &models);
    let series = models.iter().flat_map(|model| {
        let named = |(series, readings)| ((model.name().to_owned(), series), readings);
        model.series(&model.decided).into_iter().map(named)
    });
    let series = SeriesServer::start(series.collect()).await.unwrap();
    let config = configuration(&url, &operator, series.base_url(), &models);
    let oracle = Oracle::start_with(&theriac, folder.path(), &config).await;
    let oracle = oracle.unwrap_or_else(|failure| panic!("{failure}"));
    // The devnet's clock moves with its blocks, and any transaction makes one: loading the models took its time.
    let key = "0x8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    theriac.run(Some(REGULATOR.who), &["org", "sealing-key", key]).and_then(|said| said.ok()).unwrap();
    let chain = Chain::connect(&url).await.unwrap();
    let deployment = Deployment::load(&theriac.deployment()).unwrap();
    let feeds = Feeds(deployment.contracts.feeds.address);
    let read = async |model: &Shipped, run: &Value| -> Option<Reading> {
        let subject: Subject = run["subject"].as_str().unwrap().parse().unwrap();
        chain.read_finalised(&feeds.read(model.feed(), subject, u64::MAX)).await.ok()
    };

    for model in &models {
        let name = model.name();
        // Whom a series is about is the model's name here, so that each has its own.
        let pushed = json!({ "about": name, "data": model.data(&model.decided) });
        let run = oracle.run_job(name, &pushed).await.unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert_eq!(run["state"], "finalised", "{name}: {run}");
        let Reading { value, decimals, .. } = read(model, &run).await.unwrap();
        let output = model.manifest.output(&model.output).unwrap().1;
        assert_eq!((value, decimals), (model.expected(), output.decimals), "{name}, {}", model.output);

        if let Some(open) = &model.open {
            let pushed = json!({ "about": name, "data": model.data(open) });
            let run = oracle.run_job(name, &pushed).await.unwrap();
            assert_eq!(run["state"], "abstained", "{name}: {run}");
            assert_eq!(read(model, &run).await, None, "{name}: nothing that looks like a value");
        }
    }
    assert!(models.iter().any(|model| model.open.is_some()), "no golden row of any model is left open");
    assert!(models.iter().any(Shipped::reads_series), "no model reads a series");
    assert!(models.iter().any(|model| model.manifest.image.is_some()), "no model takes a picture");
    oracle.stop().unwrap();
}
