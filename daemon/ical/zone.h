/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* VTIMEZONE (RFC 5545 §3.6.5) from the system's time-zone data (TZif, RFC 8536). */
#include "base/buf.h"
#include "base/civil.h"
#include "base/err.h"

/* Append the VTIMEZONE of IANA zone `name`, right for every wall time of [first, last]: RRULE where
 * the rule is regular over that span, else single-onset observances (Morocco); no RDATE.
 * ERR_INVALID for a name that is no zone. */
must_check enum err zone_render(struct buf *out, struct str name, day_t first, day_t last,
                                struct why *reterr);
/* Seconds east of UTC at wall time `minute` of `day` (the earlier offset in a fold, RFC 5545 §3.3.5). */
must_check enum err zone_offset(struct str name, day_t day, int minute, int *ret, struct why *reterr);
