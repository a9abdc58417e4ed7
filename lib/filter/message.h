/* The name that stands in front of messages. */
#ifndef DUTO_MESSAGE_H
#define DUTO_MESSAGE_H

const char *message_program(void);

#endif
