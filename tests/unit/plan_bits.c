/* SPDX-License-Identifier: Apache-2.0 */
/* plan/bits, plan/calendar: sets of days against sets kept one bool a day. */
#include "unit.h"

#include "plan/calendar.h"

#include "base/banned.h"

enum { DAYS = 200, WORDS = 4 };

static uint64_t seed = 7;

static int below(int n) {
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (int)((seed >> 33) % (uint64_t)n);
}

static void same(const uint64_t *set, const bool *plain) {
	for (int d = 0; d < WORDS * 64; d++)
		assert_int_equal(bits_has(set, d), d < DAYS && plain[d]);
}

static void ranges(void **state) {
	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint64_t set[WORDS] = {0};
		bool plain[DAYS] = {false};
		for (int i = 0; i < 6; i++) {
			int first = below(DAYS + 60) - 30, last = first + below(90) - 5;
			bool add = below(3) > 0, met = false;
			for (int d = first; d <= last; d++)
				met = met || (d >= 0 && d < DAYS && plain[d]);
			assert_int_equal(bits_meets_range(set, DAYS, first, last), met);
			for (int d = first; d <= last; d++)
				if (d >= 0 && d < DAYS)
					plain[d] = add;
			if (add)
				bits_add_range(set, DAYS, first, last);
			else
				bits_drop_range(set, DAYS, first, last);
			same(set, plain);
		}
		int n = 0, last = -1;
		bits_each(set, WORDS, d) {
			assert_true(d > last && plain[d]);
			last = d, n++;
		}
		assert_int_equal(n, bits_count(set, WORDS));
		assert_int_equal(n > 0, bits_any(set, WORDS));
	}
}

static void runs(void **state) {
	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint64_t open[WORDS] = {0}, found[WORDS];
		bool plain[DAYS] = {false};
		int run = 1 + below(round % 2 ? 9 : 150);
		bits_add_range(open, DAYS, 0, DAYS - 1);
		for (int i = below(8); i > 0; i--)
			bits_drop(open, below(DAYS));
		for (int d = 0; d < DAYS; d++) {
			plain[d] = d + run <= DAYS;
			for (int k = d; plain[d] && k < d + run; k++)
				plain[d] = bits_has(open, k);
		}
		calendar_runs(open, WORDS, run, found);
		same(found, plain);
		int by = below(40);
		bool moved[DAYS] = {false};
		for (int d = by; d < DAYS; d++)
			moved[d] = plain[d - by];
		uint64_t shifted[WORDS];
		calendar_moved(found, WORDS, DAYS, by, shifted);
		same(shifted, moved);
		calendar_runs(open, WORDS, run, open); /* in place */
		same(open, plain);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges),
		cmocka_unit_test(runs),
	};
	return cmocka_run_group_tests_name("plan/bits", tests, NULL, NULL);
}
