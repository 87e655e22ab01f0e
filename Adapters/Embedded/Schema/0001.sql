-- Names ending in _at are write timestamps made from log positions: the later one wins its cell, ties go to the larger value.
-- Conversation ids are stored as the signed number with the same 64 bits, so groups are negative.

-- Rows lie in the order they were written, so a commit appends. The index that finds them begins with the segment, a stretch of
-- about 32,768 rows: a commit then touches the few pages of the newest segment's part, and not the last page of every
-- conversation it has a message of. That halves the cost of storing a message (measured with 2,000 conversations).
CREATE TABLE message (
    row          INTEGER PRIMARY KEY,
    segment      INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    meta_at      INTEGER NOT NULL,
    meta         BLOB    NOT NULL,
    body_at      INTEGER NOT NULL,
    body         BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX message_key ON message (segment, conversation, id);

-- Which segment holds the messages of a conversation from an id on, up to the next run. Segments rise with the ids.
CREATE TABLE run (
    conversation INTEGER NOT NULL,
    first_id     INTEGER NOT NULL,
    segment      INTEGER NOT NULL,
    PRIMARY KEY (conversation, first_id)
) STRICT, WITHOUT ROWID;

-- Key: see UserConversation. The larger of two activities with one timestamp wins.
-- No index by time: a user has at most thousands of conversations, sorting them at each reading is cheaper than moving an
-- index entry at each message.
CREATE TABLE activity (
    user_conversation INTEGER PRIMARY KEY,
    activity_ms       INTEGER NOT NULL,
    activity_at       INTEGER NOT NULL
) STRICT;

-- A register: its write timestamp is made from its value, so the larger value wins and the timestamp need not be kept.
CREATE TABLE read_mark (
    user_conversation INTEGER PRIMARY KEY,
    message_id        INTEGER NOT NULL
) STRICT;

-- The newest message when a user took a conversation off his list; a register as well.
CREATE TABLE removal (
    user_conversation INTEGER PRIMARY KEY,
    message_id        INTEGER NOT NULL
) STRICT;

-- What a group was after each of its events, by the write timestamp of the event.
CREATE TABLE group_event (
    group_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    facts    BLOB    NOT NULL,
    PRIMARY KEY (group_id, position)
) STRICT, WITHOUT ROWID;

-- Who was a member when. joined_at names the stay; left_at is 0 while it lasts and is written once.
CREATE TABLE member (
    group_id   INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    joined_at  INTEGER NOT NULL,
    join_head  INTEGER NOT NULL,
    left_at    INTEGER NOT NULL DEFAULT 0,
    leave_head INTEGER NOT NULL DEFAULT 0,
    shielded   INTEGER NOT NULL DEFAULT 0,
    shield_at  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (group_id, user_id, joined_at)
) STRICT, WITHOUT ROWID;

-- The groups of a user: the newest join or leave.
CREATE TABLE user_group (
    user_id    INTEGER NOT NULL,
    group_id   INTEGER NOT NULL,
    is_member  INTEGER NOT NULL,
    join_head  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, group_id)
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
    updated       INTEGER NOT NULL,
    push_shield   INTEGER NOT NULL DEFAULT 0
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

-- Which group a request for a new one was given, so that asking again makes no second one.
CREATE TABLE group_request (
    creator  INTEGER NOT NULL,
    request  BLOB    NOT NULL,
    group_id INTEGER NOT NULL,
    PRIMARY KEY (creator, request)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_id (
    id INTEGER PRIMARY KEY AUTOINCREMENT
) STRICT;

-- Push tokens. A user has one for each mobile client type, and a token is bound once.
CREATE TABLE device (
    user_id     INTEGER NOT NULL,
    client_type INTEGER NOT NULL,
    token       TEXT    NOT NULL UNIQUE,
    PRIMARY KEY (user_id, client_type)
) STRICT, WITHOUT ROWID;

-- What a device shows instead of a password; hashes only.
CREATE TABLE resume_token (
    user_id    INTEGER NOT NULL,
    device     BLOB    NOT NULL,
    hash       BLOB    NOT NULL,
    previous   BLOB    NOT NULL,
    credential BLOB    NOT NULL,
    issued_ms  INTEGER NOT NULL,
    PRIMARY KEY (user_id, device)
) STRICT, WITHOUT ROWID;
