#include "fields.h"

#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "filter.h"
#include "text.h"

static const char *copy(const char *text)
{
	return or_abort(strdup(text));
}

static void add(struct field_list *list, const char *name, const char *unit)
{
	list->at = reallocate(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count].name = copy(name);
	list->at[list->count++].unit = unit ? copy(unit) : NULL;
}

void fields_need(struct fields *f, const char *name, const char *unit)
{
	add(&f->needs, name, unit);
}

void fields_make(struct fields *f, const char *name, const char *unit)
{
	add(&f->makes, name, unit);
}

void fields_make_str(struct fields *f, struct str name, struct str unit)
{
	char *name_text = text_print("%.*s", STR_ARG(name));
	char *unit_text = text_print("%.*s", STR_ARG(unit));
	fields_make(f, name_text, unit.len ? unit_text : NULL);
	free(name_text);
	free(unit_text);
}

void fields_only(struct fields *f, const char *name)
{
	f->some = true;
	add(&f->only, name, NULL);
}

void fields_none(struct fields *f)
{
	f->none = true;
}

void fields_open(struct fields *f)
{
	f->open = true;
}

static void print_list(const struct field_list *list, FILE *to)
{
	for (size_t i = 0; i < list->count; i++) {
		fprintf(to, "%s{\"name\":", i ? "," : "");
		opt_json(list->at[i].name, to);
		if (list->at[i].unit) {
			fputs(",\"unit\":", to);
			opt_json(list->at[i].unit, to);
		}
		fputc('}', to);
	}
}

void fields_print(const struct fields *f, FILE *to)
{
	fputs(",\"needs\":[", to);
	print_list(&f->needs, to);
	fputs("],\"makes\":[", to);
	print_list(&f->makes, to);
	fputs("],\"passes\":", to);
	if (f->some) {
		for (size_t i = 0; i < f->only.count; i++) {
			fputs(i ? "," : "[", to);
			opt_json(f->only.at[i].name, to);
		}
		fputs("]", to);
	} else {
		fputs(f->none ? "\"none\"" : "\"all\"", to);
	}
	fprintf(to, ",\"open\":%s", f->open ? "true" : "false");
}
