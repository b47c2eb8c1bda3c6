use std::fmt;

use zeroize::Zeroizing;

use crate::body::{self, Head};
use crate::intake::Intake;
use crate::tree::Hash;
use crate::{Error, Lists, Outcome, Refused, Registered};

/// A [`body`] that arrives in pieces of any size. Its memory stays flat; nothing is held before [`Upload::finish`], and
/// nothing is left of an upload that is dropped or refused.
pub struct Upload {
    lists: Lists,
    registered: Registered,
    state: State,
}

enum State {
    /// The bytes of the head that are here.
    Head(Zeroizing<Vec<u8>>),
    Leaves(Box<Leaves>),
    Refused,
}

struct Leaves {
    intake: Intake,
    /// The leaf that key and first serial make.
    first: Hash,
    /// What is here of the next leaf.
    begun: Vec<u8>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("registered", &self.registered).finish_non_exhaustive()
    }
}

impl Upload {
    pub(crate) fn begin(lists: &Lists, registered: Registered) -> Result<Self, Error> {
        lists.layout(registered.quantity)?;
        let head = Zeroizing::new(Vec::with_capacity(Head::MAX));
        Ok(Self { lists: lists.clone(), registered, state: State::Head(head) })
    }

    /// Takes the next bytes. It reads and writes a file: not for a thread that must not wait.
    ///
    /// # Errors
    /// [`Error::Refused`] as soon as the bytes show it, one byte more than the batch's leaves among them, and
    /// [`Error::File`]. After an error the upload is over.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.try_write(bytes);
        if written.is_err() {
            self.state = State::Refused;
        }
        written
    }

    fn try_write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut bytes = bytes;
        if let State::Head(head) = &mut self.state {
            let had = head.len();
            let wanted = Head::MAX.saturating_sub(had).min(bytes.len());
            head.extend_from_slice(bytes.get(..wanted).unwrap_or_default());
            let Some((read, length)) = Head::decode(head)? else { return Ok(()) };
            bytes = bytes.get(length.saturating_sub(had)..).unwrap_or_default();
            let first = body::leaf(self.registered.batch, &read.first, &read.key);
            let intake = Intake::begin(&self.lists, self.registered, read.key)?;
            self.state = State::Leaves(Box::new(Leaves { intake, first, begun: Vec::new() }));
        }
        match &mut self.state {
            State::Leaves(leaves) => leaves.write(bytes, self.registered),
            State::Head(_) => Ok(()),
            State::Refused => Err(Refused::Over.into()),
        }
    }

    /// Holds the list, where it is the one that was registered, and all of it is here.
    ///
    /// # Errors
    /// [`Error::Refused`] and [`Error::File`]; nothing is kept then, and a list that was held before stays.
    pub fn finish(self) -> Result<Outcome, Error> {
        match self.state {
            State::Leaves(leaves) if leaves.begun.is_empty() => leaves.intake.finish(Some(leaves.first)),
            State::Leaves(leaves) => {
                Err(Refused::Cut { serial: leaves.intake.count().saturating_add(1) }.into())
            }
            State::Head(_) => Err(Refused::NotAList.into()),
            State::Refused => Err(Refused::Over.into()),
        }
    }
}

impl Leaves {
    fn write(&mut self, bytes: &[u8], registered: Registered) -> Result<(), Error> {
        let mut bytes = bytes;
        if self.intake.count() == registered.quantity && !bytes.is_empty() {
            return Err(Refused::TooMany { quantity: registered.quantity }.into());
        }
        if !self.begun.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(32_usize.saturating_sub(self.begun.len())));
            self.begun.extend_from_slice(now);
            bytes = later;
            let Ok(leaf) = Hash::try_from(self.begun.as_slice()) else { return Ok(()) };
            self.begun.clear();
            self.intake.leaves(&[leaf])?;
        }
        let (leaves, begun) = bytes.as_chunks();
        self.intake.leaves(leaves)?;
        if self.intake.count() == registered.quantity && !begun.is_empty() {
            return Err(Refused::TooMany { quantity: registered.quantity }.into());
        }
        self.begun.extend_from_slice(begun);
        Ok(())
    }
}
