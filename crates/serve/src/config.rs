//! What is wrong with a configuration: everything at once, each with its remedy.

/// A problem of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {cause}; {remedy}")]
pub struct Problem {
    /// The key, such as `job[0].feed`.
    pub key: String,
    /// The problem.
    pub cause: String,
    /// The remedy.
    pub remedy: String,
}

/// The problems that were found so far.
#[derive(Debug)]
pub struct Problems {
    variables: &'static str,
    found: Vec<Problem>,
}

impl Problems {
    /// None yet. The service's variables begin so, such as `THERIAC_ORACLE_`.
    #[must_use]
    pub const fn new(variables: &'static str) -> Self {
        Self { variables, found: Vec::new() }
    }

    /// Adds one.
    pub fn add(&mut self, key: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) {
        self.found.push(Problem { key: key.into(), cause: cause.into(), remedy: remedy.into() });
    }

    /// The value, and a problem where there is none: it is set in the file, or by the variable of this name.
    pub fn required<T>(&mut self, value: Option<T>, key: &str, variable: &str) -> Option<T> {
        if value.is_none() {
            self.add(key, "is missing", format!("set it in the file, or {}{variable}", self.variables));
        }
        value
    }

    /// The configuration, where nothing was wrong.
    ///
    /// # Errors
    /// All problems.
    pub fn unless<T>(self, config: Option<T>) -> Result<T, Vec<Problem>> {
        match config {
            Some(config) if self.found.is_empty() => Ok(config),
            _ => Err(self.found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_named_with_their_remedies() {
        let mut problems = Problems::new("THERIAC_");
        assert_eq!(problems.required(Some(1), "a", "A"), Some(1));
        assert_eq!(problems.required(None::<u8>, "chain.url", "URL"), None);
        problems.add("b", "is too large", "write less");
        let named: Vec<String> =
            problems.unless(Some(())).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            named,
            ["chain.url: is missing; set it in the file, or THERIAC_URL", "b: is too large; write less"]
        );
        assert_eq!(Problems::new("").unless(Some(7)), Ok(7));
    }
}
