#include "unit_parts.h"

bool unit_is_exact(const struct stage *stage)
{
	struct buffer event = { 0 };
	bool exact = !stage->due.zone || recurrence_format(&event, &stage->due);
	buffer_free(&event);
	return exact;
}

/* Persistent: what was missed while the machine was off is made up for once. */
void unit_timer(struct buffer *to, const struct unit_making *m, const struct stage *stage)
{
	unit_head(to, m, stage, "schedule");
	buffer_print(to,
		"PartOf=duto-%s.target\nAfter=duto-%s.setup.service\n\n[Timer]\nOnCalendar=",
		m->p->name.text, m->p->name.text);
	recurrence_format(to, &stage->due);
	buffer_print(to, "\nPersistent=%s\nAccuracySec=1s\n", stage->skips_missed ? "no" : "yes");
}
