use primitives::AccountId;
use subxt::utils::AccountId32;

/// An account as text: SS58 with the generic prefix 42, which every wallet reads.
#[must_use]
pub fn account_text(account: &AccountId) -> String {
    let bytes: &[u8; 32] = account.as_ref();
    AccountId32(*bytes).to_string()
}

/// Reads an account from SS58 (any prefix) or from 0x and 64 hexadecimal digits.
///
/// # Errors
/// When the text is neither; the message says what is expected.
pub fn parse_account(text: &str) -> Result<AccountId, ParseAccountError> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x") {
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| ParseAccountError)?;
        return Ok(AccountId::from(bytes));
    }
    text.parse::<AccountId32>().map(|id| AccountId::from(id.0)).map_err(|_| ParseAccountError)
}

/// A text is not an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an account: an SS58 address such as 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY, \
         or 0x and 64 hexadecimal digits, is expected"
)]
pub struct ParseAccountError;

/// Accounts in files, as text.
pub(crate) mod as_text {
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    use super::{account_text, parse_account, AccountId};

    pub fn serialize<S: Serializer>(account: &AccountId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&account_text(account))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountId, D::Error> {
        parse_account(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    #[test]
    fn an_account_survives_both_of_its_texts() {
        let account = parse_account(ALICE).unwrap();
        assert_eq!(account_text(&account), ALICE);
        let bytes: &[u8; 32] = account.as_ref();
        assert_eq!(parse_account(&format!("0x{}", hex::encode(bytes))), Ok(account));
    }

    #[test]
    fn what_is_no_account_is_refused() {
        for text in ["", "0x", "0x12", "Alice", &ALICE[1..], &format!("{ALICE}x")] {
            assert_eq!(parse_account(text), Err(ParseAccountError), "{text}");
        }
    }
}
