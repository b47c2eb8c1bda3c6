use scale::Encode;

use crate::node::call::selector;

/// How a contract is born: its constructor with arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constructor {
    name: &'static str,
    input: Vec<u8>,
}

impl Constructor {
    pub(crate) fn new(name: &'static str, args: impl Encode) -> Self {
        let mut input = selector(name).to_vec();
        args.encode_to(&mut input);
        Self { name, input }
    }

    /// The constructor's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the contract gets: the selector and the SCALE arguments.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        &self.input
    }
}
