-- A run may bring data of its own, and may end without a report because its model cannot tell. SQLite cannot change a
-- CHECK, so the table is made anew.
CREATE TABLE runs_new (
    id          TEXT    PRIMARY KEY,
    job         TEXT    NOT NULL,
    request     INTEGER UNIQUE,
    subject     BLOB    NOT NULL CHECK (length(subject) = 32),
    state       TEXT    NOT NULL
                CHECK (state IN ('queued', 'waiting', 'submitted', 'finalised', 'failed', 'abstained')),
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
    -- What the caller gave, as JSON. Personal data: deleted at the run's end.
    pushed      TEXT,
    -- What is to be sent is stored first.
    CHECK (state <> 'submitted' OR (report IS NOT NULL AND signature IS NOT NULL)),
    CHECK (state NOT IN ('finalised', 'failed', 'abstained') OR pushed IS NULL)
) STRICT;

INSERT INTO runs_new (id, job, request, subject, state, reason, attempts, next_at, deadline, report, signature,
                      inputs_salt, block, created_at, updated_at)
SELECT id, job, request, subject, state, reason, attempts, next_at, deadline, report, signature,
       inputs_salt, block, created_at, updated_at
FROM runs;

DROP TABLE runs;
ALTER TABLE runs_new RENAME TO runs;
CREATE INDEX runs_due ON runs (next_at) WHERE state NOT IN ('finalised', 'failed', 'abstained');
CREATE INDEX runs_done ON runs (updated_at) WHERE state IN ('finalised', 'failed', 'abstained');
CREATE INDEX runs_subject ON runs (subject);

-- The last rows of inputs by job: the numbers of their buckets, without a value, a time or a run.
CREATE TABLE drift (
    number   INTEGER PRIMARY KEY,
    job      TEXT NOT NULL,
    manifest BLOB NOT NULL CHECK (length(manifest) = 32),
    buckets  BLOB NOT NULL
) STRICT;

CREATE INDEX drift_job ON drift (job, number);
