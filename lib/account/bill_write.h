/* A bill as a sample of kind bill: schemas/sample.md lays it out. */
#ifndef DUTO_BILL_WRITE_H
#define DUTO_BILL_WRITE_H

#include "account/account.h"
#include "sample.h"

void bill_write(const struct account_bill *b, struct sample_writer *to);

#endif
