/* The lines of a bill, taken together by code. */
#ifndef DUTO_BILL_READ_H
#define DUTO_BILL_READ_H

#include "decimal.h"
#include "opt.h"
#include "str.h"

enum line_class { LINE_COUNTED, LINE_FLAG, LINE_DEMAND, LINE_TAX };

struct line_sum {
	struct str code;
	enum line_class class;
	decimal quantity;
	decimal_product gross, net; /* quantity x rate, with and without taxes, before rounding */
	decimal_product amount;	    /* as billed */
};

struct bill_read {
	struct line_sum *lines;
	size_t count;
	decimal_product total;
	struct str currency;
	int digits;
};

/* texts are borrowed from the values. 0 or -EPROTO; bill_read_free frees what it returns. */
int bill_read(struct str values, const struct opt_list *flags, struct bill_read *ret);
void bill_read_free(struct bill_read *b);

#endif
