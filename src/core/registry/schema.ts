// The tables of registry.sqlite. A migration is never changed once it has shipped: add the next one.
//
// Keys are integers in order of time (a random text key as the clustered one costs four times as much on insert); ids from outside
// are indexed columns. Times are epoch milliseconds. Every row that a user may ask for carries its owner.

/** Each entry brings a database from version `index` to `index + 1` (`PRAGMA user_version`). */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO meta (name, value) VALUES ('changes', '0');

  CREATE TABLE chat (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    title TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (owner, chat_id)
  ) STRICT;

  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    chat INTEGER NOT NULL REFERENCES chat (id),
    message_id TEXT NOT NULL,
    label TEXT,
    folder TEXT NOT NULL,
    folded_folder TEXT NOT NULL UNIQUE,
    pinned INTEGER NOT NULL DEFAULT 0,
    files INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    UNIQUE (chat, message_id)
  ) STRICT;

  CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES message (id),
    code TEXT NOT NULL,
    language TEXT NOT NULL,
    kernel TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    status TEXT,
    duration_ms REAL,
    grounding TEXT,
    reach TEXT
  ) STRICT;
  CREATE INDEX run_of_message ON run (message, id);
  CREATE INDEX run_unfinished ON run (id) WHERE ended_at IS NULL;

  CREATE TABLE run_result (
    run INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    result TEXT NOT NULL
  ) STRICT;

  CREATE TABLE run_input (
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (run, path)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE baseline (
    message INTEGER PRIMARY KEY REFERENCES message (id),
    snapshot TEXT NOT NULL
  ) STRICT;

  CREATE TABLE attachment (
    id INTEGER PRIMARY KEY,
    attachment_id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES message (id),
    record TEXT NOT NULL,
    way TEXT NOT NULL,
    attached_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX attachment_of_message ON attachment (message, id);

  -- Bytes that were at one path of one message. Never changed: its content file and the first half of its sidecar are the same for good.
  CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    file_id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES message (id),
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    format TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX file_of_path ON file (message, path, sha256);
  CREATE INDEX file_of_content ON file (sha256);

  -- A run left these bytes at this path. The greatest id of a path is its current version.
  CREATE TABLE version (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file (id) ON DELETE CASCADE,
    message INTEGER NOT NULL REFERENCES message (id),
    path TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES run (id),
    status TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    kept_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX version_of_path ON version (message, path, id);
  CREATE INDEX version_of_file ON version (file, id);
  CREATE INDEX version_of_run ON version (run, id);

  -- A file that some process is storing or deleting right now: what a crash may leave half done.
  CREATE TABLE pending (
    id INTEGER PRIMARY KEY,
    file_id TEXT NOT NULL UNIQUE,
    work TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process_start TEXT,
    since INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE lease (
    message INTEGER PRIMARY KEY REFERENCES message (id),
    kernel_id TEXT NOT NULL,
    connection TEXT NOT NULL,
    label TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    holder TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process_start TEXT,
    acquired_at INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    heartbeat_uptime INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- A kernel that serves a whole chat holds all its messages.
  ALTER TABLE lease ADD COLUMN chat INTEGER REFERENCES chat (id);
  CREATE INDEX lease_of_chat ON lease (chat) WHERE chat IS NOT NULL;
  `,
  `
  -- A message's folder on the machine of a kernel that shares none with this one.
  CREATE TABLE kernel_folder (
    mark TEXT PRIMARY KEY,
    folder TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES message (id),
    kernel_id TEXT NOT NULL,
    kernel TEXT NOT NULL,
    connection TEXT NOT NULL,
    made_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What a user deleted is in no list; its bytes stay until the trash is emptied.
  ALTER TABLE file ADD COLUMN trashed_at INTEGER;
  CREATE INDEX file_in_trash ON file (owner, trashed_at) WHERE trashed_at IS NOT NULL;
  ALTER TABLE attachment ADD COLUMN trashed_at INTEGER;
  CREATE INDEX attachment_in_trash ON attachment (owner, trashed_at) WHERE trashed_at IS NOT NULL;

  -- Whether the user opened what a run left; until then it is shown as new.
  ALTER TABLE version ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;

  -- The count of changes (meta) after the last one to what a message or a chat shows: a window draws anew what is above the count that
  -- it knows. By triggers, so that no change can forget it.
  ALTER TABLE message ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE chat ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX message_changed ON message (changed);
  CREATE INDEX chat_changed ON chat (changed);
  CREATE INDEX message_of_chat ON message (chat, id);
  CREATE INDEX chat_in_order ON chat (owner, updated_at, id);
  CREATE VIEW next_change AS SELECT CAST(value AS INTEGER) + 1 AS value FROM meta WHERE name = 'changes';
  CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = NEW.id;
  END;
  CREATE TRIGGER message_shown AFTER UPDATE OF label, pinned, files, last_used_at ON message BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = NEW.id;
  END;
  CREATE TRIGGER chat_added AFTER INSERT ON chat BEGIN
    UPDATE chat SET changed = (SELECT value FROM next_change) WHERE id = NEW.id;
  END;
  CREATE TRIGGER chat_shown AFTER UPDATE OF title, updated_at ON chat BEGIN
    UPDATE chat SET changed = (SELECT value FROM next_change) WHERE id = NEW.id;
  END;
  CREATE TRIGGER file_trashed AFTER UPDATE OF trashed_at ON file BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = NEW.message;
  END;
  CREATE TRIGGER version_added AFTER INSERT ON version BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = NEW.message;
  END;
  CREATE TRIGGER version_seen AFTER UPDATE OF seen ON version BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = NEW.message;
  END;
  CREATE TRIGGER version_gone AFTER DELETE ON version BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = OLD.message;
  END;
  CREATE TRIGGER attachment_added AFTER INSERT ON attachment BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = NEW.message;
  END;
  CREATE TRIGGER attachment_shown AFTER UPDATE ON attachment BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = NEW.message;
  END;
  CREATE TRIGGER attachment_gone AFTER DELETE ON attachment BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = OLD.message;
  END;
  CREATE TRIGGER run_began AFTER INSERT ON run BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = NEW.message;
  END;
  CREATE TRIGGER run_ended AFTER UPDATE OF ended_at ON run BEGIN
    UPDATE message SET changed = (SELECT value FROM next_change) WHERE id = NEW.message;
  END;
  `,
  `
  -- Its owner keeps the kernel without using it: another window may take it.
  ALTER TABLE lease ADD COLUMN idle INTEGER NOT NULL DEFAULT 0;
  `,
];
