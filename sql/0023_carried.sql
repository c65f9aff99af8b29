-- SPDX-License-Identifier: Apache-2.0
-- A version of the planning settings that is not in force yet may be made again, on another base, or withdrawn: no plan
-- names it. Whatever was in force stays.
CREATE SEQUENCE data.planning_version_number;
SELECT setval('data.planning_version_number', max(version)) FROM data.planning_version;
GRANT DELETE ON data.planning_version, data.planning_value, data.planning_place, data.planning_target,
	data.planning_closure, data.planning_rate, data.planning_opening TO atelier_api;
CREATE POLICY withdraw ON data.planning_version FOR DELETE TO atelier_api
USING ((SELECT rule.is_staff()) AND valid_from > (now() AT TIME ZONE 'UTC')::date);
CREATE POLICY withdraw ON data.planning_value FOR DELETE TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY withdraw ON data.planning_opening FOR DELETE TO atelier_api USING ((SELECT rule.is_staff()));
