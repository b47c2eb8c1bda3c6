//! Theriac: drug provenance and oracle results on ink! contracts
