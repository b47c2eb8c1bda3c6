//! Accounts as people write and read them: SS58 or hexadecimal, and the name of the organisation behind.

use std::collections::BTreeMap;
use std::fmt;

use chain::ParseAccountError;
use primitives::AccountId;
use serde::Serialize;

/// Reads an account: SS58, or `0x` and 64 hexadecimal digits.
pub fn parse(text: &str) -> Result<AccountId, ParseAccountError> {
    chain::parse_account(text)
}

/// An account's SS58 address.
pub fn ss58(account: AccountId) -> String {
    chain::account_text(&account)
}

/// The organisations' names that `access` knows, by account.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<[u8; 32], String>);

impl Names {
    /// Remembers who acts through an account.
    pub fn insert(&mut self, account: AccountId, name: String) {
        self.0.insert(*account.as_ref(), name);
    }

    /// The account with the name of its organisation.
    pub fn of(&self, account: AccountId) -> AccountView {
        let name = self.0.get::<[u8; 32]>(account.as_ref()).cloned();
        AccountView { account: ss58(account), name }
    }
}

/// An account with the name of its organisation, where it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// SS58.
    pub account: String,
    /// The organisation's name.
    pub name: Option<String>,
}

impl AccountView {
    /// The name, where it is known, and the address otherwise.
    pub fn short(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.account.clone())
    }
}

impl fmt::Display for AccountView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} ({})", self.account),
            None => f.write_str(&self.account),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    const ALICE_HEX: &str = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

    #[test]
    fn an_account_is_read_as_ss58_or_hexadecimal() {
        assert_eq!(parse(ALICE), parse(ALICE_HEX));
        assert_eq!(ss58(parse(ALICE_HEX).unwrap()), ALICE);
    }

    #[test]
    fn an_account_shows_the_name_of_its_organisation() {
        let account = parse(ALICE).unwrap();
        let mut names = Names::default();
        assert_eq!(names.of(account).to_string(), ALICE);
        names.insert(account, "Alpha Pharma".to_owned());
        assert_eq!(names.of(account).to_string(), format!("Alpha Pharma ({ALICE})"));
    }
}
