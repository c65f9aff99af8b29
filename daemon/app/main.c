/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <stdlib.h>

#include "app/house.h"
#include "app/options.h"
#include "app/owner.h"
#include "app/schema_version.h"
#include "config.h"
#include "ical/zone.h"

#include "base/banned.h"

static void say(const char *sentence, void *ctx) {
	(void)ctx;
	(void)fprintf(stderr, "atelierd: %s\n", sentence);
}

static int finish(enum err e, const struct why *why) {
	if (e)
		say(why->sentence, NULL);
	return e ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Commands that need no configuration; false: not one of them. */
static bool simple_command(const struct options *o) {
	switch (o->command) {
	case COMMAND_VERSION:
		(void)printf("atelierd %s, schema %d\n", PACKAGE_VERSION, SCHEMA_VERSION);
		return true;
	case COMMAND_HELP: options_help(stdout); return true;
	case COMMAND_PRINT_SAMPLE_CONFIG: conf_print_sample(stdout); return true;
	default: return false;
	}
}

static int run(const struct options *o, struct conf *conf) {
	struct why why = {0};
	enum err e = ERR_NONE;
	switch (o->command) {
	case COMMAND_SERVE:
		if (getenv("TZDIR"))
			zone_directory(getenv("TZDIR"));
		return house_run(conf, o->conf_path);
	case COMMAND_PRINT_CONFIG: conf_print(conf, stdout); break;
	case COMMAND_MIGRATE: e = owner_migrate(conf, o, stdout, &why); break;
	case COMMAND_CREATE_TOKEN: e = owner_create_token(conf, o, stdout, &why); break;
	default: break;
	}
	conf_free(conf);
	return finish(e, &why);
}

int main(int argc, char **argv) {
	struct options o;
	struct conf *conf;
	struct why why;
	if (sodium_init() < 0) {
		say("libsodium cannot start: the system has no randomness.", NULL);
		return EXIT_FAILURE;
	}
	enum err e = options_read(argc, argv, &o, &why);
	if (e)
		return finish(e, &why);
	if (simple_command(&o))
		return EXIT_SUCCESS;
	if (conf_load(o.conf_path, say, NULL, &conf, &why))
		return EXIT_FAILURE; /* every fault has been said */
	return run(&o, conf);
}
