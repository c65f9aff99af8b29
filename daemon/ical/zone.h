/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* VTIMEZONE (RFC 5545 §3.6.5) from the system's time-zone data (TZif, RFC 8536).
 *
 * A zone's file is read when its name first comes up and kept for the life of the process, so the
 * first use of a name blocks on one small file: call these in a worker thread, not on the loop.
 * Any number of threads may. */
#include "base/buf.h"
#include "base/civil.h"
#include "base/err.h"

/* Where zones are looked up instead of /usr/share/zoneinfo (what TZDIR says). Forgets what was
 * read. Before the first rendering, or while none runs. */
void zone_directory(const char *directory);
/* Forget every zone read, e.g. before the process ends; while no rendering runs. */
void zone_forget(void);

/* ERR_INVALID unless `name` is a zone of this system. Names come from data: "..", absolute paths
 * and anything but IANA's characters never reach the file system. */
must_check enum err zone_check(struct str name, struct why *reterr);

/* Append the VTIMEZONE of IANA zone `name`, right for every wall time of [first, last]: RRULE where
 * the rule is regular over that span, else single-onset observances (Morocco); no RDATE. DAYLIGHT
 * is what is ahead of the STANDARD around it, whatever the data flags (Dublin's winter).
 * ERR_INVALID for a name that is no zone. */
must_check enum err zone_render(struct buf *out, struct str name, day_t first, day_t last,
                                struct why *reterr);
/* Seconds east of UTC at wall time `minute` of `day`: in a fold the earlier of the two, in a gap
 * the offset before it (RFC 5545 §3.3.5). */
must_check enum err zone_offset(struct str name, day_t day, int minute, int *ret,
                                struct why *reterr);
