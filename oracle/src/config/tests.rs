use std::path::{Path, PathBuf};

use super::*;

const FILE: &str = r#"
[chain]
url = "wss://file:1"
deployment = "deployment.json"
transmitter_key_file = "transmitter.key"
[operator]
key_file = "operator.key"
[store]
path = "oracle.sqlite"
[http]
listen = "127.0.0.1:1"
token_file = "/etc/token"
[log]
format = "json"
[[source]]
name = "hospital"
base_url = "https://fhir.example/r4"
[[job]]
name = "heart"
feed = "heart-disease-risk"
model = "models/heart"
source = "hospital"
triggers = ["chain-request", "push"]
max_observation_age = "365d"
"#;

fn load(text: &str, environment: &[(&str, &str)], command_line: Settings) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oracle.toml");
    std::fs::write(&path, text).unwrap();
    let variable =
        |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let mut config = Config::load(&path, variable, command_line)?;
    // Relative paths of the file begin at its folder: shown here as `@`.
    let shorten = |path: &mut PathBuf| {
        if let Ok(rest) = path.strip_prefix(folder.path()) {
            *path = Path::new("@").join(rest);
        }
    };
    shorten(&mut config.chain.deployment);
    shorten(&mut config.store);
    config.jobs.iter_mut().for_each(|job| shorten(&mut job.model));
    for key in [&mut config.chain.transmitter, &mut config.operator, &mut config.http.token] {
        if let KeyLocation::File(path) = key {
            shorten(path);
        }
    }
    Ok(config)
}

/// Each single value, as text, in the order of `Settings`.
fn values(config: &Config) -> [String; 8] {
    let key = |key: &KeyLocation| match key {
        KeyLocation::File(path) => path.display().to_string(),
        KeyLocation::Value(secret) => secret.expose().to_owned(),
    };
    [
        config.chain.url.to_string(),
        config.chain.deployment.display().to_string(),
        key(&config.chain.transmitter),
        key(&config.operator),
        config.store.display().to_string(),
        config.http.listen.to_string(),
        key(&config.http.token),
        format!("{:?}", config.log),
    ]
}

const ENVIRONMENT: [(&str, &str); 8] = [
    ("THERIAC_ORACLE_CHAIN_URL", "wss://environment:1"),
    ("THERIAC_ORACLE_DEPLOYMENT", "env/deployment"),
    ("THERIAC_ORACLE_TRANSMITTER_KEY", "env-transmitter"),
    ("THERIAC_ORACLE_OPERATOR_KEY", "env-operator"),
    ("THERIAC_ORACLE_STORE", "env/store"),
    ("THERIAC_ORACLE_LISTEN", "127.0.0.1:2"),
    ("THERIAC_ORACLE_TOKEN", "env-token"),
    ("THERIAC_ORACLE_LOG_FORMAT", "text"),
];

#[test]
fn every_field_comes_from_the_command_line_the_environment_the_file_or_the_default() {
    let from_file = values(&load(FILE, &[], Settings::default()).unwrap());
    assert_eq!(
        from_file,
        [
            "wss://file:1/",
            "@/deployment.json",
            "@/transmitter.key",
            "@/operator.key",
            "@/oracle.sqlite",
            "127.0.0.1:1",
            "/etc/token",
            "Json"
        ]
    );
    let from_environment = values(&load(FILE, &ENVIRONMENT, Settings::default()).unwrap());
    assert_eq!(
        from_environment,
        [
            "wss://environment:1/",
            "env/deployment",
            "env-transmitter",
            "env-operator",
            "env/store",
            "127.0.0.1:2",
            "env-token",
            "Text"
        ]
    );
    let command_line = Settings {
        chain_url: Some("wss://line:1".into()),
        deployment: Some("line/deployment".into()),
        transmitter_key_file: Some("line/transmitter".into()),
        operator_key_file: Some("line/operator".into()),
        store: Some("line/store".into()),
        listen: Some("[::1]:3".into()),
        token_file: Some("line/token".into()),
        log_format: Some("json".into()),
        ..Settings::default()
    };
    let from_line = values(&load(FILE, &ENVIRONMENT, command_line).unwrap());
    assert_eq!(
        from_line,
        [
            "wss://line:1/",
            "line/deployment",
            "line/transmitter",
            "line/operator",
            "line/store",
            "[::1]:3",
            "line/token",
            "Json"
        ]
    );
    let without = FILE.replace("listen = \"127.0.0.1:1\"", "").replace("format = \"json\"", "");
    let by_default = values(&load(&without, &[], Settings::default()).unwrap());
    assert_eq!((by_default[5].as_str(), by_default[7].as_str()), ("127.0.0.1:9640", "Text"));

    let config = load(FILE, &ENVIRONMENT, Settings::default()).unwrap();
    let [source] = config.sources.as_slice() else { unreachable!("one source") };
    assert_eq!(source.base_url.as_str(), "https://fhir.example/r4/");
    assert_eq!((source.connect_timeout.as_secs(), source.read_timeout.as_secs()), (5, 10));
    assert_eq!(
        (source.total_timeout.as_secs(), source.max_response_bytes, source.max_pages),
        (30, 8 << 20, 20)
    );
    let [job] = config.jobs.as_slice() else { unreachable!("one job") };
    assert_eq!(
        (job.model.to_str(), job.max_observation_age.as_secs()),
        (Some("@/models/heart"), 365 * 86_400)
    );
    assert_eq!(job.feed.name(), "heart-disease-risk");
}

#[test]
fn an_empty_variable_is_ignored_and_variables_can_name_key_files() {
    let environment = [
        ("THERIAC_ORACLE_CHAIN_URL", ""),
        ("THERIAC_ORACLE_TRANSMITTER_KEY_FILE", "t"),
        ("THERIAC_ORACLE_OPERATOR_KEY_FILE", "o"),
        ("THERIAC_ORACLE_TOKEN_FILE", "k"),
    ];
    let found = values(&load(FILE, &environment, Settings::default()).unwrap());
    assert_eq!([found[0].as_str(), &found[2], &found[3], &found[6]], ["wss://file:1/", "t", "o", "k"]);
}

#[test]
fn all_problems_are_reported_together() {
    let text = r#"
        [http]
        listen = "nowhere"
        [log]
        format = "xml"
        [[source]]
        name = "Clinic 1"
        base_url = "http://fhir.example"
        max_pages = 0
        [[job]]
        name = "a"
        feed = "Heart"
        model = "m"
        source = "b"
        triggers = []
        max_observation_age = "0d"
    "#;
    let Err(ConfigError::Invalid(problems)) = load(text, &[], Settings::default()) else {
        unreachable!("the file has problems")
    };
    let keys: Vec<_> = problems.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "log.format",
            "chain.url",
            "chain.deployment",
            "chain.transmitter_key_file",
            "operator.key_file",
            "store.path",
            "http.listen",
            "http.token_file",
            "source[0].name",
            "source[0].max_pages",
            "source[0].base_url",
            "job[0].source",
            "job[0].triggers",
            "job[0].max_observation_age",
            "job[0].feed",
        ]
    );
    let message = ConfigError::Invalid(problems).to_string();
    assert!(
        message.contains("source[0].base_url: is neither encrypted nor on this machine; use https"),
        "{message}"
    );
}

/// Tokens and patients' ids are in the clear there.
#[test]
fn an_address_outside_this_machine_needs_a_proxy() {
    for outside in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1"] {
        let text = FILE.replace("listen = \"127.0.0.1:1\"", &format!("listen = \"{outside}\""));
        let Err(ConfigError::Invalid(problems)) = load(&text, &[], Settings::default()) else {
            unreachable!("{outside} is not on this machine")
        };
        assert_eq!(problems.iter().map(|problem| problem.key.as_str()).collect::<Vec<_>>(), ["http.listen"]);
        assert!(problems[0].remedy.contains("http.behind_proxy = true"), "{}", problems[0]);
        load(&text.replace("[http]", "[http]\nbehind_proxy = true"), &[], Settings::default()).unwrap();
    }
}

#[test]
fn an_unknown_key_is_refused_with_its_place() {
    let text = FILE.replace("[log]", "[log]\ncolour = true");
    let Err(ConfigError::Syntax { message, .. }) = load(&text, &[], Settings::default()) else {
        unreachable!("the file has a key too many")
    };
    assert!(message.contains("line 14") && message.contains("colour"), "{message}");
}

#[test]
fn two_jobs_cannot_answer_the_same_request() {
    let job = FILE.split("[[job]]").nth(1).unwrap().replace("\"heart\"", "\"other\"");
    let Err(ConfigError::Invalid(problems)) =
        load(&format!("{FILE}\n[[job]]\n{job}"), &[], Settings::default())
    else {
        unreachable!("two jobs answer one feed")
    };
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].key, "job[1].feed");
    let pushed = job.replace("\"chain-request\", ", "");
    assert!(load(&format!("{FILE}\n[[job]]\n{pushed}"), &[], Settings::default()).is_ok());
}

#[test]
fn a_job_may_read_series_take_parameters_and_name_its_output() {
    let series = FILE
        .replace("name = \"hospital\"", "name = \"hospital\"\nkind = \"series\"")
        .replace("max_observation", "output = \"excursion\"\nmax_observation");
    let text = format!(
        "{series}\n[job.parameters]\nusual = {{ value = 5, unit = \"Cel\" }}\nweek = {{ value = 47 }}\n"
    );
    let config = load(&text, &[], Settings::default()).unwrap();
    assert_eq!(config.sources[0].kind, SourceKind::Series);
    let job = &config.jobs[0];
    assert_eq!(job.output.as_deref(), Some("excursion"));
    let shown: Vec<_> = job
        .parameters
        .iter()
        .map(|(name, amount)| (name.as_str(), amount.value, amount.unit.as_str()))
        .collect();
    assert_eq!(shown, [("usual", 5.0, "Cel"), ("week", 47.0, "1")]);
    for number in ["{ value = nan }", "{ value = inf }", "{ unit = \"Cel\" }", "5"] {
        let text = format!("{series}\n[job.parameters]\nusual = {number}\n");
        assert!(load(&text, &[], Settings::default()).is_err(), "{number}");
    }
}

#[test]
fn a_job_without_a_source_runs_only_on_pushes() {
    let (with, _) = FILE.split_once("[[source]]").unwrap();
    let job = FILE.split_once("[[job]]").unwrap().1.replace("source = \"hospital\"\n", "");
    let Err(ConfigError::Invalid(problems)) = load(&format!("{with}[[job]]{job}"), &[], Settings::default())
    else {
        unreachable!("a request on chain brings no data")
    };
    assert_eq!(problems.iter().map(|problem| problem.key.as_str()).collect::<Vec<_>>(), ["job[0].source"]);
    let pushed = job.replace("\"chain-request\", ", "");
    let config = load(&format!("{with}[[job]]{pushed}"), &[], Settings::default()).unwrap();
    assert_eq!((config.sources.len(), config.jobs[0].source.as_deref()), (0, None));
}

#[test]
fn unencrypted_sources_are_allowed_only_on_this_machine() {
    let with = |url: &str| load(&FILE.replace("https://fhir.example/r4", url), &[], Settings::default());
    for url in
        ["http://127.0.0.1:8080/fhir", "http://localhost:8080", "http://[::1]:8080/", "https://fhir.example"]
    {
        assert!(with(url).is_ok(), "{url}");
    }
    for url in [
        "http://10.0.0.1/",
        "http://localhost.example/",
        "ftp://127.0.0.1/",
        "https://name:word@fhir.example/",
        "https://fhir.example/?a=b",
        "fhir.example",
    ] {
        assert!(matches!(with(url), Err(ConfigError::Invalid(_))), "{url}");
    }
}

#[test]
fn a_secret_given_twice_is_refused_and_never_shown() {
    let environment = [("THERIAC_ORACLE_TOKEN", "hush-hush"), ("THERIAC_ORACLE_TOKEN_FILE", "k")];
    let error = load(FILE, &environment, Settings::default()).unwrap_err();
    assert!(matches!(&error, ConfigError::Invalid(problems) if problems[0].key == "http.token_file"));
    assert!(!format!("{error} {error:?}").contains("hush"));
    let config = load(FILE, &ENVIRONMENT, Settings::default()).unwrap();
    let shown = format!("{config:?}");
    assert!(
        !shown.contains("env-token") && !shown.contains("env-operator") && !shown.contains("env-transmitter")
    );
}

#[test]
fn a_missing_or_huge_file_is_named_in_the_error() {
    let missing = Config::load(Path::new("/nowhere/oracle.toml"), |_| None, Settings::default());
    assert!(
        matches!(missing, Err(ConfigError::Unreadable { path, .. }) if path == Path::new("/nowhere/oracle.toml"))
    );
    let huge = "#".repeat(1 << 21);
    assert!(matches!(load(&huge, &[], Settings::default()), Err(ConfigError::TooLarge { .. })));
}

#[test]
fn the_example_is_a_valid_configuration() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle.example.toml");
    let config = Config::load(&example, |_| None, Settings::default()).unwrap();
    assert_eq!((config.sources.len(), config.jobs.len()), (1, 1));
}
