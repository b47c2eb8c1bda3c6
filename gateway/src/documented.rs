//! Holds docs/gateway.md and the example of a configuration against the program.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use heck::ToKebabCase;
use primitives::units::Reason;
use resolver::lms::Finding;
use testkit::repository;

use crate::config::{Config, Settings};

fn document() -> String {
    std::fs::read_to_string(repository().join("docs/gateway.md")).unwrap()
}

/// The sources under a folder, or a file, without their tests.
fn sources(path: &Path) -> Vec<String> {
    if path.is_file() {
        let text = std::fs::read_to_string(path).unwrap();
        return vec![text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()];
    }
    let entries: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    let of_tests = |path: &PathBuf| {
        ["tests", "tests.rs", "testing.rs", "documented.rs"].iter().any(|name| path.ends_with(name))
    };
    entries.iter().filter(|path| !of_tests(path)).flat_map(|path| sources(path)).collect()
}

/// The text that begins with quotation marks after any of these, where it has the form of a code.
fn codes_after(text: &str, before: &str) -> BTreeSet<String> {
    let rests = text.split(before).skip(1);
    let quoted = rests.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    let form =
        |code: &&str| !code.is_empty() && code.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase());
    quoted.filter(form).map(str::to_owned).collect()
}

/// The codes of problems that a gateway can answer, by the ways in which the sources name them.
fn answered() -> BTreeSet<String> {
    let root = repository();
    let mut all = sources(&root.join("gateway/src"));
    all.extend(sources(&root.join("crates/serve/src")));
    all.extend(sources(&root.join("crates/resolver/src/problem.rs")));
    all.extend(sources(&root.join("crates/scan/src/unreadable.rs")));
    let statuses = [
        "BAD_REQUEST",
        "UNAUTHORIZED",
        "FORBIDDEN",
        "NOT_FOUND",
        "CONFLICT",
        "PAYLOAD_TOO_LARGE",
        "UNSUPPORTED_MEDIA_TYPE",
        "INTERNAL_SERVER_ERROR",
        "SERVICE_UNAVAILABLE",
        "INSUFFICIENT_STORAGE",
    ];
    let mut before: Vec<String> = statuses.iter().map(|status| format!("StatusCode::{status},")).collect();
    // `Self::new(400, "…")` of the resolver, `Self::OtherCode(_) => "…"` of scans, and shorter words of ours.
    before.extend([400, 404, 405, 414, 503].map(|status| format!("Self::new({status},")));
    before.extend(
        [
            "OtherCode(_) =>",
            "ScannerFault(_) =>",
            "NotACode(_) =>",
            "NoLot =>",
            "const CODE: &str =",
            "Limit::new(",
        ]
        .map(str::to_owned),
    );
    before.extend(["bad(", "problem("].map(str::to_owned));
    all.iter().flat_map(|text| before.iter().flat_map(|before| codes_after(text, before))).collect()
}

#[test]
fn every_code_of_a_problem_is_in_the_document_and_no_other() {
    let document = document();
    let table =
        document.split("| code | status | cause | remedy |").nth(1).unwrap().split("\n\n").next().unwrap();
    let firsts = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let documented: BTreeSet<String> =
        firsts.flat_map(|cell| cell.split(", ").map(|code| code.trim_matches('`').to_owned())).collect();
    let mut answered = answered();
    // Those of examples and tests in `serve`, and of bodies that it reads as JSON: here handlers read them.
    for other in ["chain-away", "taken", "bad-json"] {
        answered.remove(other);
    }
    assert_eq!(documented, answered);
}

/// The example with every line that is a comment for choice only, but for the other ways of signing.
fn whole_example() -> String {
    let example = std::fs::read_to_string(repository().join("gateway/gateway.example.toml")).unwrap();
    let is_key = |line: &str| {
        line.split_once(" = ")
            .is_some_and(|(key, _)| key.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()))
    };
    let lines = example.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if rest.starts_with("account = ") || rest.starts_with("signer = ") => line,
        Some(rest) if rest.starts_with("[[") || is_key(rest) => rest,
        _ => line,
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_example_can_be_used_with_every_line_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gateway.toml");
    std::fs::write(&file, whole_example()).unwrap();
    let config = Config::load(&file, |_| None, Settings::default()).unwrap();
    assert_eq!((config.tills.len(), config.resolver.links.len(), config.http.proxies), (1, 1, 1));
}

#[test]
fn every_key_of_the_example_is_in_the_document() {
    let (document, example) = (document(), whole_example());
    let mut section = String::new();
    for line in example.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_matches(['[', ']']).to_owned();
        } else if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            let name = match &*section {
                "till" | "resolver.link" => format!("`{key}`"),
                section => format!("`{section}.{key}`"),
            };
            assert!(document.contains(&name), "{name}");
        }
    }
}

/// The cells of the rows of the table that begins with this.
fn rows<'d>(document: &'d str, head: &str) -> Vec<Vec<&'d str>> {
    let table = document.split(head).nth(1).unwrap().split("\n\n").next().unwrap();
    table.lines().skip(2).map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn each_reason_has_its_row_in_the_table_of_lightweight_messaging() {
    let document = document();
    let rows = rows(&document, "| reason or note | `verified` |");
    let word = |word: serde_json::Value| word.as_str().map_or_else(String::new, |word| format!("`{word}`"));
    for reason in Reason::ALL {
        let code = format!("`{}`", format!("{reason:?}").to_kebab_case());
        let row = rows.iter().find(|row| row[0].contains(&code));
        match Finding::of(reason) {
            Finding::Failed(why, info) => {
                let [why, info] = [serde_json::json!(why), serde_json::json!(info)].map(word);
                assert_eq!(row.unwrap()[1..], ["false", &why, &info], "{code}");
            }
            Finding::Unanswerable => assert!(row.unwrap()[1].starts_with("503"), "{code}"),
            Finding::AboutPlaces => assert_eq!(row, None, "{code}"),
            Finding::AboutOthers => assert_eq!(row.unwrap()[1..], ["true", "", ""], "{code}"),
        }
    }
}

#[test]
fn every_test_that_shows_a_statement_of_the_resolver_is_there() {
    let document = document();
    let root = repository().join("crates/resolver/src");
    let sources = ["suite/links.rs", "suite/requests.rs", "link_type.rs"]
        .map(|file| std::fs::read_to_string(root.join(file)).unwrap())
        .concat();
    let rows = rows(&document, "| statement | | test |");
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        for test in row[2]
            .split(", ")
            .map(|test| test.trim_matches('`'))
            .filter(|test| !test.contains('/') && !test.is_empty())
        {
            assert!(sources.contains(&format!("fn {test}()")), "{test}");
        }
    }
}
