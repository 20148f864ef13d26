/* os/names-static.c - a program without shared libraries looks names up by itself: in files and by DNS.
 *
 * glibc would load whatever else the system's nsswitch.conf names, from a glibc that need not be this program's own; that can end in a crash. */
#include <nss.h>

__attribute__((constructor)) static void only_builtin_services(void)
{
	static const struct {
		const char *database, *services;
	} rows[] = { { "hosts", "files dns" }, { "passwd", "files" }, { "group", "files" },
		{ "services", "files" }, { "protocols", "files" }, { "networks", "files" } };
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)__nss_configure_lookup(rows[i].database, rows[i].services);
	}
}
