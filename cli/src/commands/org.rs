//! `theriac org`: organisations with their sites and accounts, and the roles that they hold.

mod account;
mod prefix;
mod site;
mod view;

use ::view::choices::Choice;
use ::view::directory::OrganisationView;
use clap::{Args, Subcommand};
use gs1::Gln;
use primitives::governance::{Identifier, OrganisationEntry, OrganisationRegistered};
use primitives::{AccountId, Role};
use serde_json::{json, Value};

use self::view::OrganisationDetails;
use crate::accounts::{self, ss58};
use crate::answer::Answer;
use crate::choices::choice;
use crate::context::{changed, Context};
use crate::failure::Failure;
use crate::global::Global;
use crate::named::OrganisationRef;
use crate::time;

/// Shown below the help.
pub const EXAMPLES: &str = "\
An organisation is named by its number, a GLN, or its URI; a site by its GLN
or its number.

Examples:
  steward=5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty
  theriac org register --name 'Alpha Pharma' --gln 6291041500213 \\
      --steward $steward
  theriac org site register 6291041500213 --name 'Plant 1' \\
      --gln 6291041500220
  theriac org prefix add 6291041500213 6291041
  theriac org grant manufacturer 6291041500213 --until 2027-12-31
  theriac org show                      the organisation of your own key
  theriac org list --json
  till=5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy
  theriac org account add $till --site 6291041500220 \\
      --role logistics --until 2027-12-31
  theriac org account list";

/// Commands of `theriac org`.
#[derive(Subcommand, Debug)]
pub enum OrgCommand {
    /// Register an organisation with its first steward (needs Admin)
    Register(RegisterArgs),
    /// Correct an organisation's name or identifier (needs Admin)
    Update(UpdateArgs),
    /// Show an organisation, its roles and its sites
    Show {
        /// Its number, a GLN or its URI; without it, the organisation of your key
        organisation: Option<OrganisationRef>,
    },
    /// List all organisations
    List,
    /// Give an organisation a role (needs the role's administering role); after set-up, Admin and Regulator are granted by
    /// `theriac admin propose grant`
    Grant {
        /// The role
        #[arg(value_parser = choice::<Role>())]
        role: Role,
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
        /// The last day or moment at which the role is held, such as 2027-12-31; without it, it does not end
        #[arg(long, value_name = "DAY", value_parser = time::parse_end)]
        until: Option<u64>,
    },
    /// Revoke a role of an organisation, or give up one of your own
    Revoke {
        /// The role
        #[arg(value_parser = choice::<Role>())]
        role: Role,
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
    },
    /// Make all roles of an organisation ineffective, at once and everywhere (needs Admin or Regulator)
    Suspend {
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
    },
    /// Make the roles of a suspended organisation effective again; after set-up, one with Admin or Regulator is reinstated by
    /// `theriac admin propose reinstate`
    Reinstate {
        /// The organisation: its number, a GLN or its URI
        organisation: OrganisationRef,
    },
    /// Publish the X25519 key to which confidential data is sealed for your organisation (needs a steward)
    SealingKey {
        /// The public key: 64 hexadecimal digits
        #[arg(value_name = "KEY", value_parser = sealing_key)]
        key: [u8; 32],
    },
    /// Sites: the places where goods are
    #[command(subcommand)]
    Site(site::SiteCommand),
    /// GS1 company prefixes: with which digits the keys of an organisation begin
    #[command(subcommand)]
    Prefix(prefix::PrefixCommand),
    /// Accounts that act for an organisation
    #[command(subcommand)]
    Account(account::AccountCommand),
}

/// Options of `theriac org register`.
#[derive(Args, Debug)]
pub struct RegisterArgs {
    /// The name that people read
    #[arg(long)]
    name: String,
    #[command(flatten)]
    identifier: IdentifierArgs,
    /// The account of its first steward, who adds its other accounts: SS58, or 0x and hexadecimal
    #[arg(long, value_name = "ACCOUNT", value_parser = accounts::parse)]
    steward: AccountId,
}

/// Options of `theriac org update`.
#[derive(Args, Debug)]
pub struct UpdateArgs {
    /// The organisation: its number, a GLN or its URI
    organisation: OrganisationRef,
    /// The right name; without it, the name stays
    #[arg(long, required_unless_present_any = ["gln", "uri"])]
    name: Option<String>,
    /// The right GS1 Global Location Number, 13 digits
    #[arg(long, conflicts_with = "uri")]
    gln: Option<Gln>,
    /// The right identifier as a URI
    #[arg(long)]
    uri: Option<String>,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct IdentifierArgs {
    /// Its GS1 Global Location Number, 13 digits
    #[arg(long)]
    gln: Option<Gln>,
    /// Another identifier as a URI, such as urn:oid:2.16.840.1.113883.4.6
    #[arg(long)]
    uri: Option<String>,
}

/// The identifier that the options name.
fn identifier(gln: Option<Gln>, uri: Option<String>) -> Option<Identifier> {
    gln.map(|gln| Identifier::Gln(gln.value())).or(uri.map(Identifier::Uri))
}

fn sealing_key(text: &str) -> Result<[u8; 32], String> {
    let mut key = [0; 32];
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode_to_slice(digits, &mut key)
        .map_err(|_| "an X25519 key has 64 hexadecimal digits".to_owned())?;
    Ok(key)
}

/// Runs a command of `theriac org`.
pub async fn run(command: OrgCommand, global: &Global) -> Result<Answer, Failure> {
    let context = &Context::open(global).await?;
    let governance = context.governance();
    match command {
        OrgCommand::Register(args) => register(context, args).await,
        OrgCommand::Update(args) => update(context, args).await,
        OrgCommand::Show { organisation } => {
            let entry = match organisation {
                Some(named) => context.find_organisation(&named).await?,
                None => context.own_organisation().await?,
            };
            let sites = context.sites_of(entry.id).await?;
            Answer::of(&OrganisationDetails::new(&entry, Some(&sites), time::now_ms()))
        }
        OrgCommand::List => {
            let now = time::now_ms();
            let all = context.all(|start, limit| governance.organisations(start, limit)).await?;
            let views: Vec<_> = all.iter().map(|entry| OrganisationDetails::new(entry, None, now)).collect();
            Answer::list(&views, "No organisation is registered.")
        }
        OrgCommand::Grant { role, organisation, until } => {
            let entry = context.find_organisation(&organisation).await?;
            let end = until.map(|end| format!(" until {}", time::readable(end))).unwrap_or_default();
            let done = format!("{} has the role {}{end}.", OrganisationView::from(&entry), role.name());
            let mut data = role_data(&entry, role);
            data["expires_at"] = json!(until.map(time::rfc3339));
            context.change(&governance.grant_role(entry.id, role, until), &done, data).await
        }
        OrgCommand::Revoke { role, organisation } => {
            let entry = context.find_organisation(&organisation).await?;
            let done = format!("{} no longer has the role {}.", OrganisationView::from(&entry), role.name());
            context.change(&governance.revoke_role(entry.id, role), &done, role_data(&entry, role)).await
        }
        OrgCommand::Suspend { organisation } => {
            let entry = context.find_organisation(&organisation).await?;
            let done =
                format!("{} is suspended: none of its roles is effective.", OrganisationView::from(&entry));
            context.change(&governance.suspend_organisation(entry.id), &done, data(&entry)).await
        }
        OrgCommand::Reinstate { organisation } => {
            let entry = context.find_organisation(&organisation).await?;
            let done = format!("The roles of {} are effective again.", OrganisationView::from(&entry));
            context.change(&governance.reinstate_organisation(entry.id), &done, data(&entry)).await
        }
        OrgCommand::SealingKey { key } => {
            let data = json!({ "sealing_key": format!("0x{}", hex::encode(key)) });
            context.change(&governance.set_sealing_key(key), "The key is published.", data).await
        }
        OrgCommand::Site(command) => site::run(command, context).await,
        OrgCommand::Prefix(command) => prefix::run(command, context).await,
        OrgCommand::Account(command) => account::run(command, context).await,
    }
}

async fn register(context: &Context<'_>, args: RegisterArgs) -> Result<Answer, Failure> {
    let RegisterArgs { name, identifier: IdentifierArgs { gln, uri }, steward } = args;
    let identifier = identifier(gln, uri)
        .ok_or_else(|| Failure::bad_input("the organisation needs an identifier; give --gln or --uri"))?;
    let governance = context.governance();
    let receipt = context.submit(&governance.register_organisation(&name, &identifier, steward)).await?;
    let OrganisationRegistered { organisation, .. } = receipt.event(governance.0)?;
    let done = format!(
        "Registered organisation {organisation}, {name}; its steward is {}.\nRegister its sites with: theriac org site \
         register {organisation}",
        ss58(steward)
    );
    let data = json!({ "organisation": organisation, "name": name, "steward": ss58(steward) });
    changed(&receipt, &done, data)
}

async fn update(context: &Context<'_>, args: UpdateArgs) -> Result<Answer, Failure> {
    let OrganisationEntry { id, organisation, .. } = context.find_organisation(&args.organisation).await?;
    let name = args.name.unwrap_or(organisation.name);
    let identifier = identifier(args.gln, args.uri).unwrap_or(organisation.identifier);
    let call = context.governance().update_organisation(id, &name, &identifier);
    let done = format!("Corrected organisation {id}: {name}.");
    context.change(&call, &done, json!({ "organisation": id, "name": name })).await
}

fn data(entry: &OrganisationEntry) -> Value {
    json!({ "organisation": entry.id, "name": entry.organisation.name })
}

fn role_data(entry: &OrganisationEntry, role: Role) -> Value {
    let mut data = data(entry);
    data["role"] = json!(role.name());
    data
}
