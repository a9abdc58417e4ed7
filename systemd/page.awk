# A page of schemas/ (Markdown: headings, paragraphs, code, tables) as man(7), for section 5.
function escaped(text) {
	gsub(/\\\|/, "|", text)
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	while (match(text, /`[^`]*`/))
		text = substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART + 1, RLENGTH - 2) "\\fR" substr(text, RSTART + RLENGTH)
	gsub(/\*\*/, "", text)
	while (match(text, /\[[^]]*\]\([^)]*\)/)) {
		link = substr(text, RSTART + 1, RLENGTH - 2)
		sub(/\].*/, "", link)
		text = substr(text, 1, RSTART - 1) link substr(text, RSTART + RLENGTH)
	}
	return text ~ /^[.']/ ? "\\&" text : text
}
function mode(wanted) {
	if (code && wanted != "code") print ".fi\n.RE\n.PP"
	if (!code && wanted == "code") print ".RS 4\n.nf"
	code = wanted == "code"
}
NR == 1 {
	printf ".TH duto-pipeline 5 \"\" \"duto %s\" \"Duto\"\n.SH NAME\nduto-pipeline \\- the file that names the stages of a pipeline\n.SH DESCRIPTION\n", version
	next
}
/^#+ / { mode("text"); sub(/^#+ /, ""); print ".SH " toupper(escaped($0)); next }
/^    / { mode("code"); print escaped(substr($0, 5)); next }
/^$/ { header = 0; if (!code) print ".PP"; else print ""; next }
/^\|[-|]*\|$/ { next }
/^\|/ {
	mode("text")
	gsub(/\\\|/, "\001")
	split($0, cell, "|")
	gsub(/\001/, "|", cell[2])
	gsub(/\001/, "|", cell[3])
	rest = cell[3]
	for (i = 4; i in cell && cell[i] != ""; i++) rest = rest ";" cell[i]
	gsub(/^ *| *$/, "", cell[2]); sub(/^ */, "", rest)
	if (header++ == 0) printf ".PP\n\\fI%s\\fR\n", escaped(cell[2])
	else printf ".TP\n%s\n%s\n", escaped(cell[2]), escaped(rest)
	delete cell
	next
}
{ mode("text"); print sub(/^[-*] /, "") ? ".IP \\(bu 2\n" escaped($0) : escaped(substr($0, match($0, /[^ ]/))) }
