#include "digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

void digest_sha256(struct str data, char ret[DIGEST_TEXT + 1])
{
	unsigned char sum[DIGEST_TEXT / 2];
	size_t len;

	if (!EVP_Q_digest(NULL, "SHA256", NULL, data.data, data.len, sum, &len))
		abort();
	for (size_t i = 0; i < sizeof(sum); i++)
		sprintf(ret + 2 * i, "%02x", sum[i]);
}
