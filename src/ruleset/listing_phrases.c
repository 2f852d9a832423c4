#include "ruleset/listing_phrases.h"

#include <string.h>

/*
 * A phrase: where it holds, how it looks, what it means.
 *
 * Looks: a space is one or more; % is a value, to the next space or in quotes,
 * and may have a "!" before it; # is one that begins with a digit. A "!" may
 * stand before the whole phrase.
 * Meaning: values in their order, % as they are, & with hyphens for commas
 * turned back, | with the slash made a space, + its digits and commas alone,
 * _ left out; $ is a bar. ~ is where "!" goes if there was one. A meaning that begins with
 * "@" is of the target.
 */
static const struct phrase {
	const char *within; /* the match or target it belongs to; NULL: any */
	const char *looks;
	const char *meaning;
} phrases[] = {
	/* targets, whose words could be taken for a match's */
	{ "LOG", "LOG flags % level %", "@_--log-level %" },
	{ "LOG", "LOG level %", "@--log-level %" },
	{ "LOG", "prefix %", "@--log-prefix %" },
	{ "LOG", "tcp-sequence", "@--log-tcp-sequence" },
	{ "LOG", "tcp-options", "@--log-tcp-options" },
	{ "LOG", "ip-options", "@--log-ip-options" },
	{ "LOG", "uid", "@--log-uid" },
	{ "LOG", "macdecode", "@--log-macdecode" },
	{ "REJECT", "reject-with %", "@--reject-with %" },
	{ NULL, "redir ports %", "@--to-ports %" },
	{ NULL, "masq ports: %", "@--to-ports %" },
	{ "REDIRECT", "random", "@--random" },
	{ "MASQUERADE", "random-fully", "@--random-fully" },
	{ "MASQUERADE", "random", "@--random" },
	{ "SNAT", "to:%", "@--to-source %" },
	{ "SNAT", "random-fully", "@--random-fully" },
	{ "SNAT", "random", "@--random" },
	{ "SNAT", "persistent", "@--persistent" },
	{ "DNAT", "to:%", "@--to-destination %" },
	{ "DNAT", "random", "@--random" },
	{ "DNAT", "persistent", "@--persistent" },
	{ "NETMAP", "to:%", "@--to %" },
	{ "NETMAP", "#", "@--to %" },
	{ "MARK", "MARK set %", "@--set-mark %" },
	{ "MARK", "MARK xset %", "@--set-xmark %" },
	{ "MARK", "MARK and %", "@--and-mark %" },
	{ "MARK", "MARK or %", "@--or-mark %" },
	{ "MARK", "MARK xor %", "@--xor-mark %" },
	{ "CONNMARK", "CONNMARK set %", "@--set-mark %" },
	{ "CONNMARK", "CONNMARK xset %", "@--set-xmark %" },
	{ "CONNMARK", "CONNMARK and %", "@--and-mark %" },
	{ "CONNMARK", "CONNMARK or %", "@--or-mark %" },
	{ "CONNMARK", "CONNMARK xor %", "@--xor-mark %" },
	{ "CONNMARK", "CONNMARK save", "@--save-mark" },
	{ "CONNMARK", "CONNMARK restore", "@--restore-mark" },
	{ "CONNMARK", "mask %", "@--mask %" },
	{ "CONNMARK", "nfmask % ctmask ~%", "@--nfmask % --ctmask %" },
	{ "CONNMARK", "nfmask % ctmask %", "@--nfmask % --ctmask %" },
	{ "TCPMSS", "TCPMSS clamp to PMTU", "@--clamp-mss-to-pmtu" },
	{ "TCPMSS", "TCPMSS set %", "@--set-mss %" },
	{ "NFLOG", "nflog-prefix %", "@--nflog-prefix %" },
	{ "NFLOG", "nflog-group %", "@--nflog-group %" },
	{ "NFLOG", "nflog-range %", "@--nflog-range %" },
	{ "NFLOG", "nflog-size %", "@--nflog-size %" },
	{ "NFLOG", "nflog-threshold %", "@--nflog-threshold %" },
	{ "ULOG", "ULOG copy_range % nlgroup %", "@_--ulog-nlgroup %" },
	{ "ULOG", "prefix %", "@--ulog-prefix %" },
	{ "ULOG", "queue_threshold %", "@--ulog-qthreshold %" },
	{ "NFQUEUE", "NFQUEUE num %", "@--queue-num %" },
	{ "NFQUEUE", "NFQUEUE balance %", "@--queue-balance %" },
	{ "NFQUEUE", "bypass", "@--queue-bypass" },
	{ "NFQUEUE", "cpu-fanout", "@--queue-cpu-fanout" },
	{ "AUDIT", "AUDIT %", "@--type %" },
	{ "CHECKSUM", "CHECKSUM fill", "@--checksum-fill" },
	{ "CLASSIFY", "CLASSIFY set %", "@--set-class %" },
	{ "CONNSECMARK", "CONNSECMARK %", "@--%" },
	{ "NOTRACK", "NOTRACK", "@" },
	{ "CT", "CT notrack", "@--notrack" },
	{ "CT", "NOTRACK", "@--notrack" },
	{ "CT", "CT", "@" },
	{ "CT", "helper %", "@--helper %" },
	{ "CT", "timeout %", "@--timeout %" },
	{ "CT", "ctevents %", "@--ctevents %" },
	{ "CT", "expevents %", "@--expevents %" },
	{ "CT", "zone %", "@--zone %" },
	{ "CT", "zone-orig %", "@--zone-orig %" },
	{ "CT", "zone-reply %", "@--zone-reply %" },
	{ "DSCP", "DSCP set %", "@--set-dscp %" },
	{ "TOS", "TOS set %", "@--set-tos %" },
	{ "TOS", "TOS set%", "@--set-tos %" },
	{ "TOS", "TOS and %", "@--and-tos %" },
	{ "TOS", "TOS or %", "@--or-tos %" },
	{ "TOS", "TOS xor %", "@--xor-tos %" },
	{ "TTL", "TTL set to %", "@--ttl-set %" },
	{ "TTL", "TTL decrement by %", "@--ttl-dec %" },
	{ "TTL", "TTL increment by %", "@--ttl-inc %" },
	{ "HL", "HL set to %", "@--hl-set %" },
	{ "HL", "HL decrement by %", "@--hl-dec %" },
	{ "HL", "HL increment by %", "@--hl-inc %" },
	{ "ECN", "ECN TCP remove", "@--ecn-tcp-remove" },
	{ "TCPOPTSTRIP", "TCPOPTSTRIP options %", "@--strip-options %" },
	{ "TPROXY", "TPROXY redirect %:% mark %",
	  "@--on-ip % --on-port % --tproxy-mark %" },
	{ "TEE", "TEE gw:%", "@--gateway %" },
	{ "SET", "add-set % %", "@--add-set % %" },
	{ "SET", "del-set % %", "@--del-set % %" },
	{ "SET", "map-set % %", "@--map-set % %" },
	{ "SET", "exist", "@--exist" },
	{ "SET", "timeout %", "@--timeout %" },
	{ "IDLETIMER", "timeout:%", "@--timeout %" },
	{ "IDLETIMER", "label:%", "@--label %" },
	{ "RATEEST", "name % interval % ewmalog %",
	  "@--rateest-name % --rateest-interval % --rateest-ewmalog %" },
	{ "DNPT", "DNPT src-pfx % dst-pfx %", "@--src-pfx % --dst-pfx %" },
	{ "SNPT", "SNPT src-pfx % dst-pfx %", "@--src-pfx % --dst-pfx %" },
	{ "SET", "map-mark", "@--map-mark" },
	{ "SET", "map-prio", "@--map-prio" },
	{ "SET", "map-queue", "@--map-queue" },
	{ "SYNPROXY", "SYNPROXY", "@" },
	{ "SYNPROXY", "sack-perm", "@--sack-perm" },
	{ "SYNPROXY", "timestamp", "@--timestamp" },
	{ "SYNPROXY", "wscale %", "@--wscale %" },
	{ "SYNPROXY", "mss %", "@--mss %" },

	/* matches that go on with words of their own */
	{ "recent", "seconds: %", "--seconds %" },
	{ "recent", "reap", "--reap" },
	{ "recent", "hit_count: %", "--hitcount %" },
	{ "recent", "TTL-Match", "--rttl" },
	{ "recent", "name: %", "--name %" },
	{ "recent", "side: source", "--rsource" },
	{ "recent", "side: dest", "--rdest" },
	{ "recent", "mask: %", "--mask %" },
	{ "addrtype", "src-type %", "~--src-type %" },
	{ "addrtype", "dst-type %", "~--dst-type %" },
	{ "addrtype", "limit-in", "--limit-iface-in" },
	{ "addrtype", "limit-out", "--limit-iface-out" },
	{ "ecn", "ECE", "~--ecn-tcp-ece" },
	{ "ecn", "!ECE", "! --ecn-tcp-ece" },
	{ "ecn", "CWR", "~--ecn-tcp-cwr" },
	{ "ecn", "!CWR", "! --ecn-tcp-cwr" },
	{ "ecn", "ECT=%", "~--ecn-ip-ect %" },
	{ "ecn", "!ECT=%", "! --ecn-ip-ect %" },
	{ "owner", "incl. suppl. groups", "--suppl-groups" },
	{ "physdev", "--physdev-in %", "~--physdev-in %" },
	{ "physdev", "--physdev-out %", "~--physdev-out %" },
	{ "physdev", "--physdev-is-in", "~--physdev-is-in" },
	{ "physdev", "--physdev-is-out", "~--physdev-is-out" },
	{ "physdev", "--physdev-is-bridged", "~--physdev-is-bridged" },
	{ "set", "return-nomatch", "--return-nomatch" },
	{ "set", "update-counters", "~--update-counters" },
	{ "set", "update-subcounters", "~--update-subcounters" },
	{ "string", "FROM %", "--from %" },
	{ "string", "TO %", "--to %" },
	{ "string", "ICASE", "--icase" },
	{ "hashlimit", "mode %", "--hashlimit-mode &" },
	{ "hashlimit", "htable-size %", "--hashlimit-htable-size %" },
	{ "hashlimit", "htable-max %", "--hashlimit-htable-max %" },
	{ "hashlimit", "htable-gcinterval %",
	  "--hashlimit-htable-gcinterval %" },
	{ "hashlimit", "htable-expire %", "--hashlimit-htable-expire %" },
	{ "hashlimit", "srcmask %", "--hashlimit-srcmask %" },
	{ "hashlimit", "dstmask %", "--hashlimit-dstmask %" },
	{ "time", "from % to %", "--timestart % --timestop %" },
	{ "time", "on #", "--monthdays +" },
	{ "time", "on %", "--weekdays %" },
	{ "time", "starting from % %", "--datestart %T%" },
	{ "time", "until date % %", "--datestop %T%" },
	{ "time", "contiguous", "--contiguous" },
	{ "time", "UTC", "" },
	{ "policy", "strict", "--strict" },
	{ "policy", "reqid %", "~--reqid %" },
	{ "policy", "spi %", "~--spi %" },
	{ "policy", "proto %", "~--proto %" },
	{ "policy", "mode %", "~--mode %" },
	{ "policy", "tunnel-dst %", "~--tunnel-dst %" },
	{ "policy", "tunnel-src %", "~--tunnel-src %" },
	{ "policy", "[0]", "" },
	{ "policy", "[1]", "--next" },
	{ "policy", "[2]", "--next" },
	{ "policy", "[3]", "--next" },
	{ "socket", "--transparent", "--transparent" },
	{ "socket", "--nowildcard", "--nowildcard" },
	{ "socket", "--restore-skmark", "--restore-skmark" },
	{ "rpfilter", "loose", "--loose" },
	{ "rpfilter", "validmark", "--validmark" },
	{ "rpfilter", "accept-local", "--accept-local" },
	{ "rpfilter", "invert", "--invert" },
	{ "sctp", "all %", "~--chunk-types all %" },
	{ "sctp", "any %", "~--chunk-types any %" },
	{ "sctp", "only %", "~--chunk-types only %" },
	{ "frag", "id:%", "~--fragid %" },
	{ "frag", "ids:%", "~--fragid %" },
	{ "frag", "length:%", "~--fraglen %" },
	{ "frag", "reserved", "--fragres" },
	{ "frag", "first", "--fragfirst" },
	{ "frag", "more", "--fragmore" },
	{ "frag", "last", "--fraglast" },
	{ "rt", "type:%", "~--rt-type %" },
	{ "rt", "segsleft:%", "~--rt-segsleft %" },
	{ "rt", "segslefts:%", "~--rt-segsleft %" },
	{ "rt", "length:%", "~--rt-len %" },
	{ "rt", "reserved", "--rt-0-res" },
	{ "rt", "0-addrs %", "--rt-0-addrs %" },
	{ "rt", "0-not-strict", "--rt-0-not-strict" },
	{ "ipv6header", "soft", "--soft" },
	{ "hbh", "length:%", "~--hbh-len %" },
	{ "hbh", "opts %", "--hbh-opts %" },
	{ "dst", "length:%", "~--dst-len %" },
	{ "dst", "opts %", "--dst-opts %" },

	/* matches */
	{ NULL, "spt:%", "~--sport %" },
	{ NULL, "spts:%", "~--sport %" },
	{ NULL, "dpt:%", "~--dport %" },
	{ NULL, "dpts:%", "~--dport %" },
	{ NULL, "flags:%", "~--tcp-flags |" },
	{ NULL, "option=%", "~--tcp-option %" },
	{ NULL, "tcp", "-m tcp" },
	{ NULL, "udp", "-m udp" },
	{ NULL, "udplite", "-m udplite" },
	{ NULL, "sctp", "-m sctp" },
	{ NULL, "dccp", "-m dccp" },
	{ NULL, "icmptype % code %", "-m icmp ~--icmp-type %/%" },
	{ NULL, "icmptype %", "-m icmp ~--icmp-type %" },
	{ NULL, "icmp !type % code %", "-m icmp ! --icmp-type %/%" },
	{ NULL, "icmp !type %", "-m icmp ! --icmp-type %" },
	{ NULL, "icmp type % code %", "-m icmp ~--icmp-type %/%" },
	{ NULL, "icmp type %", "-m icmp ~--icmp-type %" },
	{ NULL, "icmp %", "-m icmp ~--icmp-type %" },
	{ NULL, "ipv6-icmptype % code %", "-m icmp6 ~--icmpv6-type %/%" },
	{ NULL, "ipv6-icmptype %", "-m icmp6 ~--icmpv6-type %" },
	{ NULL, "ipv6-icmp !type % code %", "-m icmp6 ! --icmpv6-type %/%" },
	{ NULL, "ipv6-icmp !type %", "-m icmp6 ! --icmpv6-type %" },
	{ NULL, "ipv6-icmp type % code %", "-m icmp6 ~--icmpv6-type %/%" },
	{ NULL, "ipv6-icmp type %", "-m icmp6 ~--icmpv6-type %" },
	{ NULL, "ipv6-icmp %", "-m icmp6 ~--icmpv6-type %" },
	{ NULL, "state %", "-m state ~--state %" },
	{ NULL, "ctstate %", "-m conntrack ~--ctstate %" },
	{ NULL, "ctproto %", "-m conntrack ~--ctproto %" },
	{ NULL, "ctorigsrc %", "-m conntrack ~--ctorigsrc %" },
	{ NULL, "ctorigdst %", "-m conntrack ~--ctorigdst %" },
	{ NULL, "ctreplsrc %", "-m conntrack ~--ctreplsrc %" },
	{ NULL, "ctrepldst %", "-m conntrack ~--ctrepldst %" },
	{ NULL, "ctorigsrcport %", "-m conntrack ~--ctorigsrcport %" },
	{ NULL, "ctorigdstport %", "-m conntrack ~--ctorigdstport %" },
	{ NULL, "ctreplsrcport %", "-m conntrack ~--ctreplsrcport %" },
	{ NULL, "ctrepldstport %", "-m conntrack ~--ctrepldstport %" },
	{ NULL, "ctstatus %", "-m conntrack ~--ctstatus %" },
	{ NULL, "ctexpire %", "-m conntrack ~--ctexpire %" },
	{ NULL, "ctdir %", "-m conntrack ~--ctdir %" },
	{ NULL, "multiport dports %", "-m multiport ~--dports %" },
	{ NULL, "multiport sports %", "-m multiport ~--sports %" },
	{ NULL, "multiport ports %", "-m multiport ~--ports %" },
	{ NULL, "limit: avg % burst %", "-m limit --limit % --limit-burst %" },
	{ NULL, "limit: up to % burst %",
	  "-m hashlimit --hashlimit-name - --hashlimit-upto % "
	  "--hashlimit-burst %" },
	{ NULL, "limit: above % burst %",
	  "-m hashlimit --hashlimit-name - --hashlimit-above % "
	  "--hashlimit-burst %" },
	{ NULL, "limit: up to %",
	  "-m hashlimit --hashlimit-name - --hashlimit-upto %" },
	{ NULL, "limit: above %",
	  "-m hashlimit --hashlimit-name - --hashlimit-above %" },
	{ NULL, "MAC %", "-m mac ~--mac-source %" },
	{ NULL, "recent: SET", "-m recent ~--set" },
	{ NULL, "recent: CHECK", "-m recent ~--rcheck" },
	{ NULL, "recent: UPDATE", "-m recent ~--update" },
	{ NULL, "recent: REMOVE", "-m recent ~--remove" },
	{ NULL, "ADDRTYPE match", "-m addrtype" },
	{ NULL, "source IP range %", "-m iprange ~--src-range %" },
	{ NULL, "destination IP range %", "-m iprange ~--dst-range %" },
	{ NULL, "length %", "-m length ~--length %" },
	{ NULL, "mark match %", "-m mark ~--mark %" },
	{ NULL, "MARK match %", "-m mark ~--mark %" },
	{ NULL, "connmark match %", "-m connmark ~--mark %" },
	{ NULL, "CONNMARK match %", "-m connmark ~--mark %" },
	{ NULL, "owner UID match %", "-m owner ~--uid-owner %" },
	{ NULL, "OWNER UID match %", "-m owner ~--uid-owner %" },
	{ NULL, "owner GID match %", "-m owner ~--gid-owner %" },
	{ NULL, "OWNER GID match %", "-m owner ~--gid-owner %" },
	{ NULL, "owner socket exists", "-m owner ~--socket-exists" },
	{ NULL, "PKTTYPE != %", "-m pkttype ! --pkt-type %" },
	{ NULL, "PKTTYPE = %", "-m pkttype ~--pkt-type %" },
	{ NULL, "TTL match TTL == %", "-m ttl ~--ttl-eq %" },
	{ NULL, "TTL match TTL != %", "-m ttl ! --ttl-eq %" },
	{ NULL, "TTL match TTL < %", "-m ttl --ttl-lt %" },
	{ NULL, "TTL match TTL > %", "-m ttl --ttl-gt %" },
	{ NULL, "HL match HL == %", "-m hl ~--hl-eq %" },
	{ NULL, "HL match HL != %", "-m hl ! --hl-eq %" },
	{ NULL, "HL match HL < %", "-m hl --hl-lt %" },
	{ NULL, "HL match HL > %", "-m hl --hl-gt %" },
	{ NULL, "tos match%", "-m tos ~--tos %" },
	{ NULL, "tos match %", "-m tos ~--tos %" },
	{ NULL, "TOS match %", "-m tos ~--tos %" },
	{ NULL, "DSCP match %", "-m dscp ~--dscp %" },
	{ NULL, "ECN match", "-m ecn" },
	{ NULL, "match-set % %", "-m set ~--match-set % %" },
	{ NULL, "PHYSDEV match", "-m physdev" },
	{ NULL, "statistic mode random probability %",
	  "-m statistic --mode random --probability %" },
	{ NULL, "statistic mode random ! probability %",
	  "-m statistic --mode random ! --probability %" },
	{ NULL, "statistic mode nth every % packet %",
	  "-m statistic --mode nth --every % --packet %" },
	{ NULL, "statistic mode nth every %",
	  "-m statistic --mode nth --every % --packet 0" },
	{ NULL, "statistic mode nth ! every % packet %",
	  "-m statistic --mode nth ! --every % --packet %" },
	{ NULL, "statistic mode nth ! every %",
	  "-m statistic --mode nth ! --every % --packet 0" },
	{ NULL, "STRING match \"|%|\" ALGO name %",
	  "-m string ~--hex-string $%$ --algo %" },
	{ NULL, "STRING match ! \"|%|\" ALGO name %",
	  "-m string ! --hex-string $%$ --algo %" },
	{ NULL, "STRING match % ALGO name %",
	  "-m string ~--string % --algo %" },
	{ NULL, "TIME", "-m time" },
	{ NULL, "#conn src/% > %",
	  "-m connlimit --connlimit-mask % --connlimit-above % "
	  "--connlimit-saddr" },
	{ NULL, "#conn src/% <= %",
	  "-m connlimit --connlimit-mask % --connlimit-upto % "
	  "--connlimit-saddr" },
	{ NULL, "#conn dst/% > %",
	  "-m connlimit --connlimit-mask % --connlimit-above % "
	  "--connlimit-daddr" },
	{ NULL, "#conn dst/% <= %",
	  "-m connlimit --connlimit-mask % --connlimit-upto % "
	  "--connlimit-daddr" },
	{ NULL, "#conn/% > %",
	  "-m connlimit --connlimit-mask % --connlimit-above %" },
	{ NULL, "#conn/% <= %",
	  "-m connlimit --connlimit-mask % --connlimit-upto %" },
	{ NULL, "connbytes % connbytes mode % connbytes direction %",
	  "-m connbytes ~--connbytes % --connbytes-mode % "
	  "--connbytes-dir %" },
	{ NULL, "policy match dir % pol %", "-m policy --dir % --pol %" },
	{ NULL, "tcpmss match %", "-m tcpmss ~--mss %" },
	{ NULL, "rpfilter", "-m rpfilter" },
	{ NULL, "socket", "-m socket" },
	{ NULL, "u32 %", "-m u32 ~--u32 %" },
	{ NULL, "helper match %", "-m helper ~--helper %" },
	{ NULL, "esp spi:%", "-m esp ~--espspi %" },
	{ NULL, "esp spis:%", "-m esp ~--espspi %" },
	{ NULL, "esp", "-m esp" },
	{ NULL, "ah spi:%", "-m ah ~--ahspi %" },
	{ NULL, "ah spis:%", "-m ah ~--ahspi %" },
	{ NULL, "ah", "-m ah" },
	{ NULL, "cgroup %", "-m cgroup ~--cgroup %" },
	{ NULL, "realm %", "-m realm ~--realm %" },
	{ NULL, "cpu %", "-m cpu ~--cpu %" },
	{ NULL, "src-group %", "-m devgroup ~--src-group %" },
	{ NULL, "dst-group %", "-m devgroup ~--dst-group %" },
	{ NULL, "quota: % bytes", "-m quota --quota %" },
	{ NULL, "OS fingerprint match %", "-m osf ~--genre %" },
	{ NULL, "cluster node_mask=% total_nodes=% hash_seed=%",
	  "-m cluster --cluster-local-nodemask % --cluster-total-nodes % "
	  "--cluster-hash-seed %" },
	{ NULL, "frag", "-m frag" },
	{ NULL, "rt", "-m rt" },
	{ NULL, "ipv6header flags:%", "-m ipv6header ~--header %" },
	{ NULL, "mh %", "-m mh ~--mh-type %" },
	{ NULL, "hbh", "-m hbh" },
	{ NULL, "dst", "-m dst" },
	{ NULL, "eui64", "-m eui64" },
};

enum { PHRASES = sizeof(phrases) / sizeof(phrases[0]), VALUES = 4 };

/* What a phrase met. */
struct met {
	const char *value[VALUES];
	size_t len[VALUES];
	size_t count;
	bool inverted;
};

void listing_words_done(struct listing_words *w)
{
	text_done(&w->matches);
	text_done(&w->target);
}

void listing_quote(struct text *out, const char *s, size_t len)
{
	bool is_plain = len;

	for (size_t i = 0; i < len && is_plain; i++)
		is_plain = !strchr(" \t\"'\\", s[i]);
	if (is_plain) {
		text_bytes(out, s, len);
		return;
	}

	text_char(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"' || s[i] == '\\')
			text_char(out, '\\');
		text_char(out, s[i]);
	}
	text_char(out, '"');
}

static const char *skip_spaces(const char *s)
{
	return s + strspn(s, " \t");
}

/* One value; next: the byte of the phrase after it, which ends it, too. */
static const char *take_value(const char *s, char next, struct met *m)
{
	size_t len;

	if (*s == '!') {
		m->inverted = true;
		s = skip_spaces(s + 1);
	}
	if (*s == '"' || *s == '`') {
		char quote = *s == '`' ? '\'' : '"';
		const char *end = strchr(s + 1, quote);

		/* A quote within is not told apart from the last one. */
		while (end && end[1] && end[1] != ' ' && end[1] != '\t')
			end = strchr(end + 1, quote);
		if (end) {
			m->value[m->count] = s + 1;
			m->len[m->count++] = (size_t)(end - s) - 1;
			return end + 1;
		}
	}

	len = strcspn(s, " \t");
	if (next && next != ' ')
		for (size_t i = len; i > 0; i--)
			if (s[i - 1] == next) {
				len = i - 1;
				break;
			}
	if (!len)
		return NULL;

	m->value[m->count] = s;
	m->len[m->count++] = len;
	return s + len;
}

/* Where the text goes on after the phrase, or NULL. */
static const char *meets(const char *looks, const char *s, struct met *m)
{
	for (; *looks && s; looks++) {
		if (*looks == ' ') {
			if (*s != ' ' && *s != '\t')
				return NULL;
			s = skip_spaces(s);
		} else if (*looks == '%' ||
			   (*looks == '#' && *s >= '0' && *s <= '9')) {
			if (m->count == VALUES)
				return NULL;
			s = take_value(s, looks[1], m);
		} else if (*s++ != *looks) {
			return NULL;
		}
	}

	return s && (!*s || *s == ' ' || *s == '\t') ? s : NULL;
}

static void put_value(struct text *out, char how, const char *s, size_t len)
{
	if (how == '%') {
		listing_quote(out, s, len);
		return;
	}

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (how == '&' && c == '-')
			c = ',';
		if (how == '|' && c == '/')
			c = ' ';
		if (how != '+' || c == ',' || (c >= '0' && c <= '9'))
			text_char(out, c);
	}
}

static void say(struct listing_words *w, const struct phrase *p,
		const struct met *m)
{
	bool is_target = p->meaning[0] == '@';
	struct text *out = is_target ? &w->target : &w->matches;
	const char *s = p->meaning + is_target;
	size_t n = 0;

	if (strncmp(s, "-m ", 3) == 0) {
		const char *name = s + 3;
		size_t len = strcspn(name, " ");

		/* The same match goes on: conntrack's words stand alone. */
		if (len == w->match_len && w->match &&
		    memcmp(name, w->match, len) == 0 && name[len])
			s = name + len + 1;
		w->match = name;
		w->match_len = len;
	}
	if (out->len)
		text_char(out, ' ');
	for (; *s; s++) {
		if (*s == '~')
			text_str(out, m->inverted ? "! " : "");
		else if (*s == '$')
			text_char(out, '|');
		else if (*s == '_')
			n++;
		else if (strchr("%&|+", *s) && n < m->count) {
			put_value(out, *s, m->value[n], m->len[n]);
			n++;
		} else
			text_char(out, *s);
	}
}

static bool holds_within(const struct listing_words *w, const struct phrase *p,
			 const char *target)
{
	bool is_target = p->meaning[0] == '@';
	const char *name = is_target ? target : w->match;
	size_t len;

	if (!p->within)
		return true;
	if (!name)
		return false;

	len = is_target ? strlen(name) : w->match_len;
	return strlen(p->within) == len && memcmp(p->within, name, len) == 0;
}

static const char *comment(struct listing_words *w, const char *s)
{
	const char *end = strstr(s, " */");
	size_t len = end && end >= s + 3 ? (size_t)(end - s) - 3 : 0;

	if (w->matches.len)
		text_char(&w->matches, ' ');
	text_str(&w->matches, "-m comment --comment ");
	listing_quote(&w->matches, s + 3, len);
	w->match = NULL;
	return end ? end + 3 : s + strlen(s);
}

/* The next phrase; NULL: none is met. */
static const char *phrase(struct listing_words *w, const char *s,
			  const char *target)
{
	const char *from = s;
	bool inverted = false;

	if (strncmp(s, "/* ", 3) == 0)
		return comment(w, s);
	if (strncmp(s, "[goto]", 6) == 0) {
		w->is_goto = true;
		return s + 6;
	}
	if (s[0] == '!' && s[1] == ' ') {
		inverted = true;
		from = skip_spaces(s + 1);
	}

	for (size_t i = 0; i < PHRASES; i++) {
		struct met m = { .inverted = inverted };
		const char *end;

		if (!holds_within(w, &phrases[i], target))
			continue;
		end = meets(phrases[i].looks, from, &m);
		if (end) {
			say(w, &phrases[i], &m);
			return end;
		}
	}

	return NULL;
}

/* A word that no phrase begins with: an unknown match, or more of it. */
static const char *unknown(struct listing_words *w, const char *s,
			   bool is_first)
{
	size_t len = strcspn(s, " \t");

	if (w->matches.len)
		text_char(&w->matches, ' ');
	if (is_first)
		text_str(&w->matches, "-m ");
	listing_quote(&w->matches, s, len);
	w->match = NULL;
	return s + len;
}

/* Targets of no table tell their options behind their own name. */
static bool is_own_name(const char *s, const char *target)
{
	size_t len = target ? strlen(target) : 0;

	return len && strncmp(s, target, len) == 0 &&
	       (s[len] == ' ' || !s[len]);
}

void listing_phrases(struct listing_words *w, const char *s, const char *target)
{
	bool is_unknown = false;

	for (s = skip_spaces(s); *s; s = skip_spaces(s)) {
		const char *end = phrase(w, s, target);

		is_unknown = !end && is_unknown;
		if (!end && is_own_name(s, target)) {
			text_str(&w->target, s + strlen(target));
			break;
		}
		if (!end) {
			end = unknown(w, s, !is_unknown);
			is_unknown = true;
		}
		s = end;
	}
}
