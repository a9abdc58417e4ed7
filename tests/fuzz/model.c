/* Models of trees in every form, and their way through ONNX. */
#include "model/model.h"

#include "fuzz.h"
#include "model/onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buffer bytes = { 0 };
	enum model_form form;
	struct forest *f;
	size_t size;
	char *error;
	if (model_load(fuzz_file(data, len), &f, &form, &size, &error) < 0) {
		free(error);
		return 0;
	}
	onnx_write(f, &bytes);
	buffer_free(&bytes);
	forest_close(f);
	return 0;
}
