//! What people give to `theriac product`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use gs1::Gtin;
use primitives::governance::Market;
use primitives::{DocumentHash, Prefix};

use super::list::ListArgs;
use crate::document::DocumentArgs;
use crate::named::OrganisationRef;
use crate::recall::RecallArgs;
use crate::time;

/// Commands of `theriac product`.
#[derive(Subcommand, Debug)]
pub enum ProductCommand {
    /// Authorise a product, or a list of them: who may make batches of it (needs Regulator with all of its markets, or the
    /// organisation to which one delegated the company prefix)
    Authorise(Box<AuthoriseArgs>),
    /// Show a product: its holder, makers, markets and authorisation
    Show {
        /// The trade item's GTIN, 8 to 14 digits
        gtin: Gtin,
    },
    /// List products, authorised now or before
    List(ListArgs),
    /// Change an authorisation that stands (needs Regulator with all markets that it has and gets)
    Change(Box<ChangeArgs>),
    /// Withdraw an authorisation, and recall all batches that are registered until now (needs Regulator with one of its
    /// markets)
    Withdraw {
        /// The trade item's GTIN, 8 to 14 digits
        gtin: Gtin,
        #[command(flatten)]
        recall: RecallArgs,
    },
    /// Take a withdrawal back, and end its recall (needs Regulator with all of its markets, by another account, two days
    /// later)
    Restore {
        /// The trade item's GTIN, 8 to 14 digits
        gtin: Gtin,
        #[command(flatten)]
        document: DocumentArgs,
    },
    /// Let an organisation authorise products of a GS1 company prefix in your place (needs Regulator)
    Delegate {
        /// The company prefix: 4 to 12 digits
        prefix: Prefix,
        /// The organisation: its number, a GLN or its URI
        #[arg(required_unless_present = "nobody")]
        organisation: Option<OrganisationRef>,
        /// End the delegation
        #[arg(long, conflicts_with = "organisation")]
        nobody: bool,
    },
    /// Show who authorises products of a company prefix in place of a regulator
    Delegation {
        /// The company prefix: 4 to 12 digits
        prefix: Prefix,
    },
}

/// Options of `theriac product authorise`.
#[derive(Args, Debug)]
pub struct AuthoriseArgs {
    /// The trade item's GTIN, 8 to 14 digits
    #[arg(required_unless_present = "file")]
    pub(super) gtin: Option<Gtin>,
    /// The marketing authorisation holder, which may make batches itself: its number, a GLN or its URI
    #[arg(long, value_name = "ORGANISATION", required_unless_present = "file")]
    pub(super) holder: Option<OrganisationRef>,
    /// Another organisation that may make batches; may be given more than once
    #[arg(long = "maker", value_name = "ORGANISATION")]
    pub(super) makers: Vec<OrganisationRef>,
    /// Where it may be marketed: a country by two letters, or EU; may be given more than once
    #[arg(long = "market", value_name = "MARKET", value_delimiter = ',', required_unless_present = "file")]
    pub(super) markets: Vec<Market>,
    /// The last day or moment at which batches may be registered and released; without it, that does not end
    #[arg(long, value_name = "DAY", value_parser = time::parse_end)]
    pub(super) until: Option<u64>,
    /// The marketing authorisation: only its SHA-256 goes on chain
    #[arg(long, value_name = "FILE", required_unless_present_any = ["file", "sha256"])]
    pub(super) document: Option<PathBuf>,
    /// The marketing authorisation's SHA-256, 64 hexadecimal digits
    #[arg(long, value_name = "HASH", conflicts_with = "document")]
    pub(super) sha256: Option<DocumentHash>,
    /// A list of products: CSV with the columns gtin, holder, makers, markets, until and document
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["gtin", "holder", "makers", "markets", "until", "document", "sha256"])]
    pub(super) file: Option<PathBuf>,
}

/// Options of `theriac product change`: what is not given stays.
#[derive(Args, Debug)]
pub struct ChangeArgs {
    /// The trade item's GTIN, 8 to 14 digits
    pub(super) gtin: Gtin,
    /// The new holder: its number, a GLN or its URI
    #[arg(long, value_name = "ORGANISATION")]
    pub(super) holder: Option<OrganisationRef>,
    /// Another organisation that may make batches, in place of all that were named; may be given more than once
    #[arg(long = "maker", value_name = "ORGANISATION")]
    pub(super) makers: Vec<OrganisationRef>,
    /// Only the holder makes batches
    #[arg(long, conflicts_with = "makers")]
    pub(super) no_maker: bool,
    /// Where it may be marketed, in place of all markets; may be given more than once
    #[arg(long = "market", value_name = "MARKET", value_delimiter = ',')]
    pub(super) markets: Vec<Market>,
    /// The last day or moment at which batches may be registered and released
    #[arg(long, value_name = "DAY", value_parser = time::parse_end)]
    pub(super) until: Option<u64>,
    /// That does not end
    #[arg(long, conflicts_with = "until")]
    pub(super) no_end: bool,
    /// The new marketing authorisation: only its SHA-256 goes on chain
    #[arg(long, value_name = "FILE")]
    pub(super) document: Option<PathBuf>,
    /// The new marketing authorisation's SHA-256, 64 hexadecimal digits
    #[arg(long, value_name = "HASH", conflicts_with = "document")]
    pub(super) sha256: Option<DocumentHash>,
}
