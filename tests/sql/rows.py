# SPDX-License-Identifier: Apache-2.0
"""A CSV file as api.import takes it: {"header": […], "rows": [[line, cell…]…]}; rows must be one line each."""
import csv
import json
import sys

with open(sys.argv[1], encoding="utf-8", newline="") as lines:
    reader = csv.reader(lines, strict=True)
    header = next(reader)
    print(json.dumps({"header": header, "rows": [[reader.line_num, *row] for row in reader]}))
