#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fact/fact.h"
#include "net/address.h"

struct packet;

/*
 * Packets into conversations. One record of fixed size a flow, whatever its
 * length: what was seen of its opening, its data and its ending, and the
 * numbers of the packets that show it.
 *
 * Theory of operation: every packet finds its flow by addresses, ports,
 * protocol and vantage, in either direction, and changes the record; no packet
 * is kept. ICMP errors find the flow of the packet that they quote. When the
 * input ends, flow_facts() turns the record into facts. What these mean is
 * diag's business.
 *
 * A repeated SYN with the same initial sequence number belongs to the same
 * flow, a new number begins a new one. Every DNS transaction is a flow, every
 * ping (ICMP echo with one id), every address asked for by ARP or neighbour
 * discovery.
 */

enum flow_half_marks {
	HALF_SYN = 1 << 0,
	HALF_FIN = 1 << 1,
	HALF_RST = 1 << 2,
	HALF_DATA = 1 << 3,  /* bytes above TCP, or datagrams */
	HALF_SEQ = 1 << 4,   /* base and next are known */
	HALF_ACKED = 1 << 5, /* the other side acknowledged data */
	HALF_AFTER_IDLE =
		1
		<< 6, /* the oldest unacknowledged data was sent after a long idle time */
	HALF_ZERO = 1 << 7,          /* its window is zero now */
	HALF_WAS_ZERO = 1 << 8,      /* ... and was, and opened again */
	HALF_WORDS = 1 << 9,         /* the first payload was looked at */
	HALF_SACK = 1 << 10,         /* it offers SACK */
	HALF_SMALL_PASSED = 1 << 11, /* something behind a lost large segment */
	HALF_BASED = 1 << 12,        /* base is what tcpdump counts from */
	HALF_AFTER_PAUSE = 1 << 15,  /* likewise after some seconds */
	HALF_GROUP = 1 << 14,        /* sent to a group or by broadcast */
	HALF_RELATIVE = 1 << 13, /* its numbers count from an unknown base */
};

enum flow_stuck { STUCK_MIDDLING, STUCK_LARGE, STUCK_SMALL };

/* What one side sent. Sequence numbers are absolute, windows are scaled. */
struct flow_half {
	uint32_t base;  /* initial sequence number, or the first minus one */
	uint32_t next;  /* behind the highest byte sent */
	uint32_t acked; /* the highest acknowledgement it got */
	uint32_t stuck; /* start of the segment repeated last */
	uint32_t largest_end; /* behind the first segment of the largest size */
	uint32_t hole_left, hole_right; /* the last gap in what was sent */
	uint32_t last_seq; /* of the last packet, to know its twin */
	uint32_t last_us;  /* low bits of its time */
	uint32_t packets;
	uint16_t last_ip_id;
	uint16_t marks;         /* HALF_… */
	uint16_t largest;       /* payload of the largest segment */
	uint16_t last_shape;    /* of its flags, length and acknowledgement */
	uint16_t retransmitted; /* segments; stays at its maximum */
	uint16_t mss;
	uint8_t scale;      /* 0xff: not offered */
	uint8_t ttl;        /* of its first packet */
	uint8_t repeats;    /* of the segment at stuck */
	uint8_t stuck_size; /* enum flow_stuck */
};

enum { FLOW_CLIENT, FLOW_SERVER, FLOW_HALVES };

enum flow_opening {
	OPENING_NONE, /* not TCP */
	OPENING_SYN,
	OPENING_SYNACK, /* begins with one */
	OPENING_MIDSTREAM,
	OPENING_QUOTED, /* known only from an ICMP error */
};

enum flow_state {
	FLOW_FORGED_RST = 1 << 0, /* a RST that does not fit was seen */
	FLOW_DUPLICATES = 1 << 1,
	FLOW_REORDERED = 1 << 2,
	FLOW_SPURIOUS = 1 << 3, /* a needless retransmission */
	FLOW_KEEP_ALIVE = 1 << 4,
	FLOW_GAPS = 1 << 5,         /* acknowledged, never captured */
	FLOW_SERVER_ENDED = 1 << 6, /* the server's FIN or RST came first */
	FLOW_CLIENT_ENDED = 1 << 7, /* the client's */
	FLOW_HAS_NOTE = 1 << 8,
	FLOW_RST_REFUSES = 1 << 9, /* a RST answered the SYN */
	FLOW_RST_AFTER_FIN = 1 << 10,
	FLOW_RST_LABELLED = 1 << 11, /* it has an IPv6 flow label */
	FLOW_RST_OTHER_TTL = 1 << 12,
	FLOW_RST_SAME_TTL = 1 << 13,
	FLOW_ACK_FOR_SYN = 1 << 14,
	FLOW_SYNACK_REPEATED = 1 << 15,
	FLOW_SYNACK_LATE = 1 << 16,
	FLOW_SYNACK_IGNORED = 1 << 17,
	FLOW_SYNACK_RESET = 1 << 18,
	FLOW_SYNACK_ZERO = 1 << 19, /* ... with a window of zero */
	FLOW_SYN_ECN = 1 << 20,
	FLOW_SYN_PLAIN = 1 << 21, /* ... one without ECN */
	FLOW_SYN_FAST_OPEN = 1 << 22,
	FLOW_SYN_SIGNED = 1 << 23,
	FLOW_SYN_BAD_SUM = 1 << 24,
	FLOW_SYN_GOOD_SUM = 1 << 25,
	FLOW_SYN_TIMESTAMP = 1 << 26,
	FLOW_SYN_OPTIONS = 1 << 27, /* its options are known */
	FLOW_SYN_OTHERHOST = 1 << 28,
	FLOW_MOVED_AFTER_ERROR = 1
				 << 29, /* acknowledged after the ICMP error */
	FLOW_SYN_SLOW_FAST_OPEN = 1 << 30, /* one without Fast Open, too */
};

/* What the payloads said. */
enum flow_said {
	SAID_TLS_CLIENT = 1 << 0,
	SAID_TLS_SERVER = 1 << 1,
	SAID_ALERT_CLIENT = 1 << 2,
	SAID_ALERT_SERVER = 1 << 3,
	SAID_CERTIFICATE_REQUEST = 1 << 4,
	SAID_TLS_DATA = 1 << 5, /* application data: the handshake is over */
	SAID_HTTP_CLIENT = 1 << 6,
	SAID_HTTP_SERVER = 1 << 7,
	SAID_SSH_CLIENT = 1 << 8,
	SAID_SSH_SERVER = 1 << 9,
	SAID_SSH_FULL = 1 << 10, /* "Exceeded MaxStartups" */
	SAID_REFUSED = 1 << 11,  /* 421, 554, "Too many connections" … */
	SAID_GREETING = 1 << 12, /* FTP, SMTP, POP3, IMAP */
	SAID_OTHER_CLIENT = 1 << 13,
	SAID_OTHER_SERVER = 1 << 14,
	SAID_DNS_ANSWER = 1 << 15,
	SAID_DNS_TRUNCATED = 1 << 16,
	SAID_DNS_QUERY = 1 << 17,
	SAID_SSH_KEX_CLIENT = 1 << 18,
	SAID_SSH_KEX_SERVER = 1 << 19,
	SAID_PROXY_REQUEST = 1 << 20,    /* CONNECT, or an absolute URL */
	SAID_SSH_MORE = 1 << 21,         /* the key exchange went on */
	SAID_SYNACK_ELSEWHERE = 1 << 23, /* a SYN-ACK for it from another end */
	SAID_SACKS_CLIENT =
		1 << 24, /* not said: the last ACK for the client had SACK */
	SAID_SACKS_SERVER = 1 << 25,
	SAID_CLIENT_WAITED =
		1 << 26, /* not said: it closed after a long silence */
	SAID_LINK_KNOWN = 1 << 28, /* the link header tells a broadcast */
	SAID_SYN_FOR_US = 1 << 27, /* the link says: for this host */
	SAID_TLS_WANTED = 1 << 22, /* an HTTP answer that asks for TLS */
};

struct flow {
	struct address addresses[FLOW_HALVES];
	uint16_t ports[FLOW_HALVES]; /* ICMP echo: the id; ARP: 0 */
	uint16_t tag;                /* DNS: transaction id; else 0 */
	uint8_t protocol;            /* enum packet_protocol */
	uint8_t vantage;             /* enum vantage */
	uint32_t state;              /* FLOW_… */
	uint32_t said;               /* SAID_… */
	int64_t first_ns;
	int64_t last_ns;
	uint32_t open_us;   /* handshake complete, after first_ns; 0: not */
	uint32_t answer_us; /* the server's first data, after that; 0: none */
	uint32_t rtt_us;    /* of the handshake, both legs; 0: not known */
	uint32_t note; /* index of its struct flow_note, with FLOW_HAS_NOTE */
	uint64_t bytes[FLOW_HALVES];    /* of payload, repetitions included */
	uint32_t proofs[SHOWN_PACKETS]; /* packet numbers, from 1; 0: none */
	uint16_t proof_files[SHOWN_PACKETS]; /* indices of their inputs */
	uint8_t opening;                     /* enum flow_opening */
	uint8_t syns; /* of the client; stays at its maximum */
	uint16_t
		client_acks; /* its packets with ACK, of TCP; stays at its maximum */
	uint32_t
		isn; /* the client's initial sequence number, with OPENING_SYN */
	struct flow_half half[FLOW_HALVES];
};

_Static_assert(sizeof(struct flow) <= 256, "a live flow is 256 bytes");

/* What only few flows have. */
struct flow_note {
	struct address icmp_sender;
	int64_t icmp_ns; /* when the error came, after the flow's first packet */
	uint32_t icmp_mtu;
	uint16_t http_status;                       /* 0: none */
	uint8_t icmp_type, icmp_code, icmp_version; /* version 0: no error */
	uint8_t tls_alert; /* its description (RFC 8446 6); with SAID_ALERT_… */
	uint8_t dns_rcode; /* RFC 1035 4.1.1, with SAID_DNS_ANSWER */
	uint8_t second_mac[6], first_mac[6]; /* ARP: who answered */
	char name[80]; /* DNS: what was asked; TLS: the server name; cut */
};

struct flow_table;

struct flow_limits {
	uint32_t flows; /* kept at once; 0: the default of four million */
};

/* A flow that is complete, or as far as it was seen. It is the receiver's only
 * for the call. */
typedef void flow_receiver(void *context, const struct flow *f,
			   const struct flow_note *note,
			   const struct fact_set *facts);

/* evicted gets the flows that must make room for others. */
struct flow_table *flow_table_new(const struct flow_limits *limits,
				  flow_receiver *evicted, void *context);
void flow_table_free(struct flow_table *t);

/* Packets that come next are of this input (an index from 0, one higher each
 * time) and were captured there. */
int flow_table_input(struct flow_table *t, uint16_t file, enum vantage v);

/* Tells the table of some packets. -ENOMEM or 0. */
int flow_table_add(struct flow_table *t, const struct packet *packets,
		   size_t count);

/* The input has ended: what the flows tell of one another is drawn. */
int flow_table_end(struct flow_table *t);

/* After that, as often as it is wanted: every flow to the receiver, in the
 * order of their first packets, each with its facts. */
void flow_table_each(const struct flow_table *t, flow_receiver *receive,
		     void *context);

struct flow_counts {
	uint64_t packets;
	uint64_t not_ip;    /* or no protocol that has flows */
	uint64_t fragments; /* later ones, without a transport header */
	uint64_t truncated; /* cut before the ports */
	uint64_t flows;
	uint64_t evicted; /* delivered early because of the limit */
	int64_t first_ns, last_ns;
};

void flow_table_counts(const struct flow_table *t, struct flow_counts *ret);
