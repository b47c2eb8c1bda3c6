//! The tests of this crate on a real node, in one program: each program would link all that the crate does.

mod confidential;
mod models;
mod oracle;
mod rotation;
mod story;
