-- SPDX-License-Identifier: Apache-2.0
-- What a feed is made of (ARCHITECTURE.md, the seam): one row an event, times in seconds UTC.
CREATE TYPE api.event AS (
	uid text, sequence int, stamp bigint, created bigint, modified bigint,
	status text, -- TENTATIVE, CONFIRMED, CANCELLED
	first date, last date, zone text,
	sessions json, -- [[day, start_minute, end_minute]…]
	summary text, description text, location text, url text, organizer text,
	latitude float8, longitude float8,
	categories json, -- [text…]
	transparent boolean, private boolean,
	calendar text -- what the whole calendar is called; NULL: as the public one
);
