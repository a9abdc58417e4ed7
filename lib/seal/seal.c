#include "seal/seal.h"

#include <errno.h>

#include "allocate.h"
#include "seal/parts.h"

enum {
	PACKED_TOGETHER = 512, /* bytes for which statistics of their own pay */
	FLUSH_MAX = 16,	       /* bytes a flush adds */
};

struct seal *seal_open(void)
{
	struct seal *s = allocate(1, sizeof(*s));
	s->packer = ZSTD_createCCtx();
	s->unpacker = ZSTD_createDCtx();
	if (!s->packer || !s->unpacker)
		abort();
	ZSTD_CCtx_setParameter(s->packer, ZSTD_c_compressionLevel, 1);
	ZSTD_CCtx_setParameter(s->packer, ZSTD_c_minMatch, 7);
	ZSTD_CCtx_setParameter(s->packer, ZSTD_c_hashLog, 11);
	ZSTD_CCtx_setParameter(s->packer, ZSTD_c_checksumFlag, 1);
	return s;
}

void seal_close(struct seal *s)
{
	if (!s)
		return;
	ZSTD_freeCCtx(s->packer);
	ZSTD_freeDCtx(s->unpacker);
	seal_table_free(&s->table);
	seal_room_free(&s->room);
	buffer_free(&s->body);
	buffer_free(&s->trial);
	buffer_free(&s->text);
	buffer_free(&s->order);
	for (int i = 0; i < SEAL_STREAMS; i++)
		buffer_free(&s->streams[i]);
	free(s->cells);
	free(s->shapes);
	free(s->places);
	free(s->sorted);
	free(s->found);
	free(s);
}

static void store_as_it_was(struct seal *s, struct str samples)
{
	s->body.len = 0;
	buffer_add_char(&s->body, SEAL_AS_IT_WAS);
	buffer_add_str(&s->body, samples);
}

/* Packs the body up to end. ZSTD_e_flush: what follows gets statistics of its own. */
static bool pack_up_to(
	struct seal *s, ZSTD_outBuffer *out, ZSTD_inBuffer *in, size_t end, ZSTD_EndDirective how)
{
	in->size = end;
	return ZSTD_compressStream2(s->packer, out, in, how) == 0;
}

/* Streams that are long enough are packed apart from what follows. */
static int pack_body(struct seal *s, struct buffer *ret)
{
	size_t bound = ZSTD_compressBound(s->body.len) + SEAL_STREAMS * FLUSH_MAX;
	uint8_t *at = buffer_reserve(ret, bound + 1);
	ZSTD_outBuffer out = { at + 1, bound, 0 };
	ZSTD_inBuffer in = { s->body.data, 0, 0 };
	bool columns = s->body.data[0] == SEAL_COLUMNS, packed = true;
	ZSTD_CCtx_reset(s->packer, ZSTD_reset_session_only);
	ZSTD_CCtx_setPledgedSrcSize(s->packer, s->body.len);
	for (int i = 0; packed && columns && i < SEAL_STREAMS - 1; i++)
		if (s->ends[i] - in.pos >= PACKED_TOGETHER)
			packed = pack_up_to(s, &out, &in, s->ends[i], ZSTD_e_flush);
	if (!packed || !pack_up_to(s, &out, &in, s->body.len, ZSTD_e_end))
		return -ENOMEM;
	at[0] = SEAL_VERSION;
	ret->len += out.pos + 1;
	return 0;
}

static int unpack_body(struct seal *s, struct str sealed)
{
	if (sealed.len && (uint8_t)sealed.data[0] > SEAL_VERSION)
		return -ENOTSUP;
	if (!sealed.len || sealed.data[0] != SEAL_VERSION)
		return -EBADMSG;
	const char *frame = sealed.data + 1;
	unsigned long long size = ZSTD_getFrameContentSize(frame, sealed.len - 1);
	if (size > SEAL_RAW_MAX + 1 || size == 0)
		return -EBADMSG;
	s->body.len = 0;
	s->body.len = ZSTD_decompressDCtx(
		s->unpacker, buffer_reserve(&s->body, size), size, frame, sealed.len - 1);
	if (s->body.len == size)
		return 0;
	s->body.len = 0;
	return -EBADMSG;
}

static struct str behind_form(const struct seal *s)
{
	return (struct str){ (const char *)s->body.data + 1, s->body.len - 1 };
}

/* Whether what was packed behind "before" comes back as samples: it is unpacked in earnest. */
static bool comes_back(struct seal *s, const struct buffer *ret, size_t before, struct str samples)
{
	struct str sealed = { (const char *)ret->data + before, ret->len - before };
	return unpack_body(s, sealed) == 0 && s->body.data[0] == SEAL_COLUMNS &&
	       seal_body_gives(s, behind_form(s), samples);
}

int seal_pack(struct seal *s, struct str samples, struct buffer *ret)
{
	size_t before = ret->len;
	if (samples.len > SEAL_RAW_MAX)
		return -EFBIG;
	if (seal_body_write(s, samples) == 0) {
		int r = pack_body(s, ret);
		if (r || comes_back(s, ret, before, samples))
			return r;
		ret->len = before;
	}
	store_as_it_was(s, samples);
	return pack_body(s, ret);
}

int seal_unpack(struct seal *s, struct str sealed, struct str source, struct buffer *ret)
{
	int r = unpack_body(s, sealed);
	if (r)
		return r;
	if (s->body.data[0] == SEAL_COLUMNS)
		return seal_body_read(s, behind_form(s), source, ret);
	if (s->body.data[0] != SEAL_AS_IT_WAS)
		return -EBADMSG;
	buffer_add_str(ret, behind_form(s));
	return 0;
}
