-- A signed report counts as one that may have been sent: it is sent at once, and the chain is asked after a crash.
UPDATE runs SET state = 'submitted' WHERE state = 'computed';
