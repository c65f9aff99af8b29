/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a run may take, and what it gives up for good, before it reads its first octet: so that
 * whoever starts it for others needs no hook of its own between fork and exec.
 *
 * `text` is "cpu=60,memory=1073741824,nice=10", any of them, in any order:
 *   cpu     seconds of CPU time; past it SIGXCPU, which ends a search and leaves two seconds for
 *           its plan, and anything else; then SIGKILL
 *   memory  octets of address space beyond what the program itself takes
 *   nice    added to the priority, 0 to 19
 * In any case: no file can be written (unless standard output or standard error is one, and then up
 * to 256 MB), no core is dumped, at most 16 descriptors are open, those above the first three and
 * two documents are closed, there are no new privileges, nobody may trace it, it ends with its
 * parent, and where the system allows it a network of its own with nothing in it. EXIT_GOOD, or a
 * status after saying why. */
int limits_set(const char *text);

/* From now on a limit that is reached, whoever has set it, is told: a write that is too much fails,
 * and when the CPU time is used up limits_spent() ends the program with EXIT_STOPPED and a
 * sentence. */
void limits_guard(void);
void limits_spent(int signal);
