/* SPDX-License-Identifier: Apache-2.0 */
/* Does what a plan's document brings for its bound prove it? */
#include <inttypes.h>

#include "plan/certificate.h"

#include "base/banned.h"

static enum err refuse(struct why *why, const char *sentence) {
	return err_set(why, ERR_INVALID, "bound", "%s", sentence);
}

enum err certificate_judge(const struct instance *in, const json_t *plan, struct proven *ret,
                           struct why *reterr) {
	const json_t *bound = json_object_get(plan, "bound");
	const json_t *certificate = json_object_get(plan, "certificate");
	const json_t *by = json_object_get(certificate, "by");
	*ret = (struct proven){.bound = json_integer_value(bound)};
	if (!json_is_integer(bound))
		return refuse(reterr, "the plan states no bound");
	if (!json_is_object(certificate))
		return refuse(reterr, "the plan's bound comes without a certificate");
	if (json_is_string(by) && strcmp(json_string_value(by), "search") == 0) {
		ret->by_search = true;
		return ERR_NONE;
	}
	enum err err = certificate_value(in, certificate, &ret->certified, reterr);
	if (err != ERR_NONE)
		return err;
	if (ret->certified > ret->bound)
		return err_set(reterr, ERR_INVALID, "bound",
		               "the plan states the bound %" PRId64 ", its certificate proves no less "
		               "than %" PRId64,
		               ret->bound, ret->certified);
	return ERR_NONE;
}
