/* table/accounts-win32.c - accounts of Windows: users, groups, and who holds which right. */
#include "os/win-api.h"

#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "decode/secdesc.h"
#include "os/wide-win32.h"
#include "table/accounts-win32.h"
#include "table/files-registry.h"
#include "table/gap-win32.h"
#include "table/schema.h"

/* --- names --- */

const char *ts_sid_win32(struct ts_scan *s, PSID sid)
{
	char text[192];
	DWORD n = sid != NULL && IsValidSid(sid) ? GetLengthSid(sid) : 0;
	return n > 0 && ts_sid_text(sid, n, text, sizeof(text)) ? ts_arena_strdup(ts_scan_arena(s), text)
								: NULL;
}

const char *ts_account_of(struct ts_scan *s, PSID sid)
{
	wchar_t name[512], domain[512];
	DWORD n = TS_COUNT(name), d = TS_COUNT(domain);
	SID_NAME_USE use;
	if (!LookupAccountSidW(NULL, sid, name, &n, domain, &d, &use)) {
		return NULL;
	}
	const char *account = ts_text_win32(s, name);
	return domain[0] != L'\0'
		       ? ts_arena_printf(ts_scan_arena(s), "%s\\%s", ts_text_win32(s, domain), account)
		       : account;
}

const char *ts_sid_of_name(struct ts_scan *s, const wchar_t *name)
{
	BYTE sid[SECURITY_MAX_SID_SIZE];
	wchar_t domain[512];
	DWORD n = sizeof(sid), d = TS_COUNT(domain);
	SID_NAME_USE use;
	return LookupAccountNameW(NULL, name, sid, &n, domain, &d, &use) ? ts_sid_win32(s, sid) : NULL;
}

/* S-1-5-21-... ends in the account's number. */
static int64_t rid_of(const char *sid)
{
	int64_t rid = -1;
	const char *dash = sid != NULL ? strrchr(sid, '-') : NULL;
	return dash != NULL && ts_parse_int(dash + 1, 0, UINT32_MAX, &rid) ? rid : -1;
}

/* --- users --- */

static bool put_user(struct ts_scan *s, const struct ts_regs *r, const wchar_t *name, const wchar_t *comment)
{
	struct ts_reg_key key;
	const char *sid = ts_sid_of_name(s, name), *text = ts_text_win32(s, name);
	int64_t rid = rid_of(sid);
	if (!ts_scan_allows_text(s, "username", text) ||
		(sid != NULL && !ts_scan_allows_text(s, "uuid", sid))) {
		return true;
	}
	const char *profile = ts_arena_printf(
		ts_scan_arena(s), "%s\\ProfileList\\%s", TS_REGS_VERSION_KEY, sid != NULL ? sid : "");
	ts_row_begin(s);
	ts_row_int(s, "uid", rid);
	ts_row_int(s, "uid_signed", (int32_t)(uint32_t)rid);
	ts_row_text(s, "username", text);
	ts_row_text(s, "description", comment != NULL ? ts_text_win32(s, comment) : "");
	if (sid != NULL && ts_regs_find(r, profile, &key, NULL) == TS_REG_FOUND) {
		ts_row_text(s, "directory", ts_regs_text(r, &key, "ProfileImagePath", ts_scan_arena(s)));
	}
	ts_row_text(s, "uuid", sid);
	ts_row_text(s, "type", "local");
	return ts_row_end(s);
}

/* Users at a level of NetUserEnum: 1 has comments, 0 is all that some systems (Wine) know. The last code. */
static DWORD put_users(struct ts_scan *s, const struct ts_netapi32 *api, const struct ts_regs *r, DWORD level)
{
	DWORD resume = 0, code = ERROR_MORE_DATA;
	bool more = true;
	while (more && code == ERROR_MORE_DATA) {
		BYTE *room = NULL;
		DWORD n = 0, all = 0;
		code = api->NetUserEnum(
			NULL, level, FILTER_NORMAL_ACCOUNT, &room, MAX_PREFERRED_LENGTH, &n, &all, &resume);
		bool ok = code == NERR_Success || code == ERROR_MORE_DATA;
		const USER_INFO_1 *full = (const void *)room;
		const USER_INFO_0 *names = (const void *)room;
		for (DWORD i = 0; more && ok && i < n; i++) {
			more = level == 1 ? put_user(s, r, full[i].usri1_name, full[i].usri1_comment)
					  : put_user(s, r, names[i].usri0_name, NULL);
		}
		more = more && n > 0;
		if (room != NULL) {
			api->NetApiBufferFree(room);
		}
	}
	return code;
}

void ts_fill_users(struct ts_scan *s)
{
	const struct ts_netapi32 *api = ts_netapi32();
	if (api == NULL) {
		ts_gap_library(s, "netapi32.dll");
		return;
	}
	struct ts_regs *r = ts_regs_new_live();
	DWORD code = put_users(s, api, r, 1);
	code = code == ERROR_INVALID_LEVEL ? put_users(s, api, r, 0) : code;
	ts_regs_free(r);
	if (code != NERR_Success && code != ERROR_MORE_DATA) {
		ts_gap_win32(s, "the list of accounts", code);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, "accounts of this computer; a domain's are not listed");
	}
}

/* --- groups --- */

void ts_fill_groups(struct ts_scan *s)
{
	const struct ts_netapi32 *api = ts_netapi32();
	BYTE *room = NULL;
	DWORD n = 0, all = 0;
	if (api == NULL) {
		ts_gap_library(s, "netapi32.dll");
		return;
	}
	DWORD code = api->NetLocalGroupEnum(NULL, 1, &room, MAX_PREFERRED_LENGTH, &n, &all, NULL);
	if (code != NERR_Success) {
		ts_gap_win32(s, "the list of groups", code);
		return;
	}
	const LOCALGROUP_INFO_1 *list = (const void *)room;
	for (DWORD i = 0; i < n; i++) {
		const char *sid = ts_sid_of_name(s, list[i].lgrpi1_name);
		int64_t gid = rid_of(sid);
		ts_row_begin(s);
		ts_row_int(s, "gid", gid);
		ts_row_int(s, "gid_signed", (int32_t)(uint32_t)gid);
		ts_row_text(s, "groupname", ts_text_win32(s, list[i].lgrpi1_name));
		ts_row_text(s, "group_sid", sid);
		ts_row_text(s, "comment",
			list[i].lgrpi1_comment != NULL ? ts_text_win32(s, list[i].lgrpi1_comment) : "");
		if (!ts_row_end(s)) {
			break;
		}
	}
	api->NetApiBufferFree(room);
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}

/* --- user_rights --- */

/* Rights that say who may log on how, and those that administrators meet. */
static const char *const rights[] = { "SeNetworkLogonRight", "SeDenyNetworkLogonRight",
	"SeInteractiveLogonRight", "SeDenyInteractiveLogonRight", "SeRemoteInteractiveLogonRight",
	"SeDenyRemoteInteractiveLogonRight", "SeServiceLogonRight", "SeDenyServiceLogonRight",
	"SeBatchLogonRight", "SeDenyBatchLogonRight", "SeShutdownPrivilege", "SeRemoteShutdownPrivilege",
	"SeImpersonatePrivilege", "SeBackupPrivilege", "SeDebugPrivilege", "SeSecurityPrivilege" };

/* Windows' answer where nobody has the right, or where it knows no such right. */
#define NO_MORE_ENTRIES   ((NTSTATUS)0x8000001AL)
#define NO_SUCH_PRIVILEGE ((NTSTATUS)0xC0000060L)

static bool put_right(struct ts_scan *s, const struct ts_advapi32 *api, LSA_HANDLE policy, const char *right,
	NTSTATUS *status)
{
	wchar_t *wide = ts_wide(right);
	LSA_UNICODE_STRING name = { (USHORT)(wcslen(wide) * sizeof(*wide)),
		(USHORT)((wcslen(wide) + 1) * sizeof(*wide)), wide };
	LSA_ENUMERATION_INFORMATION *list = NULL;
	ULONG n = 0;
	bool more = true;
	*status = api->LsaEnumerateAccountsWithUserRight(policy, &name, (void **)&list, &n);
	for (ULONG i = 0; more && *status == 0 && i < n; i++) {
		ts_row_begin(s);
		ts_row_text(s, "right", right);
		ts_row_text(s, "sid", ts_sid_win32(s, list[i].Sid));
		ts_row_text(s, "account", ts_account_of(s, list[i].Sid));
		more = ts_row_end(s);
	}
	if (*status == 0) {
		api->LsaFreeMemory(list);
	} else if (*status == NO_MORE_ENTRIES || *status == NO_SUCH_PRIVILEGE) {
		*status = 0;
	}
	free(wide);
	return more;
}

void ts_fill_user_rights(struct ts_scan *s)
{
	const struct ts_advapi32 *api = ts_advapi32();
	LSA_OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
	LSA_HANDLE policy;
	if (api == NULL || ts_win_is_wine()) {
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED,
			api == NULL ? "advapi32.dll lacks functions that this needs"
				    : "Wine does not keep rights of users");
		return;
	}
	NTSTATUS status = api->LsaOpenPolicy(
		NULL, &attributes, POLICY_VIEW_LOCAL_INFORMATION | POLICY_LOOKUP_NAMES, &policy);
	if (status != 0) {
		ts_gap_win32(s, "the rights of users", api->LsaNtStatusToWinError(status));
		return;
	}
	int asked = ts_scan_count(s, "right");
	int n = asked > 0 ? asked : (int)TS_COUNT(rights);
	bool more = true;
	for (int i = 0; i < n && more && status == 0; i++) {
		more = put_right(
			s, api, policy, asked > 0 ? ts_scan_text(s, "right", i) : rights[i], &status);
	}
	api->LsaClose(policy);
	if (status != 0) {
		ts_gap_win32(s, "the rights of users", api->LsaNtStatusToWinError(status));
	} else if (asked > 0) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL,
			"only the rights to log on and some others; ask by name (right = ...) for another");
	}
}
