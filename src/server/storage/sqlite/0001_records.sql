-- Values of the server itself: its id, its epoch, its key, the floor of the feed.
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- The latest state of every record. Its key is the position in the feed, so a page is a scan.
CREATE TABLE record (
  seq         INTEGER PRIMARY KEY,
  kind        TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  audience    INTEGER NOT NULL,
  parent_kind TEXT,
  parent_id   TEXT,
  updated_at  TEXT    NOT NULL,
  updated_by  TEXT    NOT NULL,
  fields      TEXT    NOT NULL,
  fv          TEXT    NOT NULL,
  makers      TEXT    NOT NULL
);
CREATE UNIQUE INDEX record_key ON record(kind, id);
CREATE INDEX record_parent ON record(parent_kind, parent_id) WHERE parent_id IS NOT NULL;

-- Where the transactions of the feed end.
CREATE TABLE txn (
  last  INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  at    INTEGER NOT NULL,
  chain BLOB    NOT NULL
);

-- Positions that a record has left, by where it went: tells whether a page is a whole state.
CREATE TABLE superseded (
  new INTEGER PRIMARY KEY,
  old INTEGER NOT NULL
);

-- Records that left the view of a user.
CREATE TABLE departed (
  user TEXT    NOT NULL,
  seq  INTEGER NOT NULL,
  kind TEXT    NOT NULL,
  id   TEXT    NOT NULL,
  PRIMARY KEY (user, seq)
) WITHOUT ROWID;

-- Interned sets of users; `members` is the sorted list of them.
CREATE TABLE audience (
  audience INTEGER PRIMARY KEY,
  members  TEXT    NOT NULL UNIQUE
);
CREATE TABLE audience_user (
  user     TEXT    NOT NULL,
  audience INTEGER NOT NULL,
  PRIMARY KEY (user, audience)
) WITHOUT ROWID;
CREATE INDEX audience_users ON audience_user(audience, user);

-- Principals, and the users whose records each may see.
CREATE TABLE principal (
  user  TEXT    PRIMARY KEY,
  role  TEXT    NOT NULL,
  scope INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE member (
  user      TEXT NOT NULL,
  principal TEXT NOT NULL,
  PRIMARY KEY (user, principal)
) WITHOUT ROWID;
CREATE TABLE scope_bump (
  user  TEXT    PRIMARY KEY,
  count INTEGER NOT NULL
) WITHOUT ROWID;

-- What the rows above amount to: which principal sees which audience.
CREATE TABLE sight (
  principal TEXT    NOT NULL,
  audience  INTEGER NOT NULL,
  PRIMARY KEY (principal, audience)
) WITHOUT ROWID;
CREATE INDEX sight_audience ON sight(audience, principal);

-- Results of commands, so that none takes effect twice.
CREATE TABLE answer (
  principal TEXT    NOT NULL,
  cmd       TEXT    NOT NULL,
  digest    BLOB    NOT NULL,
  result    TEXT    NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (principal, cmd)
) WITHOUT ROWID;

-- The audit log, chained by hash.
CREATE TABLE audit (
  number  INTEGER PRIMARY KEY,
  at      TEXT    NOT NULL,
  user    TEXT    NOT NULL,
  client  TEXT    NOT NULL,
  cmd     TEXT    NOT NULL,
  kind    TEXT    NOT NULL,
  id      TEXT    NOT NULL,
  op      TEXT    NOT NULL,
  base    INTEGER NOT NULL,
  mine    INTEGER NOT NULL,
  status  TEXT    NOT NULL,
  version INTEGER NOT NULL,
  seq     INTEGER NOT NULL,
  before  TEXT    NOT NULL,
  after   TEXT    NOT NULL,
  hash    BLOB    NOT NULL
);
CREATE TRIGGER audit_is_append_only_1 BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_append_only_2 BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- Outgoing messages that have not left; the time is in microseconds.
CREATE TABLE outgoing (
  message TEXT    PRIMARY KEY,
  send_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX outgoing_next ON outgoing(send_at);

-- Access tokens; only the hash of the secret is kept.
CREATE TABLE token (
  id         TEXT    PRIMARY KEY,
  user       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  scopes     TEXT    NOT NULL,
  hash       BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked    INTEGER NOT NULL,
  last_used  INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO audience (audience, members) VALUES (0, '*'), (1, '*lead');
INSERT INTO audience_user (user, audience) VALUES ('*', 0), ('*lead', 1);
