# SPDX-License-Identifier: Apache-2.0
# schema/NAME.json … → schema_data.c: every schema as one string constant, line by line.
BEGIN {
	print "/* Made from schema/ by schema.awk. */"
	print "#include \"app/shape.h\"\n"
	print "#include \"base/banned.h\"\n"
	print "const struct shape_source shape_sources[] = {"
}
FNR == 1 {
	if (n++)
		print "\t},"
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\.json$/, "", name)
	print "\t{\"" name "\","
}
{
	gsub(/["\\]/, "\\\\&")
	sub(/^[ \t]+/, "")
	print "\t \"" $0 "\\n\""
}
END {
	if (n)
		print "\t},"
	print "};"
	print "const size_t shape_source_count = sizeof shape_sources / sizeof *shape_sources;"
}
