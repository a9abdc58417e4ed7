#!/bin/bash
# Trains the models of predictive-maintenance.yaml on 20,000 pieces of a simulated milling machine:
# pipelines/train-mill.sh DUTO FOLDER writes mill-scaler.yaml and mill.forest. The same bytes each time. What is computed
# of the readings is what that pipeline computes.
set -eu -o pipefail
duto=$1 folder=$2
features=air_temperature,process_temperature,rotational_speed,torque,tool_wear,temperature_difference,power,strain

mkdir -p "$folder"
pieces() { "$duto" sim mill --seed 1 --count 20k --start 2026-01-01T00:00:00Z |
	"$duto" map 'temperature_difference = process_temperature - air_temperature' \
		'power = torque * rotational_speed * 2*pi/60' 'strain = tool_wear * torque'; }
pieces | "$duto" scale --fit "$folder/mill-scaler.yaml" --fields "$features" >/dev/null
pieces | "$duto" scale --model "$folder/mill-scaler.yaml" --as 'scaled_{field}' |
	"$duto" train --target machine_failure --features "scaled_${features//,/,scaled_}" --trees 50 --seed 1 \
		--out "$folder/mill.forest"
