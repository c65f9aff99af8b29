/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* SIGHUP: the file is read again in a worker; then the new configuration is in force whole, or the
 * old one stays and the log says why. */
struct house;

void house_reload(struct house *h);
