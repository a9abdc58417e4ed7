/* What a restored keep was before: the file `former`, a line for each time, "ID NUMBER": all up to
 * that number it has in common with the keep of that id. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "disk.h"
#include "keep/reader_parts.h"
#include "text.h"

enum { FORMER_MAX = 1 << 20 };

static int read_former(int folder, struct buffer *ret)
{
	uint64_t size;
	int fd = disk_open(folder, "former", DISK_READ);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	int r = disk_size(fd, &size);
	if (!r && size > FORMER_MAX)
		r = -EFBIG;
	ssize_t n = r ? r : disk_read(fd, buffer_reserve(ret, size), size, 0);
	disk_close(fd);
	if (n < 0)
		return (int)n;
	ret->len += (size_t)n;
	return 0;
}

/* One line, which is taken off the text. */
static bool read_line(const char **text, struct str *ret_id, uint64_t *ret_number)
{
	int end = 0;
	*ret_id = (struct str){ *text, strcspn(*text, " ") };
	if (ret_id->len != KEEP_ID_SIZE - 1 ||
		sscanf(*text + ret_id->len, " %" SCNu64 "%n", ret_number, &end) != 1)
		return false;
	*text += ret_id->len + (size_t)end;
	return *(*text)++ == '\n';
}

static int find(const char *text, struct str id, uint64_t *ret)
{
	struct str former;
	uint64_t number;
	int r = -ENOENT;
	while (*text) {
		if (!read_line(&text, &former, &number))
			return -EBADMSG;
		if (str_eq(former, id)) {
			*ret = number;
			r = 0;
		}
	}
	return r;
}

int keep_reader_place(
	const struct keep_reader *r, struct str id, uint64_t number, uint64_t *ret_number)
{
	struct buffer text = { 0 };
	uint64_t common = number;
	int result = 0;
	if (!str_eq(id, str(r->id))) {
		result = read_former(r->folder, &text);
		buffer_add_char(&text, 0);
		result = result ? result : find((const char *)text.data, id, &common);
		buffer_free(&text);
	}
	if (!result)
		*ret_number = number < common ? number : common;
	return result;
}

static int renew(int folder, uint64_t last, char **ret_error)
{
	char id[KEEP_ID_SIZE];
	struct buffer text = { 0 };
	int r = keep_id_read(folder, id, ret_error);
	r = r ? r : read_former(folder, &text);
	buffer_print(&text, "%s %" PRIu64 "\n", id, last);
	r = r ? r : disk_replace(folder, "former", text.data, text.len);
	r = r ? r : keep_id_make(folder, id);
	buffer_free(&text);
	return r;
}

int keep_renew(const char *path, char **ret_error)
{
	uint64_t last;
	int r = keep_visible(path, &last, ret_error);
	if (r)
		return r;
	int folder = disk_folder(path, false);
	r = folder < 0 ? folder : renew(folder, last, ret_error);
	disk_close(folder);
	if (r && !*ret_error)
		*ret_error = text_print("keep %s: %s", path, keep_error(r));
	return r;
}
