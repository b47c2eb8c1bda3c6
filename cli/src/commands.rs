//! The commands: each reads its arguments, asks or changes the chain, and answers.

pub mod admin;
pub mod batch;
pub mod deploy;
pub mod devnet;
pub mod epcis;
pub mod evidence;
pub mod feed;
pub mod logistic;
pub mod model;
pub mod oracle;
pub mod org;
pub mod qr;
pub mod quarantine;
pub mod route;
pub mod sealing_key;
pub mod terms;
pub mod text;
pub mod treatment;
pub mod verify;
