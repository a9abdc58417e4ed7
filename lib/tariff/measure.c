#include "tariff/measure.h"

#include <errno.h>

int measure_sum(const decimal of[SCHEDULE_POSTS], uint64_t posts, decimal *ret)
{
	decimal sum = 0;
	for (int i = 0; i < SCHEDULE_POSTS; i++)
		if (posts >> i & 1 && decimal_add(sum, of[i], &sum))
			return -EOVERFLOW;
	*ret = sum;
	return 0;
}

decimal measure_largest(const decimal of[SCHEDULE_POSTS], uint64_t posts, int *ret_post)
{
	decimal largest = 0;
	*ret_post = -1;
	for (int i = 0; i < SCHEDULE_POSTS; i++)
		if (posts >> i & 1 && of[i] > largest) {
			largest = of[i];
			*ret_post = i;
		}
	return largest;
}

int measure_power(const struct tariff *t, decimal energy, decimal *ret)
{
	int64_t per_hour = 3600 * SECONDS / t->interval;
	return __builtin_mul_overflow(energy, per_hour, ret) ? -EOVERFLOW : 0;
}

static decimal at(const decimal *of, size_t slot)
{
	return of ? of[slot] : 0;
}

static int add_energy(const struct usage_slots *s, size_t slot, int post, struct measures *m)
{
	int r = decimal_add(m->import[post], at(s->import, slot), &m->import[post]);
	r = r ?: decimal_add(m->export[post], at(s->export, slot), &m -> export[post]);
	r = r ?: decimal_add(m->inductive[post], at(s->inductive, slot), &m->inductive[post]);
	return r ?: decimal_add(m->capacitive[post], at(s->capacitive, slot), &m->capacitive[post]);
}

static int add_apparent(const struct tariff *t, const struct usage_slots *s, size_t slot, int post,
	struct measures *m)
{
	decimal active = at(s->import, slot);
	decimal reactive, apparent, power;
	int r = decimal_subtract(at(s->inductive, slot), at(s->capacitive, slot), &reactive);
	decimal_product square;
	if (!r && __builtin_add_overflow(decimal_multiply(active, active),
			  decimal_multiply(reactive, reactive), &square))
		r = -EOVERFLOW;
	r = r ?: decimal_root(square, &apparent);
	r = r ?: measure_power(t, apparent, &power);
	if (!r && power > m->apparent[post])
		m->apparent[post] = power;
	return r;
}

static int add_demand(const struct tariff *t, const struct usage_slots *s, size_t slot, int post,
	struct measures *m)
{
	decimal power;
	int r = measure_power(t, at(s->import, slot), &power);
	if (r < 0 || power <= m->demand[post])
		return r;
	m->demand[post] = power;
	m->demand_at[post] = s->first + (int64_t)slot * t->interval;
	m->demand_state[post] = s->state[slot];
	return 0;
}

static int add_slots(const struct tariff *t, const struct usage_slots *s, struct measures *m)
{
	struct slot_walk walk = { .tariff = t, .slots = s };
	bool reactive = s->inductive || s->capacitive;
	int r = 0;
	m->slots = s->count;
	for (size_t i = 0; !r && i < s->count; i++) {
		if (s->state[i] == SLOT_MISSING)
			continue;
		int post = slot_post(&walk, i);
		bool estimated = s->state[i] == SLOT_ESTIMATED;
		m->measured += !estimated;
		m->estimated += estimated;
		r = add_energy(s, i, post, m);
		r = r ?: add_demand(t, s, i, post, m);
		if (!r && reactive)
			r = add_apparent(t, s, i, post, m);
		if (!r && estimated)
			r = decimal_add(
				m->estimated_energy, at(s->import, i), &m->estimated_energy);
	}
	return r;
}

static decimal larger(decimal a, decimal b)
{
	return a > b ? a : b;
}

static int add_totals(const struct usage_totals *t, struct measures *m)
{
	int r = 0;
	for (int i = 0; !r && i < SCHEDULE_POSTS; i++) {
		r = decimal_add(m->import[i], t->import[i], &m->import[i]);
		r = r ?: decimal_add(m->export[i], t -> export[i], &m -> export[i]);
		r = r ?: decimal_add(m->inductive[i], t->inductive[i], &m->inductive[i]);
		r = r ?: decimal_add(m->capacitive[i], t->capacitive[i], &m->capacitive[i]);
		m->demand[i] = larger(m->demand[i], t->demand[i]);
		m->apparent[i] = larger(m->apparent[i], t->apparent[i]);
	}
	return r;
}

/* Export of a post makes up for its import; what is left of it is kept as credit. */
static int compensate(const struct contract *c, struct measures *m)
{
	for (int i = 0; i < SCHEDULE_POSTS; i++) {
		decimal available;
		if (decimal_add(m->export[i], c -> credits[i], &available))
			return -EOVERFLOW;
		m->compensated[i] = available < m->import[i] ? available : m->import[i];
		m->net[i] = m->import[i] - m->compensated[i];
		m->credits[i] = available - m->compensated[i];
	}
	return 0;
}

static decimal minimum_of(const struct minimum_energy *m, struct str connection)
{
	for (size_t i = 0; i < m->count; i++)
		if (!m->at[i].connection.len || str_eq(m->at[i].connection, connection))
			return m->at[i].energy;
	return 0;
}

static int lift(const struct minimum_energy *m, decimal minimum, const decimal of[SCHEDULE_POSTS],
	decimal to[SCHEDULE_POSTS])
{
	decimal total;
	int r = measure_sum(of, UINT64_MAX, &total);
	memcpy(to, of, SCHEDULE_POSTS * sizeof(*to));
	if (r < 0 || total >= minimum || (m->waived && total <= m->waived))
		return r;
	return decimal_add(to[m->post], minimum - total, &to[m->post]);
}

int measure(const struct tariff *t, const struct usage *u, const struct contract *c,
	struct measures *ret)
{
	decimal minimum = minimum_of(&t->minimum, c->connection);
	*ret = (struct measures){ 0 };
	int r = add_slots(t, &u->slots, ret);
	if (!r && u->totals)
		r = add_totals(u->totals, ret);
	r = r ?: compensate(c, ret);
	r = r ?: lift(&t->minimum, minimum, ret->import, ret->billed);
	return r ?: lift(&t->minimum, minimum, ret->net, ret->billed_net);
}
