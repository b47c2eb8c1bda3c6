-- What the contracts of one deployment emitted in finalised blocks, and how far that is read.
--
-- Numbers are signed integers of 64 bits, and bytes are as SCALE has them. Nothing is derived but `mentions`, and that from the
-- event alone: what holds now is asked of the chain.

CREATE TABLE deployment (
    only      BIGINT NOT NULL PRIMARY KEY CHECK (only = 1),
    genesis   BLOB   NOT NULL CHECK (length(genesis) = 32),
    -- The addresses of its contracts, one behind the other.
    contracts BLOB   NOT NULL,
    -- The first block that counts, and the next one to read.
    first     BIGINT NOT NULL,
    next      BIGINT NOT NULL CHECK (next >= first),
    -- The hash of the block before `next`. NULL where that was not read.
    tip       BLOB   CHECK (tip IS NULL OR length(tip) = 32)
) WITHOUT ROWID;

-- Ranges of blocks that could not be read, both ends included.
CREATE TABLE gaps (
    first BIGINT NOT NULL PRIMARY KEY,
    last  BIGINT NOT NULL CHECK (last >= first)
) WITHOUT ROWID;

-- Blocks with events, and their times in milliseconds since 1970 in UTC.
CREATE TABLE blocks (
    number BIGINT NOT NULL PRIMARY KEY,
    hash   BLOB   NOT NULL CHECK (length(hash) = 32),
    at     BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE events (
    block     BIGINT NOT NULL,
    -- Among all events of the block, from 0.
    place     BIGINT NOT NULL,
    -- The place of the transaction in the block. NULL where no transaction caused it.
    extrinsic BIGINT,
    contract  BLOB   NOT NULL CHECK (length(contract) = 32),
    -- As the first topic has it; empty where that is not a name.
    name      TEXT   NOT NULL,
    topics    BLOB   NOT NULL,
    data      BLOB   NOT NULL,
    -- 0 where the program that stored it did not know it: then it has no mentions, until one comes that does.
    known     BIGINT NOT NULL CHECK (known IN (0, 1)),
    PRIMARY KEY (block, place)
) WITHOUT ROWID;

CREATE INDEX events_unknown ON events (block, place) WHERE known = 0;

-- By which identifiers an event is found. The kinds are in src/mentions.rs.
CREATE TABLE mentions (
    kind  BIGINT NOT NULL,
    key   BLOB   NOT NULL,
    block BIGINT NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (kind, key, block, place)
) WITHOUT ROWID;
