-- The knowledge base, kb.db, as the compiler writes it and the loader reads it. It can be rebuilt from the Markdown at
-- any time, so it is never upgraded: a file with another user_version is built again. Nothing in it depends on when,
-- where or in which order it was built.

PRAGMA page_size = 4096;
PRAGMA encoding  = 'UTF-8';
-- application_id and user_version are set by ts_db_stamp (db/db.h).

-- A folder of knowledge with its pack.yaml.
CREATE TABLE pack (
  id      INTEGER PRIMARY KEY,                  -- from 1, in order of name
  name    TEXT NOT NULL UNIQUE,                 -- "rdp", the first part of its entries' names
  title   TEXT,                                 -- for people
  version TEXT,                                 -- as written
  licence TEXT                                  -- SPDX name, as written
) STRICT;

-- Cause classes of a pack.
CREATE TABLE class (
  pack  INTEGER NOT NULL REFERENCES pack,
  ord   INTEGER NOT NULL,                       -- place in pack.yaml, from 0
  name  TEXT NOT NULL,                          -- "firewall_or_nsg"
  title TEXT,                                   -- a sentence
  PRIMARY KEY (pack, ord)
) STRICT, WITHOUT ROWID;

-- The code dictionary: what each documented number means, whether or not an entry speaks of it.
CREATE TABLE meaning (
  id        INTEGER PRIMARY KEY,                -- from 1, in order of pack and of codes.yaml
  pack      INTEGER NOT NULL REFERENCES pack,
  code      INTEGER NOT NULL CHECK (code BETWEEN 0 AND 4294967295),
  role      TEXT NOT NULL,                      -- where it is seen: disconnect, extended, errinfo, ...
  product   TEXT,                               -- whose code it is
  name      TEXT,                               -- symbolic name as documented, NULL = none is published
  text      TEXT NOT NULL,                      -- what it means, in this project's words
  source    TEXT,                               -- address
  certainty TEXT,                               -- documented, community, ...
  category  TEXT                                -- group of like codes, NULL = not said
) STRICT;
CREATE INDEX meaning_code ON meaning (code);
CREATE INDEX meaning_category ON meaning (category, role) WHERE category IS NOT NULL;

-- Every symbolic name and alias of a code, compared without regard to ASCII case.
CREATE TABLE code_name (
  name    TEXT NOT NULL COLLATE NOCASE,
  meaning INTEGER NOT NULL REFERENCES meaning,
  PRIMARY KEY (name, meaning)
) STRICT, WITHOUT ROWID;

-- An entry: one Markdown file. What it holds stands in the tables below, in order of (entry, ord).
CREATE TABLE entry (
  id       INTEGER PRIMARY KEY,                 -- from 1, in order of name by bytes
  name     TEXT NOT NULL UNIQUE,                -- "rdp/0x904-0x7", the id that people see
  pack     INTEGER NOT NULL REFERENCES pack,
  title    TEXT NOT NULL,                       -- of the front matter
  heading  TEXT,                                -- of the "#" line
  summary  TEXT,                                -- first paragraph as plain text
  meaning  TEXT,                                -- Markdown between "#" and the first "##"
  reviewed TEXT                                 -- YYYY-MM-DD
) STRICT;

-- The file as written, for `kb show` and for --show.
CREATE TABLE markdown (
  entry INTEGER PRIMARY KEY REFERENCES entry,
  text  TEXT NOT NULL
) STRICT;

-- Codes that an entry claims.
CREATE TABLE entry_code (
  code  INTEGER NOT NULL CHECK (code BETWEEN 0 AND 4294967295),
  ext   INTEGER NOT NULL                        -- extended code; -1 = the bare disconnect reason, -2 = code is an extended code or
        CHECK (ext BETWEEN -4 AND 4294967295),  --   an errinfo, -3 = a negotiation failure, -4 = a code of another kind
  entry INTEGER NOT NULL REFERENCES entry,
  ord   INTEGER NOT NULL,                       -- place in the front matter, from 0
  low   INTEGER NOT NULL,                       -- lowest byte of code: related codes often share it
  text  TEXT NOT NULL,                          -- as written
  PRIMARY KEY (code, ext, entry, ord)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_code_entry ON entry_code (entry, ord);
CREATE INDEX entry_code_low ON entry_code (low, code);

-- Patterns that recognise a pasted error message.
CREATE TABLE message (
  entry   INTEGER NOT NULL REFERENCES entry,
  ord     INTEGER NOT NULL,
  pattern TEXT NOT NULL,                        -- PCRE2, tried without regard to case
  anchor  TEXT NOT NULL,                        -- lower-case ASCII that every match holds; '' = none is known
  words   TEXT NOT NULL,                        -- the pattern without its operators, for full text
  PRIMARY KEY (entry, ord)
) STRICT, WITHOUT ROWID;

-- Short lists of the front matter.
CREATE TABLE item (
  entry INTEGER NOT NULL REFERENCES entry,
  kind  TEXT NOT NULL,                          -- keyword, related, source
  ord   INTEGER NOT NULL,
  text  TEXT NOT NULL,
  PRIMARY KEY (entry, kind, ord)
) STRICT, WITHOUT ROWID;

-- Computers that an entry speaks of.
CREATE TABLE machine (
  entry INTEGER NOT NULL REFERENCES entry,
  ord   INTEGER NOT NULL,
  name  TEXT NOT NULL,                          -- "server"
  title TEXT,                                   -- "the computer you connect to"
  PRIMARY KEY (entry, ord)
) STRICT, WITHOUT ROWID;

-- What the person is asked for before checks can run.
CREATE TABLE param (
  entry   INTEGER NOT NULL REFERENCES entry,
  ord     INTEGER NOT NULL,
  name    TEXT NOT NULL,                        -- "host", bound as $host
  ask     TEXT,                                 -- the question
  match   TEXT,                                 -- PCRE2, must match the whole value
  initial TEXT,                                 -- default, NULL = none
  PRIMARY KEY (entry, ord)
) STRICT, WITHOUT ROWID;

-- A "##" section: a question or a cause.
CREATE TABLE node (
  entry        INTEGER NOT NULL REFERENCES entry,
  ord          INTEGER NOT NULL,                -- 0 is where the walk starts
  slug         TEXT NOT NULL,                   -- anchor
  title        TEXT NOT NULL,                   -- heading as plain text
  kind         TEXT NOT NULL CHECK (kind IN ('question', 'cause')),
  why          TEXT,                            -- Markdown prose
  machine      TEXT,                            -- where the check runs, NULL = no check
  sql          TEXT,                            -- the check
  weight       REAL NOT NULL,                   -- of a cause, relative to the entry's other causes
  minutes      REAL NOT NULL,                   -- hands-on time, 0 = not said
  class        TEXT,                            -- of a cause
  place        TEXT,                            -- the machine where the fix is carried out
  effect       TEXT,                            -- what others will notice
  risk         TEXT,                            -- low, medium, high
  irreversible INTEGER NOT NULL,                -- 1 = there is no Undo
  timeout      INTEGER NOT NULL,                -- seconds for the check, 0 = not said
  ask_never    INTEGER NOT NULL,                -- 1 = the person is never asked
  undo         TEXT,                            -- Markdown prose of the Undo section
  PRIMARY KEY (entry, ord)
) STRICT, WITHOUT ROWID;

-- Short lists of a node.
CREATE TABLE node_item (
  entry INTEGER NOT NULL REFERENCES entry,
  node  INTEGER NOT NULL,                       -- node.ord
  kind  TEXT NOT NULL,                          -- certain, need, param
  ord   INTEGER NOT NULL,
  text  TEXT NOT NULL,
  PRIMARY KEY (entry, node, kind, ord)
) STRICT, WITHOUT ROWID;

-- Ways out of a node.
CREATE TABLE answer (
  entry         INTEGER NOT NULL REFERENCES entry,
  node          INTEGER NOT NULL,               -- node.ord
  ord           INTEGER NOT NULL,
  label         TEXT NOT NULL,
  text          TEXT,                           -- explanation, or the conclusion where the walk ends
  link_text     TEXT,
  target        TEXT,                           -- as written; NULL = the walk ends here
  leads         INTEGER,                        -- node.ord in the same entry; NULL = elsewhere or nowhere
  target_entry  TEXT,                           -- entry.name of another entry
  target_anchor TEXT,                           -- node.slug; NULL = that entry's first node
  PRIMARY KEY (entry, node, ord)
) STRICT, WITHOUT ROWID;

-- Numbered steps of a fix and of its Undo.
CREATE TABLE step (
  entry INTEGER NOT NULL REFERENCES entry,
  node  INTEGER NOT NULL,
  part  TEXT NOT NULL CHECK (part IN ('fix', 'undo')),
  ord   INTEGER NOT NULL,
  text  TEXT NOT NULL,                          -- Markdown without the commands
  PRIMARY KEY (entry, node, part, ord)
) STRICT, WITHOUT ROWID;

-- Commands of a step; two in one step are alternatives.
CREATE TABLE command (
  entry INTEGER NOT NULL REFERENCES entry,
  node  INTEGER NOT NULL,
  part  TEXT NOT NULL,
  step  INTEGER NOT NULL,                       -- step.ord
  ord   INTEGER NOT NULL,
  shell TEXT NOT NULL,                          -- powershell, bat, sh, reg, text
  text  TEXT NOT NULL,
  PRIMARY KEY (entry, node, part, step, ord)
) STRICT, WITHOUT ROWID;

-- The files that it was compiled from. Empty in a kb.db; filled in the cache of a folder, to tell when that has changed.
CREATE TABLE input (
  path     TEXT PRIMARY KEY,                    -- below the folder
  size     INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,                    -- -1 = too fresh to be trusted: compare the content
  sha256   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What full text sees of an entry. The index is filled by kb/compile-index.c with the same words in the same order (a test
-- runs FTS5's integrity-check over both); at run time snippets are cut from here.
CREATE VIEW document AS
SELECT e.id AS entry,
       e.title,
       e.heading,
       (SELECT group_concat(title, char(10))
        FROM   (SELECT title FROM node WHERE entry = e.id ORDER BY ord)) AS nodes,
       coalesce(e.meaning, '') || char(10) ||
       coalesce((SELECT group_concat(why, char(10))
                 FROM   (SELECT why FROM node WHERE entry = e.id ORDER BY ord)), '') || char(10) ||
       coalesce((SELECT group_concat(text, char(10))
                 FROM   (SELECT text FROM answer WHERE entry = e.id ORDER BY node, ord)), '') || char(10) ||
       coalesce((SELECT group_concat(text, char(10))
                 FROM   (SELECT text FROM step WHERE entry = e.id ORDER BY node, part, ord)), '') AS prose,
       coalesce((SELECT group_concat(text, char(10))
                 FROM   (SELECT text FROM command WHERE entry = e.id ORDER BY node, part, step, ord)), '') ||
       char(10) ||
       coalesce((SELECT group_concat(sql, char(10))
                 FROM   (SELECT sql FROM node WHERE entry = e.id ORDER BY ord)), '') AS commands,
       (SELECT group_concat(text || printf(' 0x%x %d', code, code) || iif(ext >= 0, printf(' 0x%x', ext), ''), char(10))
        FROM   (SELECT text, code, ext FROM entry_code WHERE entry = e.id ORDER BY ord)) AS codes,
       coalesce((SELECT group_concat(words, char(10))
                 FROM   (SELECT words FROM message WHERE entry = e.id ORDER BY ord)), '') || char(10) ||
       coalesce((SELECT group_concat(text, char(10))
                 FROM   (SELECT text FROM item WHERE entry = e.id AND kind = 'keyword' ORDER BY ord)), '') AS words
FROM   entry AS e;

-- Letters and digits make words: 0x904 and 36870 are words, windows_eventlog and rdp/0x904 are phrases.
CREATE VIRTUAL TABLE search USING fts5 (
  title, heading, nodes, prose, commands, codes, words,
  content = 'document', content_rowid = 'entry', tokenize = 'porter unicode61 remove_diacritics 2'
);
