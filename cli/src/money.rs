//! Amounts of the chain's token.

use serde_json::{json, Value};

/// The chain's token: its symbol, and how many decimals an amount has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(Option<(String, u8)>);

impl Token {
    /// As the node names it.
    pub fn new(known: Option<(String, u8)>) -> Self {
        Self(known)
    }

    /// An amount in the smallest unit for people: exact, without zeros at its end.
    pub fn text(&self, amount: u128) -> String {
        let Some((symbol, decimals)) = &self.0 else {
            return format!("{amount} of the smallest unit");
        };
        let digits = format!("{amount:0>width$}", width = usize::from(*decimals).saturating_add(1));
        let (whole, rest) = digits.split_at(digits.len().saturating_sub(usize::from(*decimals)));
        let rest = rest.trim_end_matches('0');
        let point = if rest.is_empty() { "" } else { "." };
        format!("{whole}{point}{rest} {symbol}")
    }

    /// The token for programs. Amounts are strings there: they exceed the numbers of many JSON readers.
    pub fn data(&self) -> Value {
        match &self.0 {
            Some((symbol, decimals)) => json!({ "symbol": symbol, "decimals": decimals }),
            None => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact_and_short() {
        let token = Token::new(Some(("UNIT".to_owned(), 12)));
        for (amount, expected) in [
            (0, "0 UNIT"),
            (1, "0.000000000001 UNIT"),
            (1_000_000_000_000, "1 UNIT"),
            (12_340_000_000_000, "12.34 UNIT"),
            (u128::MAX, "340282366920938463463374607.431768211455 UNIT"),
        ] {
            assert_eq!(token.text(amount), expected);
        }
        assert_eq!(Token::new(Some(("T".to_owned(), 0))).text(70), "70 T");
        assert_eq!(Token::new(None).text(7), "7 of the smallest unit");
    }
}
