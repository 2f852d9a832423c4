#pragma once

#include "host/reader.h"
#include "host/snapshot.h"

/*
 * A reader that keeps what another answers, and one that answers from what was
 * kept. Neither owns the snapshot or the other reader.
 *
 * A question is known again by all that is in it but netlink's sequence and the
 * most bytes of a file.
 */

/* Asks the other, and adds question and answer, errors as well, to s. An answer
 * for which there is no room is given all the same (snapshot_is_full()). NULL:
 * no memory. */
struct reader *reader_record_new(struct reader *from, struct snapshot *s);

/* Answers from s. -ENODATA: it does not hold that, which is counted
 * (reader_missed()). NULL: no memory. */
struct reader *reader_record_replay(struct snapshot *s);
