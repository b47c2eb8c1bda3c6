//! Accounts as people write and read them: SS58 or hexadecimal.

use chain::ParseAccountError;
use primitives::AccountId;

/// Reads an account: SS58, or `0x` and 64 hexadecimal digits.
pub fn parse(text: &str) -> Result<AccountId, ParseAccountError> {
    chain::parse_account(text)
}

/// An account's SS58 address.
pub fn ss58(account: AccountId) -> String {
    chain::account_text(&account)
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
}
