//! Runs the real program, as a shell would.

use std::path::Path;

use testkit::theriac::{command, Said};

pub fn theriac(folder: &Path, arguments: &[&str]) -> Said {
    Said::by(command(folder).unwrap().args(arguments)).unwrap()
}
