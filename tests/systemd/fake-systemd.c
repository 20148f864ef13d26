/* tests/systemd/fake-systemd.c - answers on a bus as systemd's manager does: three units and some of their properties. */
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define MANAGER "org.freedesktop.systemd1"

static const struct unit {
	const char *id, *description, *load, *active, *sub, *path;
	const char *state, *fragment, *user;
} units[] = {
	{ "xrdp.service", "xrdp daemon", "loaded", "active", "running", "/u/xrdp", "enabled",
		"/lib/systemd/system/xrdp.service", "xrdp" },
	{ "gnome-remote-desktop.service", "GNOME Remote Desktop", "loaded", "failed", "failed", "/u/grd",
		"disabled", "/lib/g.service", "" },
	{ "ssh.socket", "OpenBSD Secure Shell server socket", "loaded", "inactive", "dead", "/u/ssh",
		"disabled", "/lib/ssh.socket", NULL },
};

static int list_units(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	(void)ctx, (void)error;
	sd_bus_message *reply = NULL;
	sd_bus_message_new_method_return(m, &reply);
	sd_bus_message_open_container(reply, 'a', "(ssssssouso)");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const struct unit *u = &units[i];
		sd_bus_message_append(reply, "(ssssssouso)", u->id, u->description, u->load, u->active,
			u->sub, "", u->path, (uint32_t)i, "", "/");
	}
	sd_bus_message_close_container(reply);
	int rc = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return rc;
}

static int get(sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
	void *ctx, sd_bus_error *error)
{
	(void)bus, (void)interface, (void)error, (void)path;
	const struct unit *u = ctx;
	const char *text = strcmp(name, "UnitFileState") == 0  ? u->state
			   : strcmp(name, "FragmentPath") == 0 ? u->fragment
			   : strcmp(name, "User") == 0         ? u->user
							       : "";
	return sd_bus_message_append(reply, "s", text);
}

static const sd_bus_vtable manager[] = { SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("ListUnits", "", "a(ssssssouso)", list_units, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END };
static const sd_bus_vtable unit[] = { SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("UnitFileState", "s", get, 0, 0), SD_BUS_PROPERTY("FragmentPath", "s", get, 0, 0),
	SD_BUS_PROPERTY("SourcePath", "s", get, 0, 0), SD_BUS_VTABLE_END };
static const sd_bus_vtable service[] = { SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("User", "s", get, 0, 0),
	SD_BUS_VTABLE_END };

int main(void)
{
	sd_bus *bus = NULL;
	int rc = sd_bus_open_system(&bus);
	rc = rc < 0 ? rc
		    : sd_bus_add_object_vtable(
			      bus, NULL, "/org/freedesktop/systemd1", MANAGER ".Manager", manager, NULL);
	for (size_t i = 0; rc >= 0 && i < sizeof(units) / sizeof(units[0]); i++) {
		/* The vtables only read it. */
		union {
			const struct unit *in;
			void *out;
		} u = { &units[i] };
		rc = sd_bus_add_object_vtable(bus, NULL, units[i].path, MANAGER ".Unit", unit, u.out);
		if (rc >= 0 && units[i].user != NULL) {
			rc = sd_bus_add_object_vtable(
				bus, NULL, units[i].path, MANAGER ".Service", service, u.out);
		}
	}
	rc = rc < 0 ? rc : sd_bus_request_name(bus, MANAGER, 0);
	if (rc < 0) {
		fprintf(stderr, "fake-systemd: %s\n", strerror(-rc));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while ((rc = sd_bus_process(bus, NULL)) >= 0 &&
		(rc > 0 || (rc = sd_bus_wait(bus, UINT64_MAX)) >= 0)) {
		;
	}
	sd_bus_unref(bus);
	return 0;
}
