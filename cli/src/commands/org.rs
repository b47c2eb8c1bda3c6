//! `theriac org`: organisations and the roles that they hold.

use std::fmt;

use access::{Identifier, Member};
use clap::{Args, Subcommand};
use gs1::Gln;
use primitives::{AccountId, Role};
use serde::Serialize;
use serde_json::json;

use crate::accounts;
use crate::answer::Answer;
use crate::choices::{choice, Choice};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::global::Global;
use crate::time;

/// Shown below the help.
pub const EXAMPLES: &str = "\
Examples:
  maker=5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty
  theriac org register $maker --name 'Alpha Pharma' --gln 6291041500213
  theriac org grant manufacturer $maker --until 2027-12-31
  theriac org show                      the account and roles of your own key
  theriac org list --json";

/// Commands of `theriac org`.
#[derive(Subcommand, Debug)]
pub enum OrgCommand {
    /// Register the organisation that acts through an account (needs Admin)
    Register(RegisterArgs),
    /// Show an organisation and its roles
    Show {
        /// The account: SS58, or 0x and hexadecimal; without it, the account of your key
        #[arg(value_parser = accounts::parse)]
        account: Option<AccountId>,
    },
    /// List all organisations
    List,
    /// Give an organisation a role (needs the role's administering role)
    Grant {
        /// The role
        #[arg(value_parser = choice::<Role>())]
        role: Role,
        /// The organisation's account
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
        /// The last day or moment at which the role is held, such as 2027-12-31; without it, it does not end
        #[arg(long, value_name = "DAY", value_parser = time::parse_end)]
        until: Option<u64>,
    },
    /// Take a role from an organisation, or give up your own
    Revoke {
        /// The role
        #[arg(value_parser = choice::<Role>())]
        role: Role,
        /// The organisation's account
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
    },
    /// Stop an organisation's roles from counting, at once and everywhere (needs Admin or Regulator)
    Suspend {
        /// The organisation's account
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
    },
    /// Let a suspended organisation's roles count again
    Reinstate {
        /// The organisation's account
        #[arg(value_parser = accounts::parse)]
        account: AccountId,
    },
    /// Publish the X25519 key to which confidential data is sealed for you
    SealingKey {
        /// The public key: 64 hexadecimal digits
        #[arg(value_name = "KEY", value_parser = sealing_key)]
        key: [u8; 32],
    },
}

/// Options of `theriac org register`.
#[derive(Args, Debug)]
pub struct RegisterArgs {
    /// The account that acts for the organisation: SS58, or 0x and hexadecimal
    #[arg(value_parser = accounts::parse)]
    account: AccountId,
    /// The name that people read
    #[arg(long)]
    name: String,
    #[command(flatten)]
    identifier: IdentifierArgs,
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

impl IdentifierArgs {
    fn into_identifier(self) -> Result<Identifier, Failure> {
        match (self.gln, self.uri) {
            (Some(gln), _) => Ok(Identifier::Gln(gln.value())),
            (None, Some(uri)) => Ok(Identifier::Uri(uri)),
            (None, None) => {
                Err(Failure::bad_input("the organisation needs an identifier; give --gln or --uri"))
            }
        }
    }
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
    let context = Context::open(global).await?;
    let access = context.access();
    let data = |account: AccountId| json!({ "account": accounts::ss58(account) });
    let role_data =
        |role: Role, account: AccountId| json!({ "role": role.name(), "account": accounts::ss58(account) });
    match command {
        OrgCommand::Register(args) => {
            let (account, name) = (args.account, args.name);
            let identifier = args.identifier.into_identifier()?;
            let call = access.register_organisation(account, &name, &identifier);
            context
                .change(&call, &format!("{name} acts through {}.", accounts::ss58(account)), data(account))
                .await
        }
        OrgCommand::Show { account } => show(&context, account).await,
        OrgCommand::List => list(&context).await,
        OrgCommand::Grant { role, account, until } => {
            let call = access.grant_role(role, account, until);
            let end = until.map(|end| format!(" until {}", time::readable(end))).unwrap_or_default();
            let done = format!("{} is {}{end}.", accounts::ss58(account), role.name());
            let mut data = role_data(role, account);
            data["expires_at"] = json!(until.map(time::rfc3339));
            context.change(&call, &done, data).await
        }
        OrgCommand::Revoke { role, account } => {
            let done = format!("{} is no longer {}.", accounts::ss58(account), role.name());
            context.change(&access.revoke_role(role, account), &done, role_data(role, account)).await
        }
        OrgCommand::Suspend { account } => {
            let done = format!("{} is suspended: none of its roles counts.", accounts::ss58(account));
            context.change(&access.suspend_organisation(account), &done, data(account)).await
        }
        OrgCommand::Reinstate { account } => {
            let done = format!("The roles of {} count again.", accounts::ss58(account));
            context.change(&access.reinstate_organisation(account), &done, data(account)).await
        }
        OrgCommand::SealingKey { key } => {
            let data = json!({ "sealing_key": format!("0x{}", hex::encode(key)) });
            context.change(&access.set_sealing_key(key), "The key is published.", data).await
        }
    }
}

async fn show(context: &Context<'_>, account: Option<AccountId>) -> Result<Answer, Failure> {
    let account = match account {
        Some(account) => account,
        None => context.account()?.id(),
    };
    match context.read(&context.access().organisation(account)).await? {
        Some(member) => Answer::of(&MemberView::new(&member, time::now_ms())),
        None => Err(Failure::new(
            Exit::Refused,
            format!(
                "no organisation acts through {}; the administrator registers it with `theriac org register`",
                accounts::ss58(account)
            ),
        )
        .with_code("access/unknown-organisation")),
    }
}

async fn list(context: &Context<'_>) -> Result<Answer, Failure> {
    let now = time::now_ms();
    let members = context.all(|start, limit| context.access().organisations(start, limit)).await?;
    let views: Vec<MemberView> = members.iter().map(|member| MemberView::new(member, now)).collect();
    Answer::list(&views, "No organisation is registered.")
}

/// An organisation as people and machines read it.
#[derive(Serialize)]
struct MemberView {
    account: String,
    name: String,
    identifier: String,
    suspended: bool,
    roles: Vec<GrantView>,
    sealing_key: Option<String>,
    registered_at: String,
}

#[derive(Serialize)]
struct GrantView {
    role: &'static str,
    expires_at: Option<String>,
    /// Whether it counts now, by this computer's clock.
    counts: bool,
}

impl MemberView {
    fn new(member: &Member, now: u64) -> Self {
        let Member { account, organisation, membership } = member;
        let role = |grant: &access::Grant| GrantView {
            role: grant.role.name(),
            expires_at: grant.expires_at.map(time::rfc3339),
            counts: !membership.suspended && grant.holds_at(now),
        };
        Self {
            account: accounts::ss58(*account),
            name: organisation.name.clone(),
            identifier: match &organisation.identifier {
                Identifier::Gln(gln) => format!("GLN {gln:013}"),
                Identifier::Uri(uri) => uri.clone(),
            },
            suspended: membership.suspended,
            roles: membership.grants.iter().map(role).collect(),
            sealing_key: organisation.sealing_key.map(|key| format!("0x{}", hex::encode(key))),
            registered_at: time::rfc3339(organisation.registered_at),
        }
    }
}

impl fmt::Display for GrantView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.role)?;
        if let Some(end) = &self.expires_at {
            write!(f, " until {end}")?;
        }
        if !self.counts {
            f.write_str(" (does not count now)")?;
        }
        Ok(())
    }
}

impl fmt::Display for MemberView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}{}", self.name, if self.suspended { " (suspended)" } else { "" })?;
        writeln!(f, "  Account     {}", self.account)?;
        writeln!(f, "  Identifier  {}", self.identifier)?;
        let roles: Vec<String> = self.roles.iter().map(ToString::to_string).collect();
        let roles = if roles.is_empty() { "none".to_owned() } else { roles.join(", ") };
        writeln!(f, "  Roles       {roles}")?;
        if let Some(key) = &self.sealing_key {
            writeln!(f, "  Sealing key {key}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::{Grant, Membership, Organisation};

    #[test]
    fn a_member_shows_what_counts_and_what_does_not() {
        let grants = vec![
            Grant { role: Role::Pharmacy, expires_at: None },
            Grant { role: Role::Wholesaler, expires_at: Some(1_790_000_000_000) },
        ];
        let organisation = Organisation {
            name: "Corner Pharmacy".to_owned(),
            identifier: Identifier::Gln(614_141_000_012),
            sealing_key: None,
            registered_at: 0,
        };
        let membership = Membership { suspended: false, grants };
        let member = Member { account: [1; 32].into(), organisation, membership };
        assert_eq!(
            MemberView::new(&member, 1_790_000_000_001).to_string(),
            "Corner Pharmacy\n  Account     5C62Ck4UrFPiBtoCmeSrgF7x9yv9mn38446dhCpsi2mLHiFT\n  \
             Identifier  GLN 0614141000012\n  Roles       pharmacy, wholesaler until 2026-09-21T14:13:20Z (does not \
             count now)\n"
        );
    }
}
