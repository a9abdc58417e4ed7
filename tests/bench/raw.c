/* The limit that chains are measured by: the same bytes over one bare ZeroMQ hop.
 *     raw push ENDPOINT FILE   sends FILE in messages of a batch's size, then an empty one
 *     raw pull ENDPOINT        receives until the empty one; touches nothing */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "link/link.h"

static void push(void *socket, FILE *f)
{
	size_t len;
	do {
		zmq_msg_t message;
		zmq_msg_init_size(&message, LINK_BATCH);
		len = fread(zmq_msg_data(&message), 1, LINK_BATCH, f);
		if (len < LINK_BATCH) {
			zmq_send(socket, zmq_msg_data(&message), len, 0);
			zmq_msg_close(&message);
		} else {
			zmq_msg_send(&message, socket, 0);
		}
	} while (len == LINK_BATCH);
	zmq_send(socket, "", 0, 0);
}

static void pull(void *socket)
{
	size_t len;
	do {
		zmq_msg_t message;
		zmq_msg_init(&message);
		zmq_msg_recv(&message, socket, 0);
		len = zmq_msg_size(&message);
		zmq_msg_close(&message);
	} while (len);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 100;
	int window = LINK_WINDOW;
	bool sends = strcmp(argv[1], "push") == 0;
	void *context = zmq_ctx_new(), *socket = zmq_socket(context, sends ? ZMQ_PUSH : ZMQ_PULL);
	zmq_setsockopt(socket, sends ? ZMQ_SNDHWM : ZMQ_RCVHWM, &window, sizeof(window));
	FILE *f = sends ? fopen(argv[3], "r") : NULL;
	if (sends ? zmq_bind(socket, argv[2]) || !f : zmq_connect(socket, argv[2]))
		return 111;
	if (sends)
		push(socket, f);
	else
		pull(socket);
	zmq_close(socket);
	return zmq_ctx_term(context);
}
