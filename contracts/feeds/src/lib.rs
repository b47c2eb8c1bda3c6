//! Oracle operators, model registry, signed reports and freshness
