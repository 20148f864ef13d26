/* os/os.h - the seam to the system: clocks, paths, files, terminal, environment. os-posix.c, file-posix.c, path-posix.c and their -win32 twins implement it. */
#ifndef TS_OS_OS_H
#define TS_OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/buf.h"
#include "base/err.h"

/* First thing in main: locale, signals, the console. On Windows argv becomes the arguments in UTF-8; they live as long as the program. */
void ts_os_start(int *argc, char ***argv);

/* Milliseconds of a clock that never jumps. */
int64_t ts_os_mono_ms(void);
double ts_os_mono_ms_f(void);
/* Unix seconds now. SOURCE_DATE_EPOCH, where set to a number, is the answer instead (reproducible exports and tests). */
int64_t ts_os_now(void);
/* Milliseconds since 1970 by this computer's real clock, never pinned: only for comparing it with another computer's. */
int64_t ts_os_wall_ms(void);
void ts_os_sleep_ms(int ms);
/* Bytes that nobody can foretell; false when the system has none. */
bool ts_os_random(void *p, size_t n);

/* An environment variable; empty means unset (interface.md). NULL when unset. With elevated rights by set-id: always NULL. */
const char *ts_os_env(const char *name);
/* Is it set, and empty? Only for those few that say something by it. */
bool ts_os_env_is_empty(const char *name);
bool ts_os_elevated(void); /* root or administrator: EUID 0 or sudo */
/* The kind of terminal as $TERM has it, "dumb" where it understands no sequences; NULL when nothing is known. */
const char *ts_os_terminal_name(void);
bool ts_os_isatty(FILE *f);
/* Does this errno of a write say that nobody reads any more? */
bool ts_os_reader_gone(int error);
/* Columns and rows of the terminal behind f; false when it is none. */
bool ts_os_term_size(FILE *f, int *columns, int *rows);
/* Does the locale's codeset say UTF-8? (setlocale(LC_CTYPE, "") was called by main.) */
bool ts_os_locale_utf8(void);

/* What stands between the paths of a list: ':' or ';'. */
char ts_os_list_mark(void);
/* What separates folders in a path; the last of them, NULL when there is none. */
bool ts_os_is_slash(char c);
const char *ts_os_last_slash(const char *path);
/* Directories of interface.md "Files"; the caller frees. NULL where the system names none (no HOME). */
char *ts_os_dir_data(void);  /* $XDG_DATA_HOME/troubleshoot */
char *ts_os_dir_state(void); /* $XDG_STATE_HOME/troubleshoot */
char *ts_os_dir_cache(void); /* $XDG_CACHE_HOME/troubleshoot */
/* The i-th of XDG_DATA_DIRS with /troubleshoot appended, NULL past the end. */
char *ts_os_dir_system(int i);
char *ts_os_exe_dir(void); /* folder of the running program, NULL if it cannot be told */
char *ts_os_home(void);
/* Identifies this boot of the system (boot id on Linux); NULL when unknown. */
char *ts_os_boot_id(void);

/* Make a folder and its parents, 0700 from the first moment. */
bool ts_os_mkdirs_private(const char *path, struct ts_err *err);

enum ts_file_kind { TS_FILE_NONE, TS_FILE_REGULAR, TS_FILE_DIR, TS_FILE_OTHER };
struct ts_file_info {
	enum ts_file_kind kind;
	int64_t size;
	int64_t mtime_ns;
};
/* False only when the answer is unknown (no permission ...); a missing file is kind TS_FILE_NONE. */
bool ts_os_stat(const char *path, struct ts_file_info *info, struct ts_err *err);
/* A file for reading bytes by the C library, whatever letters its name has; NULL when it cannot be opened. */
FILE *ts_os_open(const char *path);
/* Delete a file. False when it is still there, or was not. */
bool ts_os_remove(const char *path);
/* Read a whole file ("-" is standard input) into b up to b->max; more than that, or any read error, is a failure. */
bool ts_os_read_file(const char *path, struct ts_buf *b, struct ts_err *err);
/* Write through a temporary file beside path, fsync, rename: the old content or the new, never half. mode like 0644. Symbolic links at path are replaced, not
 * followed; a device or a pipe is written to. */
bool ts_os_write_file(const char *path, const void *data, size_t n, unsigned mode, struct ts_err *err);
/* Flush the finished file `from` to disk and let it take the place of `to` in one step; both are in the same folder. On failure `from` stays. */
bool ts_os_replace_file(const char *from, const char *to, struct ts_err *err);
/* The absolute path of something that exists, symbolic links resolved; the caller frees. NULL when it cannot be told. */
char *ts_os_absolute(const char *path);
/* Make sure that a regular file exists at path that only this user may read and write (0600 from the first byte); what is in one that exists stays.
 * A symbolic link is a failure. */
bool ts_os_create_private(const char *path, struct ts_err *err);
/* Names in a folder, sorted by bytes, "." and ".." left out. The caller frees with ts_os_list_free. */
bool ts_os_list_dir(const char *path, char ***names, size_t *count, struct ts_err *err);
void ts_os_list_free(char **names, size_t count);

#endif
