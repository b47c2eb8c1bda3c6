//! Where the built programs are.

use std::path::{Path, PathBuf};

use crate::Failure;

/// A program that tests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The devnet's node.
    Node,
    /// The command line and the oracle service.
    Theriac,
}

impl Program {
    /// The program's file: the one that the environment variable `THERIAC_NODE` or `THERIAC_PROGRAM` names, or else
    /// the one beside the running test.
    ///
    /// # Errors
    /// Says how to build it where it is missing.
    pub fn path(self) -> Result<PathBuf, Failure> {
        let named = std::env::var_os(self.variable()).map(PathBuf::from);
        self.find(named, &std::env::current_exe()?)
    }

    fn find(self, named: Option<PathBuf>, test: &Path) -> Result<PathBuf, Failure> {
        let (name, build) = (self.name(), self.build());
        if let Some(path) = named {
            // A program runs in the folder of its test: a relative path would mean another file there.
            return path.canonicalize().map_err(|error| {
                format!(
                    "{} names {}: {error}. Correct it, or unset it and run: {build}",
                    self.variable(),
                    path.display()
                )
                .into()
            });
        }
        // Tests are in `deps`, below the folder of the programs.
        let beside = test.ancestors().skip(1).take(2).map(|folder| folder.join(name));
        beside
            .into_iter()
            .find(|path| path.is_file())
            .ok_or_else(|| format!("`{name}` is not built beside {}. Run: {build}", test.display()).into())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Node => "theriac-node",
            Self::Theriac => "theriac",
        }
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Node => "THERIAC_NODE",
            Self::Theriac => "THERIAC_PROGRAM",
        }
    }

    fn build(self) -> &'static str {
        match self {
            Self::Node => {
                "cargo build --manifest-path contracts/Cargo.toml --package devnet-node (or: make e2e)"
            }
            Self::Theriac => "cargo build --package theriac (or: make e2e)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_beside_its_test_and_where_the_environment_says() -> Result<(), Failure> {
        let folder = tempfile::tempdir()?;
        let programs = folder.path().canonicalize()?;
        let (program, test) = (programs.join("theriac"), programs.join("deps/journey"));
        std::fs::write(&program, "")?;
        assert_eq!(Program::Theriac.find(None, &test)?, program);
        assert_eq!(Program::Node.find(Some(program.clone()), &test)?, program);
        for (named, because) in
            [(None, "is not built beside"), (Some(programs.join("nowhere")), "THERIAC_NODE names")]
        {
            let told =
                Program::Node.find(named, &test).err().map(|failure| failure.to_string()).unwrap_or_default();
            assert!(told.contains(because) && told.contains("--package devnet-node"), "{told}");
        }
        Ok(())
    }
}
