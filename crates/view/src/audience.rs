/// Who reads the advice. What is the case is the same for everybody; what to do about it can be a command or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Who uses `theriac` at a command line.
    CommandLine,
    /// Who scans a pack on a page, or at a till.
    Web,
}

impl Audience {
    /// The advice for this audience, of that with commands and that without.
    pub(crate) const fn choose<T: Copy>(self, with_commands: T, without: T) -> T {
        match self {
            Self::CommandLine => with_commands,
            Self::Web => without,
        }
    }
}
