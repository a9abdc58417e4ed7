#include "version.h"

const char *const duto_version = DUTO_VERSION;
