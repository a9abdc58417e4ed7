#include "disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/buffer.h"
#include "../../lib/random.h"

enum { FILES = 1024, FOLDERS = 16, NAMES = 256, NAME = 96, HANDLES = 256, SECTOR = 512 };
enum { FIRST_HANDLE = 1000 }; /* so that nothing else is closed by mistake */

struct change {
	bool truncates;
	uint64_t offset; /* or the new size */
	struct buffer data;
};

struct file {
	struct buffer seen, platter;
	struct change *changes; /* not synced */
	size_t count, room;
	int locked_by;
	bool used;
};

struct entry {
	char name[NAME];
	int file;
};

struct names {
	struct entry all[NAMES];
	size_t count;
};

struct name_change {
	char name[NAME], from[NAME]; /* from: the name it had before, or empty */
	int file;		     /* -1: it goes */
};

struct folder {
	char path[128];
	struct names seen, platter;
	struct name_change changes[NAMES]; /* not synced */
	size_t count;
};

static struct file files[FILES];
static struct folder folders[FOLDERS];
static struct {
	int file, folder; /* -1: not that */
} handles[HANDLES];
static struct random chance;
static uint64_t until_crash, fail_one_of, limit;
static enum crash_kind kind;
static bool crashed;

static bool one_of(uint64_t n)
{
	return random_below(&chance, n) == 0;
}

static void free_changes(struct file *f)
{
	for (size_t i = 0; i < f->count; i++)
		buffer_free(&f->changes[i].data);
	f->count = 0;
}

void crash_format(uint64_t seed)
{
	for (int i = 0; i < FILES; i++) {
		free_changes(&files[i]);
		free(files[i].changes);
		buffer_free(&files[i].seen);
		buffer_free(&files[i].platter);
		files[i] = (struct file){ .locked_by = -1 };
	}
	for (int i = 0; i < FOLDERS; i++)
		folders[i].path[0] = 0,
		folders[i].count = folders[i].seen.count = folders[i].platter.count = 0;
	for (int i = 0; i < HANDLES; i++)
		handles[i].file = handles[i].folder = -1;
	random_seed(&chance, seed, 0);
	until_crash = fail_one_of = limit = 0;
	crashed = false;
}

void crash_at(uint64_t operation, enum crash_kind what)
{
	until_crash = operation;
	kind = what;
}

bool crash_has_come(void)
{
	return crashed;
}

void crash_fail_syncs(uint64_t n)
{
	fail_one_of = n;
}

void crash_limit(uint64_t bytes)
{
	limit = bytes;
}

/* Whether the operation at hand has its effect. Where it is the last, it may or may not. */
static bool goes_on(void)
{
	if (crashed)
		return false;
	if (until_crash && --until_crash == 0) {
		crashed = true;
		return one_of(2);
	}
	return true;
}

static int done(int r)
{
	return crashed ? -EIO : r;
}

/* Contents. */

static void resize(struct buffer *b, uint64_t size)
{
	if (size > b->len)
		memset(buffer_reserve(b, size - b->len), 0, size - b->len);
	b->len = size;
}

static void put(struct buffer *b, uint64_t offset, const uint8_t *data, size_t len)
{
	if (b->len < offset + len)
		resize(b, offset + len);
	if (len)
		memcpy(b->data + offset, data, len);
}

static struct change *add_change(struct file *f)
{
	if (f->count == f->room) {
		f->room = f->room ? f->room * 2 : 8;
		f->changes = realloc(f->changes, f->room * sizeof(*f->changes));
	}
	if (!f->changes)
		abort();
	struct change *c = &f->changes[f->count++];
	*c = (struct change){ 0 };
	return c;
}

static void apply(struct file *f, const struct change *c)
{
	if (c->truncates)
		resize(&f->platter, c->offset);
	else
		put(&f->platter, c->offset, c->data.data, c->data.len);
}

static void tear(struct file *f, struct change *c)
{
	bool zeroes = one_of(3);
	if (one_of(2)) {
		c->data.len = random_below(&chance, c->data.len + 1);
		apply(f, c);
		return;
	}
	for (size_t at = 0; at < c->data.len; at += SECTOR) {
		size_t len = c->data.len - at < SECTOR ? c->data.len - at : SECTOR;
		static const uint8_t nothing[SECTOR];
		if (one_of(2))
			put(&f->platter, c->offset + at, c->data.data + at, len);
		else if (zeroes && c->offset + at >= f->platter.len)
			put(&f->platter, c->offset + at, nothing, len);
	}
}

static void lose(struct file *f)
{
	uint64_t mood = random_below(&chance, 4); /* all kept, all dropped, or each by itself */
	for (size_t i = 0; i < f->count; i++) {
		struct change *c = &f->changes[i];
		uint64_t fate = mood < 2 ? mood : random_below(&chance, 3);
		if (fate == 0)
			apply(f, c);
		else if (fate == 2 && !c->truncates)
			tear(f, c);
	}
	free_changes(f);
	f->seen.len = 0;
	buffer_add_str(&f->seen, buffer_str(&f->platter));
}

/* Names. */

static struct entry *find(struct names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->all[i].name, name) == 0)
			return &n->all[i];
	return NULL;
}

static void set(struct names *n, const char *name, int file)
{
	struct entry *e = find(n, name);
	if (file < 0 && e)
		*e = n->all[--n->count];
	if (file < 0)
		return;
	if (!e && n->count == NAMES)
		abort();
	if (!e)
		e = &n->all[n->count++];
	snprintf(e->name, NAME, "%s", name);
	e->file = file;
}

static void apply_name(struct names *n, const struct name_change *c)
{
	if (*c->from)
		set(n, c->from, -1);
	set(n, c->name, c->file);
}

static void change_name(struct folder *f, const char *from, const char *name, int file)
{
	if (f->count == NAMES)
		abort();
	struct name_change *c = &f->changes[f->count++];
	snprintf(c->name, NAME, "%s", name);
	snprintf(c->from, NAME, "%s", from);
	c->file = file;
	apply_name(&f->seen, c);
}

static void bring_names(struct folder *f, size_t count, bool any)
{
	for (size_t i = 0; i < count; i++)
		if (!any || one_of(2))
			apply_name(&f->platter, &f->changes[i]);
	f->count = 0;
}

static void mark_named(const struct names *n, bool named[FILES])
{
	for (size_t i = 0; i < n->count; i++)
		named[n->all[i].file] = true;
}

/* Files without a name, now or after the next loss of power, are gone. */
static void drop_unnamed(void)
{
	bool named[FILES] = { false };
	for (int i = 0; i < FOLDERS; i++) {
		mark_named(&folders[i].seen, named);
		mark_named(&folders[i].platter, named);
		for (size_t c = 0; c < folders[i].count; c++)
			if (folders[i].changes[c].file >= 0)
				named[folders[i].changes[c].file] = true;
	}
	for (int i = 0; i < FILES; i++)
		files[i].used = files[i].used && named[i];
}

static void lose_power(void)
{
	for (int i = 0; i < FOLDERS; i++) {
		struct folder *f = &folders[i];
		bool any = one_of(4);
		bring_names(f, any ? f->count : random_below(&chance, f->count + 1), any);
		f->seen = f->platter;
	}
	for (int i = 0; i < FILES; i++)
		if (files[i].used)
			lose(&files[i]);
}

void crash_restart(void)
{
	if (kind == CRASH_POWER)
		lose_power();
	drop_unnamed();
	for (int i = 0; i < HANDLES; i++)
		handles[i].file = handles[i].folder = -1;
	for (int i = 0; i < FILES; i++)
		files[i].locked_by = -1;
	until_crash = 0;
	crashed = false;
}

/* lib/disk.h */

static int new_handle(int file, int folder)
{
	int i = 0;
	while (handles[i].file >= 0 || handles[i].folder >= 0)
		if (++i == HANDLES)
			abort();
	handles[i].file = file;
	handles[i].folder = folder;
	return i + FIRST_HANDLE;
}

static struct folder *folder_of(int handle)
{
	return &folders[handles[handle - FIRST_HANDLE].folder];
}

static struct file *file_of(int handle)
{
	return &files[handles[handle - FIRST_HANDLE].file];
}

int disk_folder(const char *path, bool make)
{
	int i = 0;
	while (folders[i].path[0] && strcmp(folders[i].path, path) != 0)
		if (++i == FOLDERS)
			abort();
	if (!folders[i].path[0] && !make)
		return -ENOENT;
	if (crashed)
		return -EIO;
	snprintf(folders[i].path, sizeof(folders[i].path), "%s", path);
	return new_handle(-1, i);
}

static int make_file(struct folder *f, const char *name)
{
	int i = 0;
	if (!goes_on())
		return -EIO;
	while (files[i].used)
		if (++i == FILES)
			abort();
	free_changes(&files[i]);
	files[i].seen.len = files[i].platter.len = 0;
	files[i].locked_by = -1;
	files[i].used = true;
	change_name(f, "", name, i);
	return done(i);
}

int disk_open(int folder, const char *name, enum disk_mode mode)
{
	struct entry *e = find(&folder_of(folder)->seen, name);
	if (crashed)
		return -EIO;
	if (e && mode == DISK_NEW)
		return -EEXIST;
	if (!e && mode == DISK_READ)
		return -ENOENT;
	int file = e ? e->file : make_file(folder_of(folder), name);
	return file < 0 ? file : new_handle(file, -1);
}

void disk_close(int fd)
{
	if (fd < 0)
		return;
	int i = fd - FIRST_HANDLE;
	if (handles[i].file >= 0 && files[handles[i].file].locked_by == fd)
		files[handles[i].file].locked_by = -1;
	handles[i].file = handles[i].folder = -1;
}

ssize_t disk_read(int fd, void *to, size_t len, uint64_t offset)
{
	const struct buffer *b = &file_of(fd)->seen;
	if (crashed)
		return -EIO;
	if (offset >= b->len)
		return 0;
	if (len > b->len - offset)
		len = b->len - offset;
	if (len)
		memcpy(to, b->data + offset, len);
	return (ssize_t)len;
}

static uint64_t used(void)
{
	uint64_t bytes = 0;
	for (int i = 0; i < FILES; i++)
		bytes += files[i].used ? files[i].seen.len : 0;
	return bytes;
}

static void write_now(struct file *f, const void *from, size_t len, uint64_t offset)
{
	struct change *c = add_change(f);
	put(&f->seen, offset, from, len);
	c->offset = offset;
	buffer_add(&c->data, from, len);
}

int disk_write(int fd, const void *from, size_t len, uint64_t offset)
{
	struct file *f = file_of(fd);
	if (crashed)
		return -EIO;
	bool grows = offset + len > f->seen.len;
	if (limit && grows && used() + len > limit) {
		write_now(f, from, random_below(&chance, len + 1), offset);
		return done(-ENOSPC);
	}
	if (!goes_on())
		len = random_below(&chance, len + 1);
	write_now(f, from, len, offset);
	return done(0);
}

int disk_truncate(int fd, uint64_t size)
{
	struct file *f = file_of(fd);
	if (!goes_on())
		return -EIO;
	struct change *c = add_change(f);
	c->truncates = true;
	c->offset = size;
	resize(&f->seen, size);
	return done(0);
}

int disk_size(int fd, uint64_t *ret)
{
	*ret = file_of(fd)->seen.len;
	return crashed ? -EIO : 0;
}

int disk_sync(int fd)
{
	struct file *f = file_of(fd);
	if (!goes_on())
		return -EIO;
	if (fail_one_of && f->count && one_of(fail_one_of)) {
		free_changes(f);
		return done(-EIO);
	}
	for (size_t i = 0; i < f->count; i++)
		apply(f, &f->changes[i]);
	free_changes(f);
	return done(0);
}

int disk_sync_folder(int folder)
{
	struct folder *f = folder_of(folder);
	if (!goes_on())
		return -EIO;
	bring_names(f, f->count, false);
	return done(0);
}

int disk_rename(int folder, const char *from, const char *to)
{
	struct folder *f = folder_of(folder);
	struct entry *e = find(&f->seen, from);
	if (!e && !crashed)
		return -ENOENT;
	if (!goes_on())
		return -EIO;
	int file = e->file;
	change_name(f, from, to, file);
	return done(0);
}

int disk_remove(int folder, const char *name)
{
	struct folder *f = folder_of(folder);
	if (!find(&f->seen, name) && !crashed)
		return -ENOENT;
	if (!goes_on())
		return -EIO;
	change_name(f, "", name, -1);
	return done(0);
}

int disk_list(int folder, int (*each)(const char *name, void *context), void *context)
{
	struct names n = folder_of(folder)->seen;
	int r = crashed ? -EIO : 0;
	for (size_t i = 0; r == 0 && i < n.count; i++)
		if (n.all[i].name[0] != '.')
			r = each(n.all[i].name, context);
	return r;
}

int disk_lock(int fd)
{
	struct file *f = file_of(fd);
	if (crashed)
		return -EIO;
	if (f->locked_by >= 0)
		return -EWOULDBLOCK;
	f->locked_by = fd;
	return 0;
}

bool disk_is_locked(int fd)
{
	return file_of(fd)->locked_by >= 0 && file_of(fd)->locked_by != fd;
}
