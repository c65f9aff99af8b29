/* SPDX-License-Identifier: Apache-2.0 */
#include "app/notify.h"

#include "config.h"

#ifdef HAVE_SYSTEMD
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#endif

#include "base/banned.h"

#ifdef HAVE_SYSTEMD

void notify_ready(void) {
	(void)sd_notify(0, "READY=1");
}

void notify_reloading(void) {
	struct timespec t;
	if (clock_gettime(CLOCK_MONOTONIC, &t) == 0)
		(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
		                 (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000);
}

void notify_stopping(void) {
	(void)sd_notify(0, "STOPPING=1");
}

bool notify_socket(size_t i, int *ret_fd, bool *ret_ops) {
	/* Asked once: the answer's environment is for this process alone. */
	static char **names;
	static int count = -1;
	if (count < 0)
		count = sd_listen_fds_with_names(1, &names);
	if (count <= 0 || i >= (size_t)count)
		return false;
	*ret_fd = SD_LISTEN_FDS_START + (int)i;
	*ret_ops = strcmp(names[i], "ops") == 0;
	return true;
}

#else

void notify_ready(void) {
}

void notify_reloading(void) {
}

void notify_stopping(void) {
}

bool notify_socket(size_t i, int *ret_fd, bool *ret_ops) {
	(void)i, (void)ret_fd, (void)ret_ops;
	return false;
}

#endif
