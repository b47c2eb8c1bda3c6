use scale_info::{TypeDef, TypeInfo};

/// A contract's own refusal, typed by contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractError {
    /// `access` refused.
    Access(primitives::access::Error),
    /// `governance` refused.
    Governance(primitives::governance::Error),
    /// `batches` refused.
    Batches(primitives::batches::Error),
    /// `products` refused.
    Products(primitives::products::Error),
    /// `units` refused.
    Units(primitives::units::Error),
    /// `evidence` refused.
    Evidence(primitives::evidence::Error),
    /// `feeds` refused.
    Feeds(primitives::feeds::Error),
}

impl ContractError {
    /// The error's name, such as `QuantityNotHeld`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            ContractError::Access(error) => format!("{error:?}"),
            ContractError::Governance(error) => format!("{error:?}"),
            ContractError::Batches(error) => format!("{error:?}"),
            ContractError::Products(error) => format!("{error:?}"),
            ContractError::Units(error) => format!("{error:?}"),
            ContractError::Evidence(error) => format!("{error:?}"),
            ContractError::Feeds(error) => format!("{error:?}"),
        }
    }

    /// The contract's name.
    #[must_use]
    pub fn contract(&self) -> &'static str {
        match self {
            ContractError::Access(_) => "access",
            ContractError::Governance(_) => "governance",
            ContractError::Batches(_) => "batches",
            ContractError::Products(_) => "products",
            ContractError::Units(_) => "units",
            ContractError::Evidence(_) => "evidence",
            ContractError::Feeds(_) => "feeds",
        }
    }

    /// What the error says, in the words of the contract's own documentation.
    #[must_use]
    pub fn explanation(&self) -> String {
        let name = self.name();
        match self {
            ContractError::Access(_) => docs_of::<primitives::access::Error>(&name),
            ContractError::Governance(_) => docs_of::<primitives::governance::Error>(&name),
            ContractError::Batches(_) => docs_of::<primitives::batches::Error>(&name),
            ContractError::Products(_) => docs_of::<primitives::products::Error>(&name),
            ContractError::Units(_) => docs_of::<primitives::units::Error>(&name),
            ContractError::Evidence(_) => docs_of::<primitives::evidence::Error>(&name),
            ContractError::Feeds(_) => docs_of::<primitives::feeds::Error>(&name),
        }
    }
}

/// The documentation of an enum's variant, which the contract's type information carries: so the text cannot drift
/// from the contract.
fn docs_of<E: TypeInfo>(variant: &str) -> String {
    let TypeDef::Variant(variants) = E::type_info().type_def else {
        return String::new();
    };
    let docs = variants.variants.into_iter().find(|candidate| candidate.name == variant);
    docs.map(|variant| plain(&variant.docs.join(" "))).unwrap_or_default()
}

/// A documentation comment without its links' marks.
fn plain(docs: &str) -> String {
    docs.replace("[`super::", "").replace("[`", "").replace("`]", "").replace('`', "").trim().to_owned()
}

impl std::fmt::Display for ContractError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} refuses with {}: {}", self.contract(), self.name(), self.explanation())
    }
}

impl std::error::Error for ContractError {}

impl From<primitives::access::Error> for ContractError {
    fn from(error: primitives::access::Error) -> Self {
        ContractError::Access(error)
    }
}

impl From<primitives::governance::Error> for ContractError {
    fn from(error: primitives::governance::Error) -> Self {
        ContractError::Governance(error)
    }
}

impl From<primitives::batches::Error> for ContractError {
    fn from(error: primitives::batches::Error) -> Self {
        ContractError::Batches(error)
    }
}

impl From<primitives::products::Error> for ContractError {
    fn from(error: primitives::products::Error) -> Self {
        ContractError::Products(error)
    }
}

impl From<primitives::units::Error> for ContractError {
    fn from(error: primitives::units::Error) -> Self {
        ContractError::Units(error)
    }
}

impl From<primitives::evidence::Error> for ContractError {
    fn from(error: primitives::evidence::Error) -> Self {
        ContractError::Evidence(error)
    }
}

impl From<primitives::feeds::Error> for ContractError {
    fn from(error: primitives::feeds::Error) -> Self {
        ContractError::Feeds(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_speaks_in_the_words_of_the_contract() {
        let error = ContractError::from(primitives::products::Error::TooManyProducts);
        assert_eq!(
            error.to_string(),
            "products refuses with TooManyProducts: Not 1 to MAX_PRODUCTS products."
        );
    }

    #[test]
    fn every_error_of_every_contract_is_explained() {
        for explained in [
            all_explained::<primitives::access::Error>(),
            all_explained::<primitives::governance::Error>(),
            all_explained::<primitives::products::Error>(),
            all_explained::<primitives::batches::Error>(),
            all_explained::<primitives::units::Error>(),
            all_explained::<primitives::evidence::Error>(),
            all_explained::<primitives::feeds::Error>(),
        ] {
            assert!(explained);
        }
    }

    fn all_explained<E: TypeInfo>() -> bool {
        let TypeDef::Variant(variants) = E::type_info().type_def else { return false };
        !variants.variants.is_empty()
            && variants.variants.iter().all(|variant| !docs_of::<E>(variant.name).is_empty())
    }
}
