//! The interface held against its description, and its readings against those of others: `make gateway-api`.

use std::path::{Path, PathBuf};
use std::process::Command;

use chain::{SecretString, Signer};

use super::{Rig, LIST, LIST_TOKEN, OPERATOR_TOKEN, WIDE};
use crate::counter::{LINK, TILL_TOKEN};
use crate::world::PHARMACY;

/// A program of the Python that `make gateway-api` names.
fn python(program: &str) -> Command {
    let python = std::env::var("THERIAC_API_PYTHON").expect("run this by: make gateway-api");
    let mut command = Command::new(Path::new(&python).with_file_name(program));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// How often something is tried: as `make gateway-api` says.
fn count(variable: &str) -> String {
    std::env::var(variable).expect("run this by: make gateway-api")
}

fn sources() -> PathBuf {
    testkit::repository().join("gateway/api")
}

impl Rig {
    /// Runs a program that knows the pack, the tokens and the list of this gateway.
    fn tried_by(&self, command: &mut Command) {
        let folder = self.prepared.world.folder.path();
        let list = folder.join("list");
        std::fs::write(&list, self.prepared.body(&self.prepared.leaves)).unwrap();
        let status = command
            .current_dir(folder)
            .env("THERIAC_API_HOOKS", sources().join("hooks.py"))
            .env("THERIAC_API_PACK", format!("https://id.example.org{LINK}"))
            .env("THERIAC_API_SITE", PHARMACY)
            .env("THERIAC_API_LIST", list)
            .env("THERIAC_API_TILL_TOKEN", TILL_TOKEN)
            .env("THERIAC_API_LIST_TOKEN", LIST_TOKEN)
            .env("THERIAC_API_OPERATOR_TOKEN", OPERATOR_TOKEN)
            .status()
            .unwrap();
        assert!(status.success(), "{status}: what was found stands above");
        // The operator may have removed it.
        let answer = self.put_list(LIST, &self.prepared.body(&self.prepared.leaves));
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        self.serves();
    }
}

/// With a till that signs its calls itself: nothing that is made up reaches the chain.
#[test]
#[ignore = "takes Python packages: make gateway-api"]
fn the_gateway_is_as_its_openapi_says() {
    let signer = Signer::from_secret(&SecretString::from("//Dave")).unwrap();
    let site = format!("site = \"{PHARMACY}\"");
    let account = chain::account_text(&signer.account());
    let till = format!("{WIDE}[[till]]\ntoken = \"corner-till\"\n{site}\naccount = \"{account}\"\n");
    let rig = Rig::with("api", "", &till).published();
    let openapi = testkit::repository().join("gateway/openapi.json");
    let url = format!("http://{}", rig.address);
    rig.tried_by(
        python("schemathesis")
            .arg("--config-file")
            .arg(sources().join("schemathesis.toml"))
            .arg("run")
            .arg(openapi)
            .args(["--url", &url, "--checks", "all", "--max-examples", &count("THERIAC_API_EXAMPLES")]),
    );
    rig.end(&[]);
}

#[test]
#[ignore = "takes Python packages: make gateway-api"]
fn other_readers_find_in_codes_what_the_gateway_finds() {
    let rig = Rig::new("readers").published();
    let url = format!("http://{}", rig.address);
    let readers = sources().join("readers.py");
    rig.tried_by(python("python").arg(readers).args([&url, &count("THERIAC_API_READINGS"), "16"]));
    // rxing's first decoder panics at some codes, its second one reads them: that is caught, and noted without any data.
    rig.log_at_end(&[]);
}
