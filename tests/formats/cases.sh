# What tests/formats/make.sh makes, and tests/formats.t goes on with: every filter that remembers, with what it reads. The options
# stand for those of the build that made a folder: a newer version adds lines here, and changes none.
cases() { # COMMAND...: calls it with the filter, the keep that it reads, and its options
	"$@" anomaly mill --fields torque,rotational_speed
	"$@" drift mill --model scaler.yaml --count 50
	"$@" map mill 'step = torque - prev.torque' 'n = (function() state.n = (state.n or 0) + 1 return state.n end)()'
	"$@" window mill --every 10s --over 30s --agg p50,integral,max --fields torque
	"$@" bill meter --tariff b1.yaml --connection monofasico --reads power --unit W --import active_power --interval 1m --every 30m
	"$@" budget meter --field active_power --interval 1m
	"$@" demand meter --contract 30 --power active_power
	"$@" join meter --sources plant/meter1,plant/meter2 --as plant/all --tolerance 2m --every 1m
	"$@" power-quality meter --profile prodist-8 --nominal 220
	"$@" total meter --meters plant/meter1,plant/meter2 --as plant/total --every 5m --sum active_power
}
