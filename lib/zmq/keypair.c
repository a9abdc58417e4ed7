#include "keypair.h"

#include <zmq.h>

int link_zmq_keypair(char public_key[KEYPAIR_TEXT], char secret_key[KEYPAIR_TEXT])
{
	return zmq_curve_keypair(public_key, secret_key) ? -zmq_errno() : 0;
}
