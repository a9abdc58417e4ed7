/* Key pairs for CURVE (rfc.zeromq.org/spec/26), in the text of Z85 (rfc.zeromq.org/spec/32). */
#ifndef DUTO_KEYPAIR_H
#define DUTO_KEYPAIR_H

enum { KEYPAIR_TEXT = 41 };

/* Called through link-zmq.so. 0 or -errno. */
int link_zmq_keypair(char public_key[KEYPAIR_TEXT], char secret_key[KEYPAIR_TEXT]);

#endif
