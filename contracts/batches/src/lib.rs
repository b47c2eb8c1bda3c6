//! Drug batches: mass balance, custody, release gate, units, recall and verdict
