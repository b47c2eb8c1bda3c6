//! Organisations, roles, two-step administration and pause
