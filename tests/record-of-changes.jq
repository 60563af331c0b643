# Do two lists of a guest's files (tests/rewrite/tar-list.c), before and after a
# conversion, differ in just what report/changes/index.json says?  Prints a line
# for each thing that is not so.
#
#   jq -nr --slurpfile before A --slurpfile after B --rawfile touched PATHS \
#     --slurpfile record INDEX -f THIS

def by_path: INDEX(.path);
def parent: sub("/[^/]*$"; "") | if . == "" then "/" else . end;
def lasting: {type, mode, owner, mtime, attributes};
def timeless: del(.mtime);

($before | by_path) as $old | ($after | by_path) as $new |
# the first sectors of a disk are no file, and "sda1:/EFI" is not mounted
[$record[0].changes[] | select(.kind != "sectors" and
	(.path | startswith("/")))] as $changes |
# every path that a change is about
([$changes[] | .path, (select(.kind == "moved") | .after.target)] |
	INDEX(.)) as $noted |
([$noted[] | parent] | INDEX(.)) as $parents |

# what nobody noted
(($old + $new) | keys_unsorted[] | select($old[.] != $new[.]) |
	select($noted[.] == null) |
	select(($parents[.] != null and $old[.] != null and $new[.] != null and
		($old[.] | timeless) == ($new[.] | timeless)) | not) |
	"not in the record: \(.)"),

($touched | split("\n")[] | select(. != "") |
	select($noted[.] == null and $parents[.] == null) |
	"touched, and not in the record: \(.)"),

# what was noted and is not so
($changes[] | . as $change | $old[.path] as $was | $new[.path] as $is |
	if .kind == "edited" or .kind == "appended" or .kind == "replaced" then
		select($was == null or $is == null or
			($was | lasting) != ($is | lasting) or
			$was.hash != .before.hash or $is.hash != .after.hash or
			$is.bytes != .after.bytes)
	elif .kind == "created" then
		select($was != null or $is == null or $is.type != "file" or
			$is.hash != .after.hash or $is.mode != .mode or
			$is.owner != "0:0")
	elif .kind == "folder" then
		select($was != null or $is == null or $is.type != "folder" or
			$is.mode != .mode or $is.owner != "0:0")
	elif .kind == "linked" then
		select(($was.target // null) !=
				(if .before == null then null
				else .before.target end) and
				([$changes[] | select(.kind == "moved") | .path] |
				index($change.path)) == null or
			$is.type != "link" or $is.target != .after.target)
	elif .kind == "moved" then
		select(($was | del(.path)) !=
			($new[.after.target] | del(.path)) or
			$old[.after.target] != null)
	elif .kind == "removed" then
		select($was.target != .before.target or $is != null)
	else . end |
	"not as the record says: \(.kind) \(.path): \($was) -> \($is)"),

# a text has its difference, anything else its size and hash
($changes[] | select(.reason == "" or
		((.kind == "edited" or .kind == "created") and .diff == null and
		.after.hash == null)) |
	"told without reason or difference: \(.path)")
