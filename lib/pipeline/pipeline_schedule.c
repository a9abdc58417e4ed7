#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline_read.h"

#define AT    "when: a calendar event as systemd has them (06:00, Mon..Fri 18:30, *-*-01 00:10)"
#define EVERY "whole minutes, from a date where that matters (6h, 15d from 2026-11-01 06:00)"

void pipeline_read_zone(struct pipeline *p, const struct yaml_node *n)
{
	const char *name = n && n->kind == YAML_SCALAR ? n->text.data : "UTC";
	int r = n && n->kind != YAML_SCALAR ? -EINVAL : zone_open(name, &p->zone);
	bool plain = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				  "_+-/") == strlen(name);
	if (!r && plain)
		return;
	p->zone = NULL;
	if (n)
		pipeline_expect(p, n, "a time zone of the system (America/Sao_Paulo, UTC)");
}

static void refuse_link(struct pipeline *p, const struct yaml_node *stage, const char *key)
{
	const struct yaml_node *n = yaml_get(stage, key);
	if (n)
		pipeline_mistake(p, n->key->line, n->key->column,
			"a scheduled stage has no %s: it begins with what reads the past (replay, "
			"history)",
			key);
}

static void read_missed(struct pipeline *p, struct stage *stage, const struct yaml_node *n)
{
	if (!n)
		return;
	if (n->kind == YAML_SCALAR && strcmp(n->text.data, "skip") == 0)
		stage->skips_missed = true;
	else if (n->kind != YAML_SCALAR || strcmp(n->text.data, "run") != 0)
		pipeline_expect(p, n, "run or skip");
	if (!stage->due.zone)
		pipeline_mistake(p, n->key->line, n->key->column,
			"missed is of scheduled stages: those with at or every");
}

void pipeline_read_schedule(struct pipeline *p, struct stage *stage, const struct yaml_node *map)
{
	const struct yaml_node *at = yaml_get(map, "at"), *every = yaml_get(map, "every");
	const struct yaml_node *n = at ? at : every;
	struct recurrence due = { 0 };
	if (at && every)
		pipeline_mistake(p, every->key->line, every->key->column,
			"a stage has at or every, not both");
	if (n && p->zone) {
		int r = n->kind != YAML_SCALAR ? -EINVAL
			: at		       ? recurrence_at(n->text, p->zone, &due)
					       : recurrence_every(n->text, p->zone, &due);
		if (r)
			pipeline_expect(p, n, at ? AT : EVERY);
		else
			stage->due = due;
	}
	read_missed(p, stage, yaml_get(map, "missed"));
	if (!n)
		return;
	refuse_link(p, map, "from");
	refuse_link(p, map, "taps");
	refuse_link(p, map, "listen");
}
