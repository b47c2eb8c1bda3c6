//! The command line: what every command shares, and the command.

use clap::Parser;

use crate::commands::Command;
use crate::failure::EXIT_CODES;
use crate::global::Global;

const INTRODUCTION: &str = "\
Follows medicine from its manufacturer to the patient on a chain with smart contracts, judges scanned packs, and puts \
signed results of models on chain.

Manufacturers, wholesalers and pharmacies use `batch`, `qr` and `verify`; administrators use `deploy`, `org`, `admin` and \
`feed`; regulators use `product`, `status`, `alarm` and `model`; operators of models use `oracle`.

Commands that change something on chain sign with a key: --key-file FILE, or a secret URI in the environment \
variable THERIAC_KEY, or --dev-account on a development chain. The key is never shown. What concerns goods is done at \
a site: --site or the variable THERIAC_SITE names it where the account can act for several.";

const EXAMPLES: &str = "\
Try it on a chain of your own, in two terminals:
  theriac devnet

  theriac deploy --dev-account alice
  bob=5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty
  theriac org register --name 'Alpha Pharma' --gln 6291041500213 \\
      --steward $bob --dev-account alice
  theriac org site register 6291041500213 --name 'Plant 1' \\
      --gln 6291041500213 --dev-account alice
  theriac org grant manufacturer 6291041500213 --dev-account alice
  theriac org grant regulator 6291041500213 --dev-account alice
  theriac admin market set DE 6291041500213 --dev-account alice
  theriac admin end-set-up --dev-account alice
  theriac product authorise 9506000134352 --holder 6291041500213 \\
      --market DE --document authorisation.pdf --dev-account bob
  theriac batch secret maker.secret
  theriac batch register --gtin 9506000134352 --lot ABC123 \\
      --expiry 2027-12-31 --serials serials.txt \\
      --secret-file maker.secret --dev-account bob
  theriac verify '(01)09506000134352(17)271231(10)ABC123(21)S0000001' \\
      --serials serials.txt --secret-file maker.secret";

/// Medicine that can be trusted: from the manufacturer to the patient, on chain.
#[derive(Parser, Debug)]
#[command(name = "theriac", version, long_about = INTRODUCTION)]
#[command(after_help = EXIT_CODES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn examples_fit_into_a_terminal() {
        let after =
            |command: &clap::Command| command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let cli = Cli::command();
        let long = cli.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        for text in cli.get_subcommands().map(after).chain([long]) {
            for line in text.lines().filter(|line| line.starts_with("  ")) {
                assert!(line.chars().count() <= 78, "{line}");
            }
        }
    }

    #[test]
    fn every_group_of_commands_has_examples_and_every_argument_a_help() {
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            assert!(command.get_after_help().is_some(), "{name} has no examples");
            for inner in std::iter::once(command).chain(command.get_subcommands()) {
                assert!(inner.get_about().is_some(), "{name} {} has no help", inner.get_name());
                for argument in inner.get_arguments() {
                    assert!(argument.get_help().is_some(), "{} of {name} has no help", argument.get_id());
                }
            }
        }
    }

    #[test]
    fn one_key_is_chosen() {
        let both = ["theriac", "deploy", "--key-file", "k", "--dev-account", "alice"];
        let error = Cli::try_parse_from(both).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::ArgumentConflict);
    }
}
