-- Names ending in _at are write timestamps made from log positions: the later one wins its cell, ties go to the larger value.
-- Conversation ids are stored as the signed number with the same 64 bits, so groups are negative.

-- Rows lie in the order they were written and the index in the order they are read: a group commit then appends the bodies
-- and scatters only over the small pages of the index.
CREATE TABLE message (
    row          INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    meta_at      INTEGER NOT NULL,
    meta         BLOB    NOT NULL,
    body_at      INTEGER NOT NULL,
    body         BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX message_key ON message (conversation, id);

-- No index by time: a user has at most thousands of conversations, sorting them at each reading is cheaper than moving an
-- index entry at each message.
CREATE TABLE activity (
    user         INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    activity_ms  INTEGER NOT NULL,
    activity_at  INTEGER NOT NULL,
    PRIMARY KEY (user, conversation)
) STRICT, WITHOUT ROWID;

-- A register: its write timestamp is made from its value, so the larger value wins and the timestamp need not be kept.
CREATE TABLE read_mark (
    user         INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    message_id   INTEGER NOT NULL,
    PRIMARY KEY (user, conversation)
) STRICT, WITHOUT ROWID;

-- A register as well.
CREATE TABLE progress (
    epoch       INTEGER NOT NULL,
    partition   INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (epoch, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE skip (
    epoch     INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    "offset"  INTEGER NOT NULL,
    "index"   INTEGER NOT NULL,
    reason    TEXT    NOT NULL,
    PRIMARY KEY (epoch, partition, "offset", "index")
) STRICT, WITHOUT ROWID;

-- The embedded outbound log. It has one partition; AUTOINCREMENT keeps offsets rising when all rows have been deleted.
CREATE TABLE outbound (
    "offset" INTEGER PRIMARY KEY AUTOINCREMENT,
    record   BLOB    NOT NULL
) STRICT;

-- How far a reader of an embedded log has come.
CREATE TABLE log_reader (
    log         TEXT    PRIMARY KEY,
    next_offset INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letter (
    row       INTEGER PRIMARY KEY,
    time_ms   INTEGER NOT NULL,
    topic     TEXT    NOT NULL,
    epoch     INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    "offset"  INTEGER NOT NULL,
    "index"   INTEGER NOT NULL,
    reason    TEXT    NOT NULL,
    build     TEXT    NOT NULL,
    original  BLOB    NOT NULL
) STRICT;

CREATE TABLE user (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL UNIQUE,
    credential    TEXT    NOT NULL,
    nick          TEXT    NOT NULL,
    gender        INTEGER NOT NULL,
    avatar        TEXT    NOT NULL,
    department_id INTEGER NOT NULL,
    email         TEXT    NOT NULL,
    phone         TEXT    NOT NULL,
    domain        TEXT    NOT NULL,
    status        INTEGER NOT NULL,
    signature     TEXT    NOT NULL,
    updated       INTEGER NOT NULL
) STRICT;

CREATE INDEX user_updated ON user (updated);

CREATE TABLE department (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    parent_id INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    priority  INTEGER NOT NULL,
    deleted   INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    UNIQUE (parent_id, name)
) STRICT;
