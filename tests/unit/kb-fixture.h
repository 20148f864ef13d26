/* tests/unit/kb-fixture.h - a small knowledge base in a temporary folder, for the tests of kb/. */
#ifndef TS_KB_FIXTURE_H
#define TS_KB_FIXTURE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/buf.h"
#include "base/diag.h"
#include "kb/kb.h"
#include "os/os.h"

/* An entry that passes the linter. %1: title, %2: codes, %3: further front matter, %4: prose, %5: where the
 * first answer leads. */
#define FIXTURE_ENTRY                                                                                        \
	"---\ntitle: %s\ncodes: [%s]\n%smachines:\n  server: the computer you connect to\n"                  \
	"parameters:\n  host: {ask: Which computer?, match: '[a-z0-9.]+'}\n"                                 \
	"reviewed: 2026-11-01\nsources:\n  - https://example.org/a\n---\n\n# %s\n\n%s\n\n"                   \
	"## Does it answer?\n\nWithout an answer nothing else matters.\n\n"                                  \
	"- **yes** it does: [%s](%s)\n- **no** nothing came back: [The cable is out](#the-cable-is-out)\n\n" \
	"## The cable is out\n\n```yaml\ncause: 10\nclass: cabling\nminutes: 2\nwhere: server\n"             \
	"needs: [administrator]\neffect: None.\nrisk: low\n```\n\nNo cable, no signal.\n\n"                  \
	"1. Look at the cable of {host}.\n   ```sh\n   ip link\n   ```\n2. Push it in.\n\n"                  \
	"### Undo\n\n1. Pull it out again.\n\n- **not solved**: ask somebody else\n"

static char fixture_dir[256];

static inline void fixture_write(const char *name, const char *text)
{
	char path[600];
	struct ts_err err;

	snprintf(path, sizeof(path), "%s/%s", fixture_dir, name);
	if (!ts_os_write_file(path, text, strlen(text), 0644, &err)) {
		fprintf(stderr, "fixture: %s\n", err.text);
		exit(1);
	}
}

static inline void fixture_entry(const char *name, const char *title, const char *codes, const char *front,
	const char *prose, const char *link)
{
	char *text = ts_xasprintf(FIXTURE_ENTRY, title, codes, front, title, prose, "Next", link);

	fixture_write(name, text);
	free(text);
}

static inline char *fixture_path(const char *name)
{
	return ts_xasprintf("%s/%s", fixture_dir, name);
}

/* A folder with one pack "rd" of five entries and a dictionary; the cache beside it. */
static inline void fixture_make(void)
{
	char path[600];

	snprintf(fixture_dir, sizeof(fixture_dir), "%s/ts-kb-XXXXXX",
		getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(fixture_dir) == NULL) {
		perror(fixture_dir);
		exit(1);
	}
	snprintf(path, sizeof(path), "%s/kb", fixture_dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/kb/rd", fixture_dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/cache", fixture_dir);
	setenv("XDG_CACHE_HOME", path, 1);
	fixture_write("kb/rd/pack.yaml",
		"name: rd\ntitle: Remote Desktop\nversion: '1'\nlicence: MIT\nproducts: [Remote Desktop]\n"
		"classes:\n  cabling: Something between the two computers is not plugged in.\n");
	fixture_write("kb/rd/codes.yaml",
		"- {code: 0x104, role: disconnect, name: disconnectReasonDNSLookupFailed, category: name, "
		"certainty: documented,\n"
		"   text: The name of the computer could not be resolved., source: 'https://example.org/d'}\n"
		"- {code: 0x104, role: extended, name: exDiscReasonLicenseErrClientEncryption, certainty: "
		"documented,\n"
		"   text: The licence packet could not be decrypted., source: 'https://example.org/e'}\n"
		"- {code: 0x208, role: disconnect, name: disconnectReasonHostNotFound, category: name, text: "
		"No such host.}\n"
		"- {code: 0x904, role: disconnect, name: disconnectReasonAtClientWinsockFDCLOSE, text: The "
		"socket was closed.}\n"
		"- {code: 0x7, role: extended, name: exDiscReasonServerDeniedConnection, text: The server "
		"refused.}\n"
		"- {code: 0x7, role: errinfo, name: ERRINFO_SERVER_DENIED_CONNECTION, text: The server "
		"refused.}\n"
		"- {code: 0x20008, role: other, name: ERRCONNECT_TLS_CONNECT_FAILED, aliases: "
		"[FREERDP_ERROR_TLS_CONNECT_FAILED],\n"
		"   text: TLS failed.}\n"
		"- {code: 0x20005, role: other, name: ERRCONNECT_DNS_NAME_NOT_FOUND, text: No such name.}\n"
		"- {code: 0x807, role: disconnect, name: SSL_ERR_LOGON_FAILURE, text: The logon failed.}\n"
		"- {code: 0x5, role: negotiation, name: HYBRID_REQUIRED_BY_SERVER, text: The server wants "
		"CredSSP.}\n"
		"- {code: 0x80070005, role: other, name: E_ACCESSDENIED, text: Access denied.}\n"
		"- {code: 0xC000006D, role: other, name: STATUS_LOGON_FAILURE, text: Wrong name or "
		"password.}\n"
		"- {code: 0x3000008, role: disconnect, text: The gateway cannot reach the computer.}\n"
		"- {code: 0x83, role: other, name: XF_EXIT_CONN_FAILED, text: The connection failed.}\n");
	fixture_entry("kb/rd/0x904-0x7.md", "The server closed the connection", "0x904/0x7, 0x904",
		"messages:\n  - 'internal\\s+error\\s+has\\s+occurred'\nkeywords: [kaputt]\n",
		"The socket was closed before the session began.", "gateway.md");
	fixture_entry("kb/rd/0x104.md", "The computer cannot be found", "0x104", "",
		"The name could not be resolved.", "gateway.md#the-cable-is-out");
	fixture_entry("kb/rd/0x804.md", "The address is invalid", "0x804", "",
		"Windows could not use the address; event 36870 tells.", "0x904-0x7.md");
	fixture_entry(
		"kb/rd/0x3000001.md", "The gateway is busy", "0x3000001", "", "Try again later.", "0x104.md");
	fixture_entry("kb/rd/gateway.md", "The gateway does not answer", "0x3000008", "",
		"A gateway stands between.", "#the-cable-is-out");
}

static inline void fixture_remove_in(const char *dir)
{
	char **names;
	size_t n;

	if (!ts_os_list_dir(dir, &names, &n, NULL)) {
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char *path = ts_xasprintf("%s/%s", dir, names[i]);
		struct stat st;
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			chmod(path, 0700);
			fixture_remove_in(path);
		} else {
			unlink(path);
		}
		free(path);
	}
	ts_os_list_free(names, n);
	rmdir(dir);
}

static inline void fixture_remove(void)
{
	fixture_remove_in(fixture_dir);
}

/* The fixture opened, by way of the cache. */
static inline struct ts_kb *fixture_open(void)
{
	struct ts_kb *kb = ts_kb_new();
	struct ts_diags *d = ts_diags_new();
	char *path = fixture_path("kb");
	struct ts_err err = { "" };

	if (!ts_kb_add(kb, path, d, &err)) {
		ts_diags_print(d, stderr);
		fprintf(stderr, "fixture: %s\n", err.text);
		exit(1);
	}
	ts_diags_free(d);
	free(path);
	return kb;
}

#endif
