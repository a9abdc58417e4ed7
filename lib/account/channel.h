/* What a meter counts apart. */
#ifndef DUTO_CHANNEL_H
#define DUTO_CHANNEL_H

enum channel { IMPORT, EXPORT, INDUCTIVE, CAPACITIVE, CHANNELS };

#endif
