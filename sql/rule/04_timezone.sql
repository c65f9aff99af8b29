-- SPDX-License-Identifier: Apache-2.0
-- The server's time zone data may have grown since the last upgrade. Area/City names and UTC only:
-- abbreviations and the posix tree are no place's wall time.
INSERT INTO data.timezone (name)
SELECT name FROM pg_timezone_names
WHERE name ~ '^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/' OR name = 'UTC'
ON CONFLICT DO NOTHING;
