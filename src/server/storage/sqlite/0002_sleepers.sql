-- The threads that sleep until their lead moves, by that lead.
CREATE INDEX record_sleeper ON record (json_extract(fields, '$.lead'))
  WHERE kind = 'thread' AND deleted = 0 AND json_extract(fields, '$.wake_on') = 'stage';
