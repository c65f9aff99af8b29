/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzz target over its corpus, without a fuzzer: CORPUS names the directory, or the arguments
 * name files. TAP; a target that objects aborts. An empty corpus is a failure. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path) {
	struct buf octets = {0};
	char chunk[4096];
	size_t n;
	FILE *in = fopen(path, "rb");
	if (!in) {
		perror(path);
		return -1;
	}
	while ((n = fread(chunk, 1, sizeof chunk, in)) > 0)
		buf_add(&octets, chunk, n);
	(void)fclose(in);
	/* An exact copy, so that a sanitizer sees the first octet read past the end. */
	uint8_t *data = malloc(octets.n ? octets.n : 1);
	if (!data)
		abort();
	if (octets.n)
		memcpy(data, octets.p, octets.n);
	(void)LLVMFuzzerTestOneInput(data, octets.n);
	free(data);
	buf_clear(&octets);
	return 0;
}

static int visible(const struct dirent *entry) {
	return entry->d_name[0] != '.';
}

int main(int argc, char **argv) {
	struct dirent **entries = NULL;
	int n = 0, status = EXIT_SUCCESS;
	for (int i = 1; i < argc; i++, n++)
		if (replay(argv[i]))
			status = EXIT_FAILURE;
	int found = argc > 1 ? 0 : scandir(CORPUS, &entries, visible, alphasort);
	for (int i = 0; i < found; i++) {
		struct buf path = {0};
		buf_addf(&path, "%s/%s", CORPUS, entries[i]->d_name);
		bool good = replay(path.p) == 0;
		printf("%sok %d - %s\n", good ? "" : "not ", ++n, entries[i]->d_name);
		status = good ? status : EXIT_FAILURE;
		buf_clear(&path);
		free(entries[i]);
	}
	free(entries);
	printf("1..%d\n", n);
	return n > 0 ? status : EXIT_FAILURE;
}
