/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* systemd's side of the daemon (sd_notify(3), sd_listen_fds(3)); does nothing where the program
 * was built without libsystemd or does not run under it. */
#include <stdbool.h>
#include <stddef.h>

void notify_ready(void);
void notify_reloading(void); /* followed by notify_ready */
void notify_stopping(void);

/* A listening socket handed over: its descriptor and whether it is the operators' (its name is
 * "ops"). i counts from 0; false past the last. */
bool notify_socket(size_t i, int *ret_fd, bool *ret_ops);
