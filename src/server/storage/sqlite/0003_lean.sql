-- The position that the record at the end of a transaction left: one tree less to write to for a command on one
-- record. The moves of the other records of a transaction stay in `superseded`.
ALTER TABLE txn ADD COLUMN moved INTEGER;

-- The lead for whose next step a thread sleeps, worked out when the thread is stored and not by the index.
ALTER TABLE record ADD COLUMN sleeps_for TEXT;
UPDATE record SET sleeps_for = json_extract(fields, '$.lead')
  WHERE kind = 'thread' AND deleted = 0 AND json_extract(fields, '$.wake_on') = 'stage';
DROP INDEX record_sleeper;
CREATE INDEX record_sleeper ON record (sleeps_for) WHERE sleeps_for IS NOT NULL;
