#include <errno.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/*
 * Telnet (RFC 854): the server speaks first, with options (IAC) or with the
 * prompt itself. All that it offers or asks for is refused, as a client may.
 */
enum {
	IAC = 255,
	DONT = 254,
	DO = 253,
	WONT = 252,
	WILL = 251,
	SUB = 250,
	SUB_END = 240,
	REPLY_MOST = 512,
};

/* How long a prompt may take once the options are settled. */
#define PROMPT_NS (INT64_C(1000) * CLOCK_MILLISECOND)

static const char *const schemes[] = { "telnet", NULL };
static const uint16_t ports[] = { 23, 0 };

static void skip_sub(struct cursor *c)
{
	while (cursor_left(c) && cursor_u8(c) != IAC)
		;
	if (cursor_peek(c) == SUB_END)
		cursor_skip(c, 1);
}

/* Takes what came apart: our answers to the options, and what is to be read. */
static void take_apart(const struct talk *t, size_t from, struct text *answer,
		       struct text *shown)
{
	struct cursor c = cursor_over(t->in.data + from, t->in.len - from);

	while (cursor_left(&c)) {
		uint8_t byte = cursor_u8(&c);
		uint8_t verb;

		if (byte != IAC) {
			text_char(shown, (char)byte);
			continue;
		}
		verb = cursor_u8(&c);
		if (verb == SUB) {
			skip_sub(&c);
		} else if (verb >= WILL && verb <= DO) {
			text_char(answer, (char)IAC);
			text_char(answer, verb == DO     ? (char)WONT
					  : verb == WILL ? (char)DONT
							 : (char)WONT);
			text_char(answer, (char)cursor_u8(&c));
		} else if (verb == DONT) {
			cursor_skip(&c, 1);
		}
	}
}

/* Refuses options until something is there to be read, or nothing comes. */
static int negotiate(struct talk *t, struct text *shown)
{
	int64_t until_ns = talk_until(PROMPT_NS);
	size_t done = 0;
	int n = 1;

	while (n > 0 && done < TALK_KEPT) {
		struct text answer = TEXT_NULL;

		take_apart(t, done, &answer, shown);
		done = t->in.len;
		if (answer.len && answer.len < REPLY_MOST)
			(void)talk_write(t, answer.data, answer.len, until_ns);
		text_done(&answer);
		if (memmem(shown->data ? shown->data : "", shown->len, "ogin",
			   4))
			return 1;
		n = talk_read(t, until_ns);
	}

	return n;
}

/* The last line that is not blank: the prompt. */
static void put_prompt(struct text *out, const struct text *shown)
{
	size_t end = shown->len, at;

	while (end > 0 && (unsigned char)shown->data[end - 1] <= ' ')
		end--;
	at = end;
	while (at > 0 && shown->data[at - 1] != '\n')
		at--;
	if (end > at)
		first_bytes_clean(out, shown->data + at, end - at);
}

static bool is_telnet(const struct talk *t)
{
	const char *name = first_bytes_name(t->in.data, t->in.len);

	/* A prompt without options is as good: some devices know none. */
	return !name || !strcmp(name, "telnet");
}

static int speak(struct talk *t)
{
	struct text shown = TEXT_NULL, prompt = TEXT_NULL;
	int n = talk_greeting(t, "telnet");

	if (n <= 0)
		return n;
	if (!is_telnet(t)) {
		talk_tell_other(t, "telnet");
		return 0;
	}

	n = negotiate(t, &shown);
	put_prompt(&prompt, &shown);
	if (n == -EINTR)
		talk_tell_nothing(t, n, false);
	else if (prompt.len)
		talk_tell_well(t, _("telnet: \"%s\""), text_string(&prompt));
	else if (t->end != TALK_OPEN)
		talk_tell_nothing(t, 0, false);
	else
		talk_tell_well(t, _("telnet, no prompt yet"));
	text_done(&shown);
	text_done(&prompt);

	return n == -EINTR ? n : 0;
}

const struct speaker speaker_telnet = {
	.id = "telnet",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speaks_first = true,
	.speak = speak,
};
