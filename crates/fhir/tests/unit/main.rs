//! The tests of this crate, in one program: each program would link all that the crate does.

mod record;
mod synthea;
