#include "filter.h"
#include "json/json.h"

static void on_sample(struct sample *s)
{
	json_write(text_buffer(), s);
	text_done();
}

const struct filter filter = {
	.summary = "write samples as JSON lines",
	.details =
		"One line a sample, of every kind, keys in the sample's order:\n"
		"{\"time\":\"2026-01-01T00:00:00Z\",\"source\":\"plant/mill1\",\"run\":1,\"seq\":1,\"values\":{\"torque\":42.8,\"count\":3}}\n"
		"with \"kind\" where it is not a measurement, \"quality\" where a field is not "
		"Good, and \"via\". from-json reads the same back: a float 64 always has a point "
		"or an exponent (3.0), an integer has not (3). NaN and infinity, which JSON does "
		"not have, are null. bin is {\"$bin\":\"base64\"}, an extension "
		"{\"$ext\":[type,\"base64\"]}.",
	.sample = on_sample,
	.text_output = true,
};
