-- db/session.sql - the schema of sessions.db: what a guided session knows, kept so that nothing is lost when the
-- program or the computer stops. Rows of a session go with it; outcomes stay.

CREATE TABLE session (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	entry    TEXT NOT NULL,                     -- id of the entry
	title    TEXT NOT NULL,                     -- its title then
	kb       TEXT NOT NULL,                     -- SHA-256 of the knowledge base
	program  TEXT NOT NULL,                     -- version of the program that wrote here last
	code     TEXT,                              -- what was asked: lower-case hex
	ext      TEXT,
	asked_by TEXT,                              -- option, text, search
	since_s  INTEGER NOT NULL,                  -- how far back logs are read
	started  INTEGER NOT NULL,                  -- Unix seconds
	changed  INTEGER NOT NULL,
	boot     TEXT,                              -- identifies the boot of the computer when it changed
	state    TEXT NOT NULL CHECK (state IN ('open', 'paused', 'solved', 'ended')),
	place    TEXT,                              -- node on the screen; NULL = none
	step     INTEGER NOT NULL DEFAULT 0,        -- steps of its fix shown so far
	proving  INTEGER NOT NULL DEFAULT 0,        -- 1 = the steps are carried out; did it work?
	verified TEXT                               -- works, still there, could not be seen
) STRICT;

-- Where the evidence of a machine comes from; path NULL = this computer (--here).
CREATE TABLE machine (
	session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	name    TEXT NOT NULL,
	path    TEXT,
	PRIMARY KEY (session, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE param (
	session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
	name    TEXT NOT NULL,
	value   TEXT,                               -- NULL = the person will not give it
	PRIMARY KEY (session, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
	session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,                   -- in the order in which they were given
	node    TEXT NOT NULL,
	label   TEXT NOT NULL,
	by      TEXT NOT NULL CHECK (by IN ('person', 'option')),
	at      INTEGER NOT NULL,
	PRIMARY KEY (session, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE result (
	session     INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
	node        TEXT NOT NULL,
	sql         TEXT NOT NULL,                  -- the check then: another one's result is not this one's
	state       TEXT NOT NULL CHECK (state IN ('answered', 'unknown', 'skipped')),
	answer      TEXT,
	reason      TEXT,
	hint        TEXT,
	more_rows   INTEGER NOT NULL,
	ms          REAL NOT NULL,
	at          INTEGER NOT NULL,
	runs        INTEGER NOT NULL,
	clock       INTEGER NOT NULL,               -- of its machine
	was_present INTEGER NOT NULL,
	verified    INTEGER NOT NULL,
	PRIMARY KEY (session, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE cell (
	session INTEGER NOT NULL,
	node    TEXT NOT NULL,
	row     INTEGER NOT NULL,
	col     INTEGER NOT NULL,
	name    TEXT NOT NULL,
	type    INTEGER NOT NULL,                   -- enum ts_cell_type
	text    TEXT,
	PRIMARY KEY (session, node, row, col),
	FOREIGN KEY (session, node) REFERENCES result ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
	session INTEGER NOT NULL,
	node    TEXT NOT NULL,
	line    INTEGER NOT NULL,
	tbl     TEXT NOT NULL,
	subject TEXT NOT NULL,
	seen    TEXT NOT NULL,
	detail  TEXT NOT NULL,
	PRIMARY KEY (session, node, line),
	FOREIGN KEY (session, node) REFERENCES result ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What came of a cause's steps. It stays when the session is discarded; it names no computer.
CREATE TABLE outcome (
	id      INTEGER PRIMARY KEY,
	session INTEGER NOT NULL,
	entry   TEXT NOT NULL,
	cause   TEXT NOT NULL,
	solved  INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	seconds INTEGER NOT NULL,                   -- since the session began
	UNIQUE (session, cause)
) STRICT;

CREATE TABLE setting (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
