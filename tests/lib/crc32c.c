#include "crc32c.h"

#include "tap.h"

static void is(const uint8_t *data, size_t len, uint32_t expected, const char *title)
{
	ok(crc32c(0, data, len) == expected && crc32c_table(0, data, len) == expected, "%s", title);
}

/* RFC 3720, B.4: its bytes in the order of the wire. */
static void vectors(void)
{
	uint8_t data[32] = { 0 };
	is(data, 32, 0x8a9136aa, "32 bytes of zeroes");
	memset(data, 0xff, 32);
	is(data, 32, 0x62a8ab43, "32 bytes of ones");
	for (uint8_t i = 0; i < 32; i++)
		data[i] = i;
	is(data, 32, 0x46dd794e, "32 rising bytes");
	for (uint8_t i = 0; i < 32; i++)
		data[i] = (uint8_t)(31 - i);
	is(data, 32, 0x113fdb5c, "32 falling bytes");
	is((const uint8_t *)"123456789", 9, 0xe3069283, "nine digits");
}

int main(void)
{
	uint8_t data[999];
	bool same = true;
	vectors();
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * i >> 3);
	for (size_t from = 0; from < 20; from++)
		for (size_t len = 0; len < 300; len += 7) {
			uint32_t whole = crc32c(0, data + from, len);
			same &= whole == crc32c_table(0, data + from, len);
			same &= whole == crc32c(crc32c(0, data + from, len / 3),
						 data + from + len / 3, len - len / 3);
		}
	ok(same, "by instruction, by table and in pieces");
	return done();
}
