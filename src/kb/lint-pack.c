/* kb/lint-pack.c - rules about pack.yaml and codes.yaml. */
#include <string.h>
#include "kb/code.h"
#include "kb/lint-int.h"

static void check_names(struct ts_linting *l)
{
	struct ts_strmap *names = ts_strmap_new(l->arena);

	for (size_t i = 0; i < l->set->npacks; i++) {
		const struct ts_pack *p = &l->set->packs[i];
		const char *slash = strrchr(p->folder, '/'), *folder = slash != NULL ? slash + 1 : p->folder;

		if (p->src == NULL) {
			continue;
		}
		if (folder[0] != '\0' && strcmp(folder, p->name) != 0) {
			ts_diag(l->d, TS_ERROR, "pack-name", p->src, 0, 0,
				"the pack is called \"%s\" but its folder \"%s\": the folder is part of "
				"every id, so both must be the same",
				p->name, folder);
		}
		if (!ts_strmap_add(names, p->name, i)) {
			ts_diag(l->d, TS_ERROR, "pack-name", p->src, 0, 0,
				"there are two packs called \"%s\"", p->name);
		}
	}
}

static bool has_product(const struct ts_pack *p, const char *product)
{
	for (size_t i = 0; i < p->nproducts; i++) {
		if (strcmp(p->products[i].text, product) == 0) {
			return true;
		}
	}
	return false;
}

static void check_codes(struct ts_linting *l, const struct ts_pack *p)
{
	struct ts_strmap *seen = ts_strmap_new(l->arena);
	const char **products = ts_arena_calloc(l->arena, p->nproducts + 1, sizeof(*products));

	for (size_t i = 0; i < p->nproducts; i++) {
		products[i] = p->products[i].text;
	}
	for (size_t i = 0; i < p->ncodes; i++) {
		const struct ts_code_row *c = &p->codes[i];
		/* one number may have several meanings, but not the same one twice */
		const char *key = ts_arena_printf(l->arena, "%u %s %s %s", (unsigned)c->code,
			ts_code_role_name(c->role), c->product != NULL ? c->product : "",
			c->name != NULL ? c->name : c->text);

		if (!ts_strmap_add(seen, key, i)) {
			ts_diag(l->d, TS_ERROR, "code-twice", p->codes_src, c->span.off, c->span.len,
				"the code 0x%X with this role and name is in the list twice",
				(unsigned)c->code);
		}
		if (c->product != NULL && p->nproducts > 0 && !has_product(p, c->product)) {
			ts_diag(l->d, TS_ERROR, "unknown-product", p->codes_src, c->span.off, c->span.len,
				"pack.yaml has no product \"%s\"%s", c->product,
				ts_lint_hint(l, c->product, products));
		}
	}
}

void ts_lint_packs(struct ts_linting *l)
{
	check_names(l);
	for (size_t i = 0; i < l->set->npacks; i++) {
		check_codes(l, &l->set->packs[i]);
	}
}
