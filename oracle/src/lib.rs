//! The oracle service: jobs, sources, signed reports, store
