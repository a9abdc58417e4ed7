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

/* What is written as ONNX can be read, and a model that came from ONNX is written the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buffer last = { 0 };
	struct model_file m;
	buffer_add(&last, data, len);
	for (int turn = 0; turn < 3; turn++) {
		struct buffer next = { 0 };
		if (load(last.data, last.len, &m) < 0) {
			if (turn)
				abort();
			break;
		}
		free(onnx_loss(m.forest));
		onnx_write(m.forest, &next);
		model_close(&m);
		if (turn == 2 && !str_eq(buffer_str(&last), buffer_str(&next)))
			abort();
		buffer_free(&last);
		last = next;
	}
	buffer_free(&last);
	return 0;
}
