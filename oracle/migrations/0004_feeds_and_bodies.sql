-- A run is on a feed: runs on one feed about one subject exclude each other. All zeros where the job is not known any
-- more: the service fills in the feeds of its jobs.
ALTER TABLE runs ADD COLUMN feed BLOB NOT NULL
    DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000' CHECK (length(feed) = 32);
-- Keyed hash of what was pushed: the same idempotency key with another body is another push.
ALTER TABLE runs ADD COLUMN body BLOB CHECK (body IS NULL OR length(body) = 32);
-- The size of the pushed data, in bytes.
ALTER TABLE runs ADD COLUMN pushed_bytes INTEGER NOT NULL DEFAULT 0;
-- The finalised block that was the last when the report was signed: the report can only be in a later one.
ALTER TABLE runs ADD COLUMN signed_at INTEGER;

-- The RiskAssessment of the report, in JSON, until it is written to the server that the job names; when to try next, and
-- how often it was tried.
ALTER TABLE runs ADD COLUMN result TEXT;
ALTER TABLE runs ADD COLUMN result_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN result_attempts INTEGER NOT NULL DEFAULT 0;
CREATE INDEX runs_result ON runs (result_at) WHERE result IS NOT NULL AND state = 'finalised';

-- A report begins with the digest of the configuration and the feed, 32 bytes each.
UPDATE runs SET feed = substr(report, 33, 32) WHERE report IS NOT NULL;
UPDATE runs SET pushed_bytes = length(CAST(pushed AS BLOB)) WHERE pushed IS NOT NULL;

-- How many requests on chain the subject may have answered. None where a push made it: its name is public then.
ALTER TABLE subjects ADD COLUMN uses INTEGER NOT NULL DEFAULT 1;
UPDATE subjects SET uses = 0 WHERE subject IN (SELECT subject FROM runs WHERE request IS NULL);

-- The number of the first request on chain that was not looked at yet, for each feed whose requests are answered.
CREATE TABLE seen_requests (
    feed BLOB    PRIMARY KEY CHECK (length(feed) = 32),
    next INTEGER NOT NULL
) STRICT;
ALTER TABLE deployment DROP COLUMN cursor;

CREATE INDEX runs_pushed ON runs (feed, next_at, created_at)
    WHERE request IS NULL AND state NOT IN ('finalised', 'failed', 'abstained');
CREATE INDEX runs_requested ON runs (feed, next_at, created_at)
    WHERE request IS NOT NULL AND state NOT IN ('finalised', 'failed', 'abstained');
CREATE INDEX runs_place ON runs (feed, subject, created_at, id)
    WHERE state NOT IN ('finalised', 'failed', 'abstained');
