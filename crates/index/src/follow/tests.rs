//! Against a chain that a test scripts.
