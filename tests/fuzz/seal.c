/* Sealed blocks: any bytes come back when sealed; taken for a sealed block, or for what zstd packed in
 * one, they are refused or give something, and nothing beyond them is read. */
#include "fuzz.h"
#include "seal/parts.h"

#include "seal/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct seal *seal;
	static struct buffer sealed, back;
	struct str bytes = { (const char *)data, len };
	if (!seal)
		seal = seal_open();
	sealed.len = back.len = 0;
	if (seal_pack(seal, bytes, &sealed) ||
		seal_unpack(seal, buffer_str(&sealed), STR(""), &back) ||
		!str_eq(buffer_str(&back), bytes))
		abort();
	back.len = 0;
	seal_unpack(seal, bytes, STR(""), &back);
	seal_body_read(seal, bytes, STR(""), &back);
	seal_body_read(seal, bytes, STR("plant"), &back);
	return 0;
}
