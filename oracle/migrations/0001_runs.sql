-- Which deployment the rest belongs to, and up to which finalised block its events are in `runs`.
CREATE TABLE deployment (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    genesis  BLOB    NOT NULL CHECK (length(genesis) = 32),
    contract BLOB    NOT NULL CHECK (length(contract) = 32),
    -- Makes ids of runs from callers' keys, which may say who is meant.
    secret   BLOB    NOT NULL CHECK (length(secret) = 32),
    cursor   INTEGER
) STRICT;

-- Who stands behind a subject on chain. Personal data: the only place where they are kept.
CREATE TABLE subjects (
    subject    BLOB    PRIMARY KEY CHECK (length(subject) = 32),
    job        TEXT    NOT NULL,
    salt       BLOB    NOT NULL CHECK (length(salt) = 32),
    patient    TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- One run per request on chain or push. Times are milliseconds since 1970, UTC.
CREATE TABLE runs (
    id          TEXT    PRIMARY KEY,
    job         TEXT    NOT NULL,
    request     INTEGER UNIQUE,
    subject     BLOB    NOT NULL CHECK (length(subject) = 32),
    state       TEXT    NOT NULL
                CHECK (state IN ('queued', 'waiting', 'computed', 'submitted', 'finalised', 'failed')),
    reason      TEXT,
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL,
    deadline    INTEGER NOT NULL,
    -- The signed report, before it is sent, and the salt of its inputs.
    report      BLOB,
    signature   BLOB    CHECK (signature IS NULL OR length(signature) = 65),
    inputs_salt BLOB    CHECK (inputs_salt IS NULL OR length(inputs_salt) = 32),
    block       INTEGER,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    -- What is to be sent is stored first.
    CHECK (state NOT IN ('computed', 'submitted') OR (report IS NOT NULL AND signature IS NOT NULL))
) STRICT;

CREATE INDEX runs_due ON runs (next_at) WHERE state NOT IN ('finalised', 'failed');
CREATE INDEX runs_done ON runs (updated_at) WHERE state IN ('finalised', 'failed');
CREATE INDEX runs_subject ON runs (subject);
