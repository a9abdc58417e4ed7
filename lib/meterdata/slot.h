/* What is known of one slot: the energy of one interval of one quantity. tariff/usage.h takes it
 * from here. */
#ifndef DUTO_SLOT_H
#define DUTO_SLOT_H

enum slot_state {
	SLOT_MISSING,
	SLOT_MEASURED,
	SLOT_ESTIMATED,
	SLOT_SUSPECT, /* measured, but validate.h says to look at it */
};

#endif
