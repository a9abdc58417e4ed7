#!/bin/bash
# What units hold stages to where the kernel lets them: memory, processor, network, devices. Shown in a VM (make vm),
# since containers have no control groups of their own everywhere.
. "$(dirname "$0")/../lib/tap.sh"
. "$ROOT/tests/lib/boot.sh"
. "$ROOT/tests/lib/vm.sh"
missing=$(vm_missing)
if [ "$missing" ]; then
	echo "1..0 # SKIP no VM can be run here: $missing"
	exit 0
fi
boot_make || { echo "1..0 # SKIP no mounts can be made here" && exit 0; }

cat >"$MACHINE/etc/duto/pipelines/p.yaml" <<'END'
name: p
stages:
  hungry: {run: "sim mill --start 2026-01-01T00:00:00Z | train --target machine_failure --features torque,rotational_speed,tool_wear,air_temperature,process_temperature --max-rows 100M --out mill.forest", memory: 20M}
  calm: {run: sim mill --every 1s}
  served: {from: calm, run: serve-modbus --listen 127.0.0.1:1502 --map mill.csv}
  port: {run: modbus --device rtu:///dev/ttyS2 --map mill.csv}
  adapter: {run: modbus --device rtu:///dev/ttyUSB0 --map mill.csv}
  by_id: {run: modbus --device rtu:///dev/serial/by-id/usb-FTDI-if00-port0 --map mill.csv}
END
cat >"$MACHINE/etc/duto/pipelines/busy.yaml" <<'END'
name: busy
enabled: no
stages:
  bounded: {run: sim mill --start 2026-01-01T00:00:00Z | select --source nothing | print, cpu: 10%}
  unbounded: {run: sim mill --start 2026-01-01T00:00:00Z | select --source nothing | print}
END
# Stages of which only what they may do matters here, not what they do.
for stage in served port adapter by_id; do
	mkdir -p "$MACHINE/etc/systemd/system/duto-p-$stage.service.d"
	printf '[Service]\nType=exec\nWatchdogSec=0\nExecStart=\nExecStart=/usr/bin/sleep infinity\n' \
		>"$MACHINE/etc/systemd/system/duto-p-$stage.service.d/idle.conf"
done
vm_run /opt/tests/vm/limits.sh
