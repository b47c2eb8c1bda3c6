//! Typed client of the Theriac contracts over subxt
