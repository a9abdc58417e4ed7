#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "rerun.h"
#include "sample.h"
#include "text.h"

/* A file of samples in memory, and how far it is read. Its pages are private: decoding may write. */
struct samples {
	uint8_t *data;
	size_t len, at;
};

static int map_fd(struct samples *f, int fd)
{
	struct stat st;
	if (fstat(fd, &st))
		return -errno;
	*f = (struct samples){ .len = (size_t)st.st_size };
	if (!f->len)
		return 0;
	f->data = mmap(NULL, f->len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	return f->data == MAP_FAILED ? -errno : 0;
}

static int map(struct samples *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = map_fd(f, fd);
	close(fd);
	return r;
}

static void unmap(struct samples *f)
{
	if (f->len)
		munmap(f->data, f->len);
}

/* 1: the next sample; 0: the end; -EBADMSG. */
static int next(struct samples *f, struct sample *ret)
{
	if (f->at == f->len)
		return 0;
	int len = sample_decode(ret, f->data + f->at, f->len - f->at);
	if (len == -EPROTO)
		len = (int)ret->len;
	if (len <= 0)
		return -EBADMSG;
	f->at += (size_t)len;
	return 1;
}

int64_t rerun_count(const char *path)
{
	struct samples f;
	struct sample s = { 0 };
	int64_t count = 0;
	int r = map(&f, path);
	if (r)
		return r;
	while ((r = next(&f, &s)) == 1)
		count++;
	unmap(&f);
	return r ? r : count;
}

static bool is_asked_for(const struct rerun *r, const struct sample *s)
{
	if (str_eq(s->kind, STR("position")) || (r->until && s->time >= r->until))
		return false;
	return !r->since || s->time >= r->since || str_eq(s->kind, STR("schema"));
}

static int select_samples(
	const struct rerun *r, struct samples *f, const char *name, FILE *to, char **ret_error)
{
	struct sample s = { 0 };
	int more;
	while ((more = next(f, &s)) == 1)
		if (is_asked_for(r, &s))
			fwrite(s.data, s.len, 1, to);
	if (more < 0)
		*ret_error = text_print(
			"%s: offset %zu: expected a sample, found other bytes", name, f->at);
	return more;
}

int rerun_copy(const struct rerun *r, const char *from, const char *to, char **ret_error)
{
	struct samples f;
	FILE *file = fopen(to, "we");
	int result = file ? map(&f, from) : -errno;
	if (result) {
		*ret_error = text_print("%s: %s", file ? from : to, strerror(-result));
		if (file)
			fclose(file);
		return result;
	}
	result = select_samples(r, &f, from, file, ret_error);
	unmap(&f);
	if (fclose(file) && !result) {
		result = -errno;
		*ret_error = text_print("%s: %s", to, strerror(-result));
	}
	return result;
}
