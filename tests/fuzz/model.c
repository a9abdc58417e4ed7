/* Models of trees in every form, and their way through ONNX. */
#include "model/model.h"

#include "fuzz.h"
#include "model/onnx.h"

static int load(const uint8_t *data, size_t len, struct model_file *ret)
{
	char *error;
	int e = model_load(fuzz_file(data, len), ret, &error);
	if (e < 0)
		free(error);
	return e;
}

/* What is written as ONNX can be read again, and is then written the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buffer first = { 0 }, second = { 0 };
	struct model_file m;
	if (load(data, len, &m) < 0)
		return 0;
	free(onnx_loss(m.forest));
	onnx_write(m.forest, &first);
	model_close(&m);
	if (load(first.data, first.len, &m) < 0)
		abort();
	onnx_write(m.forest, &second);
	if (!str_eq(buffer_str(&first), buffer_str(&second)))
		abort();
	model_close(&m);
	buffer_free(&first);
	buffer_free(&second);
	return 0;
}
