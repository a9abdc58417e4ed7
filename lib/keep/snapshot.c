/* What a segment begins with: the identities that are in the keep, and the last schema of each
 * source, so that neither asks for more than one segment to be read. */
#include <errno.h>

#include "keep/identity_parts.h"
#include "keep/packed.h"
#include "source.h"

/* [repeats, position, [[key, run, newest, unclear_from, unclear_below, [from, to, ...]], ...], [schema, ...]] */
static void write_identity(const struct keep_identity *i, struct buffer *ret)
{
	wire_array(ret, 6);
	wire_bin(ret, i->key);
	wire_uint(ret, i->run);
	wire_uint(ret, i->newest);
	wire_uint(ret, i->unclear_from);
	wire_uint(ret, i->unclear_below);
	wire_array(ret, i->count * 2);
	for (uint32_t s = 0; s < i->count; s++) {
		wire_uint(ret, i->spans[s].from);
		wire_uint(ret, i->spans[s].to);
	}
}

int keep_snapshot_write(const struct keep_identities *all, uint64_t repeats, struct str position,
	struct buffer *ret)
{
	struct buffer plain = { 0 };
	wire_array(&plain, 4);
	wire_uint(&plain, repeats);
	wire_bin(&plain, position);
	wire_array(&plain, (uint32_t)all->count);
	for (size_t i = 0; i < all->count; i++)
		write_identity(all->list[i], &plain);
	wire_array(&plain, (uint32_t)all->schema_count);
	for (size_t i = 0; i < all->schema_count; i++)
		wire_bin(&plain, buffer_str(all->schemas[i]));
	int r = keep_pack(buffer_str(&plain), ret);
	buffer_free(&plain);
	return r;
}

static int read_spans(struct cursor *c, struct keep_identity *i)
{
	uint32_t n;
	int r = keep_take_array(c, &n);
	if (!r && (n % 2 || n / 2 > KEEP_SPANS))
		return -EBADMSG;
	i->count = 0;
	for (; !r && i->count < n / 2; i->count++) {
		struct keep_span *s = &i->spans[i->count];
		r = keep_take_uint(c, &s->from);
		if (!r)
			r = keep_take_uint(c, &s->to);
	}
	return r;
}

static int read_identity(struct keep_identities *all, struct cursor *c)
{
	uint32_t n;
	uint64_t run;
	struct str key;
	int r = keep_take_array(c, &n);
	if (!r)
		r = keep_take_bytes(c, &key);
	if (!r)
		r = keep_take_uint(c, &run);
	if (r || n != 6)
		return -EBADMSG;
	struct keep_identity *i = keep_identity_by_key(all, key, run);
	r = keep_take_uint(c, &i->newest);
	if (!r)
		r = keep_take_uint(c, &i->unclear_from);
	if (!r)
		r = keep_take_uint(c, &i->unclear_below);
	return r ? r : read_spans(c, i);
}

/* Steps over the head of a snapshot, up to its identities. */
static int read_head(struct cursor *c, uint64_t *ret_repeats, struct str *ret_position)
{
	uint32_t n;
	int r = keep_take_array(c, &n);
	if (!r)
		r = keep_take_uint(c, ret_repeats);
	return r ? r : keep_take_bytes(c, ret_position);
}

static int read_schemas(struct keep_identities *all, struct cursor *c)
{
	uint32_t n;
	struct str bytes;
	struct sample s = { 0 };
	int r = keep_take_array(c, &n);
	while (!r && n--) {
		r = keep_take_bytes(c, &bytes);
		if (!r && sample_decode(&s, (uint8_t *)bytes.data, bytes.len) != (int)bytes.len)
			r = -EBADMSG;
		if (!r)
			keep_schema_add(all, &s);
	}
	return r;
}

static int read_plain(struct keep_identities *all, struct cursor c, uint64_t *ret_repeats,
	struct buffer *ret_position)
{
	uint32_t n;
	struct str position;
	int r = read_head(&c, ret_repeats, &position);
	if (!r)
		r = keep_take_array(&c, &n);
	while (!r && n--)
		r = read_identity(all, &c);
	if (!r)
		r = read_schemas(all, &c);
	if (!r) {
		ret_position->len = 0;
		buffer_add_str(ret_position, position);
	}
	return r;
}

int keep_snapshot_read(struct keep_identities *all, struct str payload, uint64_t *ret_repeats,
	struct buffer *ret_position)
{
	struct buffer plain = { 0 };
	int r = keep_unpack(payload, &plain);
	if (!r)
		r = read_plain(all, (struct cursor){ plain.data, plain.data + plain.len },
			ret_repeats, ret_position);
	buffer_free(&plain);
	return r;
}

void keep_identities_schemas(
	const struct keep_identities *all, struct str source, struct buffer *ret)
{
	struct sample s = { 0 };
	for (size_t i = 0; i < all->schema_count; i++) {
		sample_decode(&s, all->schemas[i]->data, all->schemas[i]->len);
		if (source_under(s.source, source))
			buffer_add(ret, s.data, s.len);
	}
}
