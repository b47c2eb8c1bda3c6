//! Checks of a configuration: all problems together, each with its remedy.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use gs1::Gln;
use resolver::{Resolver, Root, Setup};
use serve::config::{Problem, Problems};
use serve::logging::Format;
use serve::secret::Location;

use super::file::{Rest, Till};
use super::{ChainConfig, Config, HttpConfig, LimitsConfig, ResolverConfig, Settings, Signing, TillConfig};

/// The default address of the HTTP interface.
const DEFAULT_LISTEN: &str = "127.0.0.1:9650";
/// Ten a second: a busy pharmacy's whole network.
const REQUESTS: u32 = 600;
/// A worn print or a wrong till: nobody has so many by chance.
const GUESSES: u32 = 30;
/// As the design page says: a hundred wrong serials of one batch in an hour.
const GUESSES_OF_BATCH: u32 = 100;
/// The most tills.
const MAX_TILLS: usize = 1_000;

pub(super) fn config(settings: Settings, rest: Rest) -> Result<Config, Vec<Problem>> {
    let mut problems = Problems::new("THERIAC_GATEWAY_");
    let url = problems.required(settings.chain_url, "chain.url", "CHAIN_URL");
    let deployment = problems.required(settings.deployment, "chain.deployment", "DEPLOYMENT");
    let store = problems.required(settings.store, "store.folder", "STORE");
    let log = match settings.log_format.as_deref() {
        None | Some("text") => Format::Text,
        Some("json") => Format::Json,
        Some(_) => {
            problems.add("log.format", "is not known", "write \"text\" or \"json\"");
            Format::Text
        }
    };
    let tls = match (rest.certificate, rest.key) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => {
            problems.add(
                "http.certificate_file",
                "and http.key_file belong together",
                "give both or neither",
            );
            None
        }
    };
    let listen = settings.listen.unwrap_or_else(|| DEFAULT_LISTEN.to_owned()).parse::<SocketAddr>().ok();
    if listen.is_none() {
        let remedy = format!("write one such as {DEFAULT_LISTEN} or [::1]:9650");
        problems.add("http.listen", "is not an IP address with a port", remedy);
    }
    if listen.is_some_and(|listen| !listen.ip().is_loopback()) && tls.is_none() && rest.proxies == 0 {
        let remedy = "give http.certificate_file and http.key_file, or put a proxy with TLS before it and write http.proxies = 1";
        problems.add("http.listen", "lets tokens and serials cross the network in the clear", remedy);
    }
    let tokens = settings.tokens_file.map(Location::File);
    if tokens.is_none() && !rest.tills.is_empty() {
        problems.add("http.tokens_file", "is missing", "give the file with the tokens of the tills");
    }
    let root = problems.required(settings.root, "resolver.root", "ROOT").and_then(|text| {
        let root = Root::read(&text);
        root.map_err(|error| problems.add("resolver.root", "cannot be used", error.to_string())).ok()
    });
    let gln = rest.gln.and_then(|text| {
        let gln = text.parse::<Gln>();
        gln.map_err(|_| {
            problems.add("resolver.gln", "is not a GLN", "write 13 digits with the right check digit")
        })
        .ok()
    });
    if let Some(root) = &root {
        let links = rest.links.clone();
        let setup = Setup { root: root.clone(), name: String::new(), operator: None, links };
        if let Err(error) = Resolver::new(setup) {
            problems.add(
                format!("resolver.link[{}]", error.number),
                "cannot be used",
                error.fault.to_string(),
            );
        }
    }
    let limits = LimitsConfig {
        requests: rest.limits.requests_a_minute.unwrap_or(REQUESTS),
        guesses: rest.limits.guesses.unwrap_or(GUESSES),
        guesses_of_batch: rest.limits.guesses_of_batch.unwrap_or(GUESSES_OF_BATCH),
    };
    if [limits.requests, limits.guesses, limits.guesses_of_batch].contains(&0) {
        problems.add("limits", "contains 0", "write numbers from 1 on");
    }
    let max_serials = rest.max_serials.unwrap_or(serials::MAX_SERIALS);
    if !(1..=serials::MAX_SERIALS).contains(&max_serials) {
        problems.add("store.max_serials", "is out of range", format!("write 1 to {}", serials::MAX_SERIALS));
    }
    let tills = tills(rest.tills, &mut problems);
    let storage_key =
        settings.storage_key.or_else(|| store.as_ref().map(|folder| folder.join("storage.key")));

    let config = || {
        Some(Config {
            chain: ChainConfig { url: url?, insecure: rest.insecure, deployment: deployment? },
            http: HttpConfig { listen: listen?, tls, proxies: rest.proxies, tokens },
            store: store?,
            storage_key: storage_key?,
            max_serials,
            limits,
            resolver: ResolverConfig {
                root: root?,
                name: rest.name.unwrap_or_else(|| "Theriac gateway".to_owned()),
                operator: rest.operator,
                gln,
                links: rest.links,
            },
            tills,
            log,
        })
    };
    let config = config();
    problems.unless(config)
}

fn tills(tills: Vec<Till>, problems: &mut Problems) -> Vec<TillConfig> {
    if tills.len() > MAX_TILLS {
        problems.add("till", format!("has more than {MAX_TILLS} entries"), "run a second gateway");
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    let mut checked = Vec::new();
    for (number, till) in tills.into_iter().enumerate() {
        let key = format!("till[{number}]");
        if !names.insert(till.token.clone()) {
            problems.add(format!("{key}.token"), "is another till's", "give each till a token of its own");
        }
        let gln = till.site.parse::<Gln>().ok();
        if gln.is_none() {
            problems.add(format!("{key}.site"), "is not a GLN", "write the 13 digits of the site");
        }
        let signing = match (till.key_file, till.account, till.signer.is_empty()) {
            (Some(file), None, true) => Some(Signing::KeyFile { file, password: till.password_file }),
            (None, Some(account), false) => Some(Signing::Program { account, command: till.signer }),
            (None, Some(account), true) => Some(Signing::Unsigned { account }),
            _ => None,
        };
        if let (Some(Signing::Program { account, .. } | Signing::Unsigned { account }), key) =
            (&signing, &key)
        {
            if chain::parse_account(account).is_err() {
                problems.add(format!("{key}.account"), "is not an account", "write it in SS58");
            }
        }
        if signing.is_none() {
            let remedy =
                "give key_file; or account with signer; or account alone, and sign the calls yourself";
            problems.add(key, "says in no way, or in several, how its calls are signed", remedy);
        }
        if let (Some(gln), Some(signing)) = (gln, signing) {
            checked.push(TillConfig { token: till.token, gln: gln.value(), signing });
        }
    }
    checked
}
