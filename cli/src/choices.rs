//! The names by which people choose from the contracts' enumerations.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use view::choices::Choice;

/// Reads a value by its name, and lists all names in `--help`.
pub fn choice<T: Choice>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(T::ALL.iter().map(|(name, _)| *name)).try_map(|given| {
        let found = T::ALL.iter().find(|(name, _)| *name == given);
        found.map(|(_, value)| *value).ok_or("not one of the names")
    })
}
