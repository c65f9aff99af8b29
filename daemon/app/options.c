/* SPDX-License-Identifier: Apache-2.0 */
#include "app/options.h"

#include <getopt.h>

#include "base/str.h"

#include "base/banned.h"

enum { ROLE = 1000, LABEL, EXPERT, DONOR, DAYS, SQLDIR, COMMANDS };

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"check-config", no_argument, NULL, COMMANDS + COMMAND_CHECK_CONFIG},
	{"print-config", no_argument, NULL, COMMANDS + COMMAND_PRINT_CONFIG},
	{"print-sample-config", no_argument, NULL, COMMANDS + COMMAND_PRINT_SAMPLE_CONFIG},
	{"migrate", no_argument, NULL, COMMANDS + COMMAND_MIGRATE},
	{"create-token", no_argument, NULL, COMMANDS + COMMAND_CREATE_TOKEN},
	{"version", no_argument, NULL, COMMANDS + COMMAND_VERSION},
	{"help", no_argument, NULL, COMMANDS + COMMAND_HELP},
	{"role", required_argument, NULL, ROLE},
	{"label", required_argument, NULL, LABEL},
	{"expert", required_argument, NULL, EXPERT},
	{"donor", required_argument, NULL, DONOR},
	{"days", required_argument, NULL, DAYS},
	{"sqldir", required_argument, NULL, SQLDIR},
	{NULL, 0, NULL, 0},
};

void options_help(FILE *out) {
	(void)fputs(
		"Usage: atelierd [-c FILE] [COMMAND]\n"
		"Serve the Atelier API and calendars from a PostgreSQL database.\n\n"
		"  -c, --config FILE        read this configuration\n\n"
		"Commands (without one: serve):\n"
		"  --check-config           tell every fault of the configuration\n"
		"  --print-config           print the configuration in force\n"
		"  --print-sample-config    print every setting with its default\n"
		"  --migrate [--sqldir DIR] bring the database's schema up to this version\n"
		"  --create-token --role ROLE --label TEXT [--expert ID] [--donor CODE] [--days N]\n"
		"                           print a new API token once; ROLE is admin, coordinator,\n"
		"                           expert (with --expert) or donor (with --donor)\n"
		"  --version\n"
		"  --help\n\n"
		"SIGHUP reloads the configuration, SIGTERM finishes what runs and stops.\n",
		out);
}

static enum err check_token(const struct options *o, struct why *reterr) {
	if (o->command != COMMAND_CREATE_TOKEN)
		return o->role || o->label || o->expert || o->donor || o->days
		           ? err_set(reterr, ERR_INVALID, NULL,
		                     "--role, --label, --expert, --donor and --days belong to "
		                     "--create-token.")
		           : ERR_NONE;
	if (!o->role || !o->label || !*o->label)
		return err_set(reterr, ERR_INVALID, NULL,
		               "--create-token needs --role (admin, coordinator, expert or donor) and "
		               "--label (what it is for).");
	struct str role = str_of(o->role);
	bool expert = str_is(role, "expert"), donor = str_is(role, "donor");
	if (!expert && !donor && !str_is(role, "admin") && !str_is(role, "coordinator"))
		return err_set(reterr, ERR_INVALID, "role",
		               "--role is \"%s\"; it may be admin, coordinator, expert or donor.", o->role);
	if (expert != (o->expert != NULL) || donor != (o->donor != NULL))
		return err_set(reterr, ERR_INVALID, NULL,
		               "--expert ID goes with --role expert, --donor CODE with --role donor, "
		               "and each is needed there.");
	return ERR_NONE;
}

static enum err set_days(struct options *o, const char *text, struct why *reterr) {
	uint64_t n;
	if (!str_u64(str_of(text), 36500, &n) || n == 0)
		return err_set(reterr, ERR_INVALID, "days",
		               "--days is \"%s\"; give a whole number from 1 to 36500.", text);
	o->days = (int)n;
	return ERR_NONE;
}

static enum err set_command(struct options *o, int c, struct why *reterr) {
	enum command given = (enum command)(c - COMMANDS);
	if (o->command != COMMAND_SERVE && o->command != given)
		return err_set(reterr, ERR_INVALID, NULL, "Give one command at a time; see --help.");
	o->command = given;
	return ERR_NONE;
}

enum err options_read(int argc, char **argv, struct options *ret, struct why *reterr) {
	struct options o = {.command = COMMAND_SERVE};
	enum err e = ERR_NONE;
	int c;
	opterr = 0;
	while (!e && (c = getopt_long(argc, argv, ":c:", long_options, NULL)) != -1) {
		switch (c) {
		case 'c': o.conf_path = optarg; break;
		case ROLE: o.role = optarg; break;
		case LABEL: o.label = optarg; break;
		case EXPERT: o.expert = optarg; break;
		case SQLDIR: o.sqldir = optarg; break;
		case DONOR: o.donor = optarg; break;
		case DAYS: e = set_days(&o, optarg, reterr); break;
		case ':':
			return err_set(reterr, ERR_INVALID, NULL, "%s needs a value; see --help.",
			               argv[optind - 1]);
		case '?':
			return err_set(reterr, ERR_INVALID, NULL, "There is no option %s; see --help.",
			               argv[optind - 1]);
		default: e = set_command(&o, c, reterr); break;
		}
	}
	if (!e && optind < argc)
		e = err_set(reterr, ERR_INVALID, NULL,
		            "\"%s\" is not an option; settings belong in the configuration file.",
		            argv[optind]);
	if (!e && o.sqldir && o.command != COMMAND_MIGRATE)
		e = err_set(reterr, ERR_INVALID, NULL, "--sqldir belongs to --migrate.");
	if (!e)
		e = check_token(&o, reterr);
	if (!e)
		*ret = o;
	return e;
}
