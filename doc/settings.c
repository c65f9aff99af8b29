/* SPDX-License-Identifier: Apache-2.0 */
/* Build tool: the settings as the sample file or as the manual's list, so that neither can differ
 * from what the daemon reads. */
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

int main(int argc, char **argv) {
	if (argc == 2 && strcmp(argv[1], "sample") == 0)
		conf_print_sample(stdout);
	else if (argc == 2 && strcmp(argv[1], "man") == 0)
		conf_print_man(stdout);
	else
		return fputs("usage: settings sample|man\n", stderr), 64;
	return fflush(stdout) == 0 ? 0 : 1;
}
