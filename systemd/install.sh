#!/bin/bash
# make install: copies a build to where it is used from: systemd/install.sh BUILD VERSION PREFIX [DESTDIR]
# LIBDIR is where libraries go, under PREFIX: lib.
set -eu
cd "$(dirname "$0")/.."
build=$1 version=$2 prefix=$3 root=${4-}${3}
libdir=${LIBDIR:-lib}
share=$root/share/duto

put() { # MODE FOLDER FILE...: what is not there is left out
	local mode=$1 folder=$2 file
	shift 2
	for file in "$@"; do
		[ -e "$file" ] || continue
		install -D -m "$mode" "$file" "$folder/$(basename "$file")"
	done
}
into() { # FILE: standard input goes there
	mkdir -p "$(dirname "$1")"
	cat >"$1"
	chmod 644 "$1"
}

put 755 "$root/bin" "$build/duto"
for file in "$build"/libexec/*; do
	[[ $file = *.* ]] && mode=644 || mode=755
	put $mode "$root/libexec/duto" "$file"
done

for kind in schemas/*/; do put 644 "$share/$(basename "$kind")" "$kind"*; done
put 644 "$share" schemas/*.py
put 644 "$share/models" "$build"/models/*
for file in pipelines/*.yaml; do
	sed "s#\.\./build/models#$prefix/share/duto/models#; s#build/duto#duto#; s#pipelines/##" "$file" |
		into "$share/pipelines/$(basename "$file")"
done
put 644 "$root/share/doc/duto" README.md schemas/*.md

# For filters from elsewhere: what lib/filter.h needs, and nothing else.
put 644 "$root/include/duto" $(gcc -MM -iquote lib lib/filter.h | tr -d '\\\n' | cut -d: -f2)
put 644 "$root/$libdir" "$build/libduto.a"
into "$root/$libdir/pkgconfig/duto.pc" <<-END
	prefix=$prefix
	libdir=\${prefix}/$libdir
	includedir=\${prefix}/include
	filters=\${prefix}/libexec/duto

	Name: duto
	Description: filters of plant telemetry
	Version: $version
	Cflags: -I\${includedir}/duto -D_GNU_SOURCE -pthread
	Libs: -L\${libdir} -lduto -lzstd -lm -ldl -pthread
END

man=$root/share/man
"$build/duto" man | into "$man/man1/duto.1"
"$build/duto" list | while read -r name _; do
	"$build/duto" man "$name" | into "$man/man1/duto-$name.1"
done
awk -v version="$version" -f systemd/page.awk schemas/pipeline.md | into "$man/man5/duto-pipeline.5"
"$build/duto" completion | into "$root/share/bash-completion/completions/duto"

put 755 "$root/lib/systemd/system-generators" "$build/duto-generator"
put 644 "$root/lib/systemd/system" systemd/*.service systemd/*.path systemd/*.target systemd/*.timer
into "$root/lib/sysusers.d/duto.conf" <systemd/sysusers.conf
into "$root/lib/tmpfiles.d/duto.conf" <systemd/tmpfiles.conf
