/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/house.h"
#include "app/options.h"
#include "app/owner.h"
#include "config.h"

#include "base/banned.h"

static void say(const char *sentence, void *ctx) {
	(void)ctx;
	(void)fprintf(stderr, "atelierd: %s\n", sentence);
}

/* Without -c: the system's file where there is one, else the defaults. */
static const char *conf_path_of(const struct options *o) {
	static const char system_file[] = ATELIER_SYSCONFDIR "/atelier/atelierd.conf";
	if (o->conf_path)
		return o->conf_path;
	return access(system_file, F_OK) == 0 ? system_file : NULL;
}

static int finish(enum err e, const struct why *why) {
	if (e)
		say(why->sentence, NULL);
	return e ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Commands that need no configuration; false: not one of them. */
static bool simple_command(const struct options *o) {
	switch (o->command) {
	case COMMAND_VERSION: (void)puts("atelierd " PACKAGE_VERSION); return true;
	case COMMAND_HELP: options_help(stdout); return true;
	case COMMAND_PRINT_SAMPLE_CONFIG: conf_print_sample(stdout); return true;
	default: return false;
	}
}

static int run(const struct options *o, struct conf *conf, const char *path) {
	struct why why = {0};
	enum err e = ERR_NONE;
	switch (o->command) {
	case COMMAND_SERVE: return house_run(conf, path);
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
	const char *path = conf_path_of(&o);
	if (conf_load(path, say, NULL, &conf, &why))
		return EXIT_FAILURE; /* every fault has been said */
	return run(&o, conf, path);
}
