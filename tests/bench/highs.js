// SPDX-License-Identifier: Apache-2.0
// usage: node highs.js PACKAGE MODEL SECONDS     one JSON object: status, value, bound (or null)
// PACKAGE is where npm put `highs` (HiGHS compiled to WebAssembly), MODEL a file in CPLEX LP format.
'use strict';
const fs = require('fs');
const [where, model, seconds] = process.argv.slice(2);
const log = [];
const said = (line) => log.push(line);

require(where)({ print: said, printErr: said }).then((highs) => {
	const found = highs.solve(fs.readFileSync(model, 'utf8'), {
		time_limit: Number(seconds), mip_rel_gap: 0, mip_abs_gap: 0.5, threads: 1,
	});
	const bound = log.map((line) => /Dual bound\s+(\S+)/.exec(line)).filter(Boolean).pop();
	const value = Number.isFinite(found.ObjectiveValue) ? Math.round(found.ObjectiveValue) : null;
	const least = bound && Number.isFinite(Number(bound[1])) ? Math.floor(Number(bound[1]) + 1e-3) : null;
	console.log(JSON.stringify({ status: found.Status, value, bound: least }));
});
