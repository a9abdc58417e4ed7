# A PostgreSQL cluster of the test's own, on 127.0.0.1 and a socket in ./pg, with passwords. Source it behind tap.sh,
# or with SCRATCH and PGPORT set.
#     postgres_start [SETTING...]   makes ./pg where it is not there, and starts it on $PGPORT
#     postgres_stop [MODE]          stops it (fast, immediate)
#     sql [DATABASE] <<<'...'       runs SQL as the cluster's owner, prints rows unaligned
#     postgres_kill                 kills all of its processes by SIGKILL, as a power cut does
#     postgres_end                  stops a server that another shell has started here
#     postgres_in_machine           gives the machine of boot.sh, not up yet, a cluster and postgresql.service
#     sql_inside DATABASE SQL       runs SQL there as the user postgres
# The database `plant` belongs to the role `duto`, whose password is in ./password; its URL is $PLANT.
# Flushing to disk is off: who tests durability gives fsync=on.

pg_bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
as_postgres() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

postgres_make() {
	PGPORT=${PGPORT:-$(free_port)}
	pg=$SCRATCH/pg
	chmod 711 "$SCRATCH"
	mkdir "$pg"
	[ "$(id -u)" -ne 0 ] || chown postgres "$pg"
	echo secret-of-the-owner >"$SCRATCH/owner"
	chmod 644 "$SCRATCH/owner"
	as_postgres "$pg_bin/initdb" -D "$pg/data" -U owner -A scram-sha-256 --pwfile="$SCRATCH/owner" --no-sync -E UTF8 \
		--locale=C.UTF-8 >initdb.log 2>&1 || return
	as_postgres tee -a "$pg/data/postgresql.conf" >/dev/null <<-END
		listen_addresses = '127.0.0.1'
		port = $PGPORT
		unix_socket_directories = '$pg'
		fsync = off
		shared_buffers = 32MB
		logging_collector = off
	END
	umask 077
	echo 'secret of duto' >password
	printf '*:*:*:owner:secret-of-the-owner\n' >pgpass
	umask 022
	PLANT=postgresql://duto@127.0.0.1:$PGPORT/plant
}

postgres_run() { # SETTING...
	local setting options=()
	for setting in "$@"; do options+=(-c "$setting"); done
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid postgres --regid postgres --init-groups "$pg_bin/postgres" -D "$pg/data" "${options[@]}" </dev/null >>"$SCRATCH/postgres.log" 2>&1 &
	else
		"$pg_bin/postgres" -D "$pg/data" "${options[@]}" </dev/null >>"$SCRATCH/postgres.log" 2>&1 &
	fi
	postgres_pid=$!
	started+=("$postgres_pid")
	until sql postgres <<<'SELECT 1' >/dev/null 2>&1; do
		kill -0 "$postgres_pid" || return
		sleep 0.05
	done
}

sql() { PGOPTIONS="-c client_min_messages=warning" PGPASSFILE=$SCRATCH/pgpass psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$pg" -p "$PGPORT" -U owner -f - "${1:-plant}"; }

postgres_start() { # SETTING...
	local new=
	[ -d "$SCRATCH/pg" ] || { new=yes && postgres_make; } || return
	postgres_run "$@" || return
	[ "$new" ] || return 0
	sql postgres <<-END
		CREATE ROLE duto LOGIN PASSWORD 'secret of duto';
		CREATE DATABASE plant OWNER duto;
	END
}

postgres_stop() { # MODE: fast (TERM is smart: it waits for clients) or immediate
	kill "-$([ "${1:-fast}" == immediate ] && echo QUIT || echo INT)" "$postgres_pid"
	wait "$postgres_pid"
}

postgres_kill() {
	local pids pid
	mapfile -t pids < <(ps -o pid= --ppid "$postgres_pid" | tr -d ' ')
	kill -KILL "$postgres_pid" "${pids[@]}" 2>/dev/null
	wait "$postgres_pid" 2>/dev/null
	for pid in "${pids[@]}"; do
		while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
	done
}

postgres_end() {
	kill -INT "$(head -n 1 pg/data/postmaster.pid)"
	while [ -e pg/data/postmaster.pid ]; do sleep 0.05; done
}

postgres_in_machine() {
	local data=/var/lib/postgresql/data units=$MACHINE/etc/systemd/system
	getent passwd postgres >>"$MACHINE/etc/passwd" && getent group postgres >>"$MACHINE/etc/group" || return
	chmod 711 "$SCRATCH"
	install -d -o postgres -g postgres -m 700 "$MACHINE/var/lib/postgresql"
	as_postgres "$pg_bin/initdb" -D "$MACHINE$data" -U postgres -A peer --no-sync -E UTF8 --locale=C.UTF-8 >initdb.log 2>&1 || return
	mkdir -p "$units/multi-user.target.wants"
	cat >"$units/postgresql.service" <<-END
		[Service]
		Type=notify
		User=postgres
		RuntimeDirectory=postgresql
		ExecStart=$pg_bin/postgres -D $data -c listen_addresses=
		ExecReload=kill -HUP \$MAINPID
		KillMode=mixed
		KillSignal=SIGINT
	END
	ln -s ../postgresql.service "$units/multi-user.target.wants/"
}

sql_inside() { inside setpriv --reuid postgres --regid postgres --init-groups psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }
