# SPDX-License-Identifier: Apache-2.0
# What a test's output says about itself: "passed failed" of its own counts, "0 0" when it has none.
# Understood: TAP, Python's unittest, and prove's summary. What was skipped did not pass.
/^ok [0-9]/ {
	if (toupper($0) ~ /# *SKIP/)
		tap_failed++
	else
		tap_passed++
}
/^not ok [0-9]/ || /^Bail out!/ { tap_failed++ }
/^Ran [0-9]+ tests? in / { ran += $2 }
/^FAILED \(|^OK \(/ {
	n = split($0, part, /[(,)]/)
	for (i = 1; i <= n; i++)
		if (match(part[i], /(failures|errors|skipped|unexpected successes)=[0-9]+/)) {
			sub(/.*=/, "", part[i])
			unit_failed += part[i]
		}
}
match($0, /^Files=[0-9]+, Tests=[0-9]+/) {
	sub(/.*Tests=/, "")
	proved += $0 + 0
}
/^ *Failed tests?: / {
	sub(/.*: */, "")
	n = split($0, part, /, */)
	for (i = 1; i <= n; i++)
		prove_failed += split(part[i], ends, "-") == 2 ? ends[2] - ends[1] + 1 : 1
}
END {
	if (tap_passed + tap_failed > 0)
		print tap_passed + 0, tap_failed + 0
	else if (proved > 0)
		print proved - prove_failed, prove_failed + 0
	else if (ran > 0)
		print ran - unit_failed, unit_failed + 0
	else
		print 0, 0
}
