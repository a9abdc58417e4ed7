/* What a filter is, and all that it may call. lib/filter/filter.c owns main, the loop, links, options,
 * help, flushing, counters, signals, readiness and exit; a filter's file defines one constant,
 *
 *     const struct filter filter = { .summary = "...", .options = options, .sample = on_sample };
 *
 * One process runs one filter once: options and state are file statics. Everything here is for the
 * main thread only. */
#ifndef DUTO_FILTER_H
#define DUTO_FILTER_H

#include "clock.h"
#include "opt.h"
#include "sample.h"

enum {
	EXIT_OK = 0,
	EXIT_CONFIG = 100, /* what a person wrote is wrong: do not restart */
	EXIT_SYSTEM = 111, /* the system failed: restart */
};

/* What of the network a filter needs: its unit lets it have that, and no more. */
enum filter_reach {
	REACH_NONE,
	REACH_ADDRESS,	/* what the addresses among its words name (scheme://HOST), if any */
	REACH_CLIENT,	/* other machines and devices, whatever its words say */
	REACH_LISTENER, /* others connect to it */
};

/* What a filter leaves with when all that it reads, or has to give, has ended: $DUTO_END_STATUS where
 * that is set, for those who restart what leaves with 0; else EXIT_OK. */
int status_of_end(void);

struct fields;

struct filter {
	const char *summary; /* one line for `duto list` and --help; no full stop */
	const char *details; /* paragraphs for --help: what it does with kinds, quality, errors; or
				NULL */
	const struct opt *options; /* ends with OPT_END; or NULL */

	/* Loads models, opens devices; options are parsed. Fails by die_config or die_system. Also
	 * called by --check (checking() is true then: verify everything the options name, bind and
	 * connect nothing). */
	void (*start)(void);

	/* One of these three says what comes in; a filter that has both sample and produce is a source
	 * where start calls read_nothing. */
	void (*sample)(struct sample *s); /* samples: called for each, every kind; the filter emits
					     what goes on */
	/* Text or other bytes, from `-` or the files named by --in file:PATH: takes whole records
	 * from data and returns how many bytes it used; the rest comes again with more behind it.
	 * last: nothing more follows in this input, all must be used. input_name() and
	 * input_offset() tell where it stands. */
	size_t (*bytes)(const char *data, size_t len, bool last);
	/* A source: emit the next few samples. Called again and again until it returns false (the
	 * end); after wait_until() not before that time, after wait_ready() not before ready() was
	 * called. */
	bool (*produce)(void);

	void (*end)(void);  /* the inputs ended, or the source was told to stop: emit what was held
			       back */
	void (*idle)(void); /* nothing more to do for now: finish partial output; rarely needed */

	/* Of a source that remembers how far it has come: all that it had emitted when made() was this
	 * much is passed on for good. Called as that grows, also behind end. */
	void (*settled)(uint64_t made);

	/* On SIGHUP, between two samples: load anew what start loaded. What cannot be loaded is
	 * warned of, and the old goes on. Filters without it stop on SIGHUP, or in a pipeline
	 * ignore it. */
	void (*reload)(void);

	/* State across restarts: a filter that remembers anything from one sample to the next has both.
	 * save appends all of it, as wire_ objects; load takes it back, after start and before the
	 * first sample: false where it is not what save wrote, all of which it must take. The library calls save at positions of
	 * the stream (schemas/keep.md) and keeps what it knows itself: the identities of emit_begin. */
	void (*save)(struct buffer *to);
	bool (*load)(struct cursor *from);
	/* Of what save writes: counts up when that changes. load takes what older ones wrote too,
	 * which it tells by its shape (an array of another size). A newer one's is not loaded. */
	uint32_t state_version;

	/* Says which fields it needs and makes with the options given, through fields_*; called
	 * after start. NULL: needs none, passes all on, makes none. */
	void (*fields)(struct fields *f);

	bool clocked;	  /* timed by a clock: a run is random, new at each start */
	bool text_output; /* writes text by text_buffer: --out takes only `-` and file:PATH */
	bool no_output;	  /* writes nothing to --out */
	bool acts; /* on the world (a database, a device, a mail): `duto run --replay` leaves it
			     out, unless it is named in --live */
	enum filter_reach reach;
	bool commits; /* stores what it is given by itself: see resume_from */
};

extern const struct filter filter;

/* Passes a sample on, with the edits made to it. */
void emit(const struct sample *s);

/* The same with another time: its values go on, without quality and via. */
void emit_at(int64_t time, const struct sample *s);

/* Counts on with what is emitted: see settled. */
uint64_t made(void);

/* Makes a sample of this filter's own, with run and seq given by the library: add values through
 * what emit_begin returns, then emit_end. kind empty: a measurement. Run (53 bits): of a clocked
 * filter, random; of a source of fixed data, a hash of the filter, its options, the source and its
 * first sample; of a filter with samples coming in, a hash of the run of the sample it is handling,
 * its stage and its options. */
struct sample_writer *emit_begin(int64_t time, struct str source, struct str kind);
void emit_end(void);

/* The same with an identity that is known (from-json, replay). */
struct sample_writer *emit_begin_as(
	int64_t time, struct str source, uint64_t run, uint64_t seq, struct str kind);

/* Announces fields of a source: emits a `schema` sample when first called for the source, and the
 * library repeats it every minute of sample time. Call before the source's first sample. */
struct announced_field {
	struct str name;
	struct sample_field_schema schema;
};
void announce(int64_t time, struct str source, const struct announced_field *fields, size_t count);

/* Text out, for filters with text_output. */
struct buffer *text_buffer(void); /* append here, then text_done() */
void text_done(void);

/* Events and time. */
void wait_until(int64_t monotonic);
void wait_ready(void);
void run_by_clock(void); /* from start: with these options the filter is clocked */
void read_nothing(void); /* from start: with these options the filter is a source */
void watch(int fd,
	void (*ready)(int fd)); /* call ready whenever fd is readable; again with NULL: no more */
void wake_at(int64_t monotonic, void (*wake)(void)); /* one deadline a function; 0 takes it back */
void leave_with(int status); /* when all ends well: of a filter that looks for something, as diff */
bool stopping(void);	     /* told to stop; long computations look at it now and then */
bool checking(void);	     /* --check or --describe: verify, do nothing that lasts */

/* Of a filter that commits: it stores samples, and with them where their stream stood, in one go, so
 * that nothing is stored twice. A position sample (kind position) comes to `sample` as every other;
 * the last of them that was committed is handed to resume_from at the start, once it is known: an
 * empty text where there is none. Nothing is read before. What came in is settled up to
 * committed(), and not before; after `end` the loop goes on until that is handled(). */
void resume_from(struct str position);
uint64_t handled(void); /* samples handled so far, the one at hand included */
void committed(uint64_t handled);
void hold_inputs(bool hold); /* no room for now: nothing is read until it is taken back */

/* Where the input stands, for messages. */
const char *input_name(void); /* "standard input" or the file's path */
uint64_t input_offset(void);  /* bytes of this input used before the data at hand */

const char *stage_name(void); /* the pipeline stage, or the filter's name */

/* Messages: one line on standard error, "duto-scale: error: ...". die_* do not return; inputs not
 * yet passed on are handed back first. */
void die_config(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void die_system(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void status_line(const char *format, ...)
	__attribute__((format(printf, 1, 2))); /* systemd STATUS= and `duto top` */

/* A sample or record that is not passed on: counted under its reason (a constant), told of once per
 * reason with the detail. */
void drop(const char *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a filter needs and makes, for `fields`. unit may be NULL (not known). Both
 * are copied. */
void fields_need(struct fields *f, const char *name, const char *unit);
void fields_make(struct fields *f, const char *name, const char *unit);
void fields_make_str(
	struct fields *f, struct str name, struct str unit); /* unit empty: not known */
void fields_only(
	struct fields *f, const char *name); /* of what comes in only the fields so named go on */
void fields_none(struct fields *f);	     /* of what comes in nothing goes on */
void fields_open(struct fields *f);	     /* makes fields that cannot be known here */

#endif
