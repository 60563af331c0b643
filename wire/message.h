#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire/codec.h"
#include "wire/key.h"

struct channel;
struct error;

/*
 * The JSON payloads.  Unknown members are ignored, so that either side can grow;
 * missing or wrong ones fail with EBADMSG; another version or hash than ours
 * fails with EPROTONOSUPPORT.  Received texts hold no control characters.
 */

enum { MESSAGE_SESSION_BYTES = 33, MESSAGE_LANES_LIMIT = 16 };

/*
 * HELLO.  `session` is 32 hex digits, random for each boot of the live image;
 * lane 0 comes first and alone carries the inventory.
 */
struct hello {
	unsigned version;
	char session[MESSAGE_SESSION_BYTES];
	unsigned lane;
	char program[64];	   /* "unrack-capture 0.1.0" */
	bool codecs[CODEC_COUNT];  /* what the source can pack */
	char hash[32];		   /* HASH_NAME */
	char mode[16];		   /* "capture", "pre-copy" or "assess" */
	unsigned cores;
	json_t *inventory;	   /* lane 0, else NULL; owned */
};
void hello_release(struct hello *hello);
int hello_send(struct channel *channel, const struct hello *hello,
	struct error *err);
int hello_parse(struct hello *hello_out, const uint8_t *payload,
	uint32_t bytes, struct error *err);

/* WELCOME. */
struct welcome {
	unsigned version;
	unsigned lanes;	    /* connections that the host wants in all, >= 1 */
	enum codec codec;   /* to pack with */
	char machine[KEY_NAME_BYTES];
};
int welcome_send(struct channel *channel, const struct welcome *welcome,
	struct error *err);
int welcome_parse(struct welcome *welcome_out, const uint8_t *payload,
	uint32_t bytes, struct error *err);

/* NOTICE: one line for the source's screen, or progress (total > 0). */
struct notice {
	char stage[32];	 /* "assess", "capture", ... */
	char text[512];	 /* may be empty */
	char level[16];	 /* "info", "warning", "error" */
	uint64_t done, total;
	double seconds;	 /* since the stage began */
};
int notice_send(struct channel *channel, const struct notice *notice,
	struct error *err);
int notice_parse(struct notice *notice_out, const uint8_t *payload,
	uint32_t bytes, struct error *err);

/* CLOSE: the verdict and what the source does now. */
struct closing {
	char verdict[32]; /* "boots", "failed", ...; shown big */
	char text[512];
	char action[16];  /* "poweroff", "reboot", "shell", "wait" */
};
int closing_send(struct channel *channel, const struct closing *closing,
	struct error *err);
int closing_parse(struct closing *closing_out, const uint8_t *payload,
	uint32_t bytes, struct error *err);

#endif
