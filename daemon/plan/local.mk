# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += daemon/libplan.a
daemon_libplan_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
daemon_libplan_a_SOURCES = \
	daemon/plan/bits.h \
	daemon/plan/bound.c daemon/plan/bound.h daemon/plan/bound_own.h \
	daemon/plan/bound_cover.c daemon/plan/bound_crowd.c \
	daemon/plan/bound_funds.c daemon/plan/bound_move.c daemon/plan/bound_paid.c \
	daemon/plan/bound_purse.c daemon/plan/bound_request.c daemon/plan/bound_team.c \
	daemon/plan/bound_till.c daemon/plan/bound_till.h \
	daemon/plan/build.c daemon/plan/build.h \
	daemon/plan/calendar.c daemon/plan/calendar.h \
	daemon/plan/certificate.c daemon/plan/certificate.h daemon/plan/certificate_own.h \
	daemon/plan/certificate_judge.c daemon/plan/certificate_left.c \
	daemon/plan/certificate_team.c daemon/plan/certificate_weigh.c \
	daemon/plan/clash.c \
	daemon/plan/exact.c daemon/plan/exact.h daemon/plan/exact_own.h \
	daemon/plan/exact_branch.c daemon/plan/exact_realise.c \
	daemon/plan/explain.c daemon/plan/explain.h daemon/plan/explain_own.h \
	daemon/plan/explain_find.c daemon/plan/explain_funnel.c daemon/plan/explain_inquiry.c \
	daemon/plan/explain_obstacles.c daemon/plan/explain_others.c daemon/plan/explain_proof.c \
	daemon/plan/explain_table.c daemon/plan/explain_words.c daemon/plan/inquiry.h \
	daemon/plan/judge.c daemon/plan/judge.h daemon/plan/judge_case.h \
	daemon/plan/judge_brief.c \
	daemon/plan/judge_coupling.c \
	daemon/plan/judge_insert.c \
	daemon/plan/judge_items.c \
	daemon/plan/judge_reasons.c \
	daemon/plan/judge_static.c \
	daemon/plan/judge_value.c \
	daemon/plan/look.c daemon/plan/look.h \
	daemon/plan/lp.c daemon/plan/lp.h \
	daemon/plan/model.c daemon/plan/model.h \
	daemon/plan/money.c daemon/plan/money.h daemon/plan/money_own.h \
	daemon/plan/money_shift.c \
	daemon/plan/plan.c daemon/plan/plan.h \
	daemon/plan/prices.c daemon/plan/prices.h \
	daemon/plan/proof.c daemon/plan/proof.h \
	daemon/plan/read.c daemon/plan/read.h \
	daemon/plan/read_demand.c \
	daemon/plan/read_items.c \
	daemon/plan/read_people.c \
	daemon/plan/reading.h \
	daemon/plan/repair.c daemon/plan/repair.h daemon/plan/repair_start.c \
	daemon/plan/relax.c daemon/plan/relax.h \
	daemon/plan/room.c daemon/plan/room.h \
	daemon/plan/rules.c daemon/plan/rules.def daemon/plan/rules.h \
	daemon/plan/scenario.c daemon/plan/scenario.h \
	daemon/plan/search.c daemon/plan/search.h daemon/plan/search_own.h \
	daemon/plan/search_fit.c daemon/plan/search_fit.h \
	daemon/plan/search_moves.c daemon/plan/search_random.h \
	daemon/plan/search_team.c daemon/plan/search_team.h \
	daemon/plan/team.c daemon/plan/team.h \
	daemon/plan/wide.c daemon/plan/wide.h daemon/plan/wide_own.h \
	daemon/plan/wide_fault.c \
	daemon/plan/wide_freeze.c daemon/plan/wide_freeze.h \
	daemon/plan/wide_place.c \
	daemon/plan/wide_search.c \
	daemon/plan/wide_team.c daemon/plan/wide_team.h \
	daemon/plan/write.c daemon/plan/write.h

# The planner: a plain program. Each subcommand is a file of its own.
bin_PROGRAMS += atelier-plan
atelier_plan_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
atelier_plan_SOURCES = \
	daemon/plan/check.c \
	daemon/plan/command.c daemon/plan/command.h \
	daemon/plan/explain_command.c \
	daemon/plan/limits.c daemon/plan/limits.h \
	daemon/plan/lp_command.c \
	daemon/plan/main.c \
	daemon/plan/publish.c daemon/plan/publish.h \
	daemon/plan/repair_command.c \
	daemon/plan/run.c daemon/plan/run.h \
	daemon/plan/scenario_command.c \
	daemon/plan/solve.c \
	daemon/plan/wide_run.c daemon/plan/wide_run.h
atelier_plan_LDADD = daemon/libplan.a daemon/libbase.a $(JANSSON_LIBS) -lm
